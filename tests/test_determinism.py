"""Same in, same out: a compile gives the same bytes in any folder, environment and hash seed, and asks nothing.

A compile here is the command in a process of its own, started by ``GUARD``, which refuses sockets, processes and what
tells of time or host, and which lists the files opened that are neither the input nor the program."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CORPUS = ROOT / ".." / "shared" / "corpus"
TARGETS = "qwen-7b,bare-agent--qwen-qwen3.5-9b,openclaw--anthropic-claude-opus-4.6,generic"
FROM_CORPUS = 20

GUARD = """
import datetime, getpass, locale, logging, os, platform, random, socket, sys, tempfile, time, uuid

REFUSED_EVENTS = ("socket.", "subprocess.", "os.exec", "os.posix_spawn", "os.fork", "os.system", "urllib.")
REFUSED_CALLS = {
    time: ["time", "time_ns", "localtime", "gmtime", "ctime", "strftime"],
    platform: ["node", "system", "machine", "platform", "uname", "release", "version", "processor"],
    os: ["uname", "getlogin", "urandom", "cpu_count"],
    socket: ["gethostname", "getfqdn", "socket"],
    getpass: ["getuser"],
    locale: ["getlocale", "setlocale"],
    random: ["random", "randint", "choice", "shuffle"],
    uuid: ["uuid1", "uuid4", "getnode"],
    tempfile: ["mkdtemp", "mkstemp", "gettempdir"],
}
KNOWN = tuple(map(os.path.realpath, [sys.prefix, sys.base_prefix, *sys.argv[1].split(os.pathsep)]))
foreign = set()


def watch(event, arguments):
    if event.startswith(REFUSED_EVENTS):
        raise RuntimeError(f"refused: {event} {arguments}")
    if event in ("open", "os.listdir", "os.scandir") and isinstance(arguments[0], (str, bytes)):
        path = os.path.realpath(os.fsdecode(arguments[0]))
        if not path.startswith(KNOWN):
            foreign.add(path)


def refuse(name):
    def refused(*arguments, **options):
        raise RuntimeError(f"refused: {name}")
    return refused


class NoClock(datetime.datetime):
    now = utcnow = today = refuse("datetime.now")


for module, names in REFUSED_CALLS.items():
    for name in names:
        setattr(module, name, refuse(name))
datetime.datetime = NoClock
sys.addaudithook(watch)
try:
    exec(sys.argv[2])
finally:
    for path in sorted(foreign):
        print("foreign:", path)
"""

COMPILE = "from skvm.tools.cli import main; main(sys.argv[3:])"


def guarded(program: str, known: list[Path], arguments: list[str], cwd: Path, environment: dict[str, str]) -> str:
    """What ``program`` printed under the guard; fails when it did."""
    allowed = ":".join(map(str, [ROOT, *known]))
    command = [sys.executable, "-c", GUARD, allowed, program, *arguments]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


def skills() -> list[Path]:
    """The examples, and some skills of the corpus where it is there, no two of one name."""
    found = {path.parent.name: path.parent for path in sorted((ROOT / "examples").glob("*/SKILL.md"))}
    if (CORPUS / "index.json").is_file():
        paths = [CORPUS / record["path"] for record in json.loads((CORPUS / "index.json").read_bytes())]
        own = [path.parent for path in paths if path.parent.name not in found]
        found |= {path.name: path for path in own[:: max(1, len(own) // FROM_CORPUS)][:FROM_CORPUS]}
    return list(found.values())


def tree(folder: Path) -> dict[str, tuple[int, str]]:
    """Mode and hash of each file below ``folder``."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {
        path.relative_to(folder).as_posix(): (
            path.stat().st_mode & 0o777,
            hashlib.sha256(path.read_bytes()).hexdigest(),
        )
        for path in files
    }


def compiled(place: Path, environment: dict[str, str], *options: str, program: str = COMPILE) -> Path:
    """The output folder of a compile of copies of all skills in ``place``."""
    for skill in skills():
        shutil.copytree(skill, place / "in" / skill.name)
    home = place / "home"
    home.mkdir()
    inputs = [str(path) for path in sorted((place / "in").iterdir())]
    arguments = ["cc", *inputs, f"--target={TARGETS}", "-o", str(place / "out"), *options]
    printed = guarded(program, [place / "in", place / "out"], arguments, home, {"HOME": str(home), **environment})
    assert "foreign:" not in printed
    return place / "out"


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, str]]:
    """The tree that every other compile has to give."""
    environment = {"PYTHONHASHSEED": "1", "LC_ALL": "C.UTF-8", "TZ": "UTC", "USER": "anna"}
    return tree(compiled(tmp_path_factory.mktemp("a"), environment))


def test_the_trees_hold_what_was_asked_for(reference: dict[str, tuple[int, str]]) -> None:
    written = [path for path in reference if path.endswith(("/report.json", "/skill.sir"))]
    assert len(written) == 2 * len(skills()) * len(TARGETS.split(","))


def test_another_folder_environment_and_hash_seed_change_nothing(
    reference: dict[str, tuple[int, str]], tmp_path: Path
) -> None:
    place = tmp_path / "a longer path" / "é"
    place.mkdir(parents=True)
    environment = {
        "PYTHONHASHSEED": "4242",
        "LC_ALL": "C",
        "TZ": "Asia/Kolkata",
        "USER": "bo",
        "LANG": "tr_TR",
        "COLUMNS": "40",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    assert tree(compiled(place, environment)) == reference


def test_a_relative_path_and_the_current_folder_change_nothing(
    reference: dict[str, tuple[int, str]], tmp_path: Path
) -> None:
    program = "import os; os.chdir('../in'); from skvm.tools.cli import main; " + (
        "main(['cc', '.', *sys.argv[-3:-2], '-o', '../out'])"
    )
    assert tree(compiled(tmp_path, {"PYTHONHASHSEED": "7"}, program=program)) == reference


def test_several_processes_change_nothing(reference: dict[str, tuple[int, str]], tmp_path: Path) -> None:
    inputs = [str(skill) for skill in skills()]
    arguments = ["cc", *inputs, f"--target={TARGETS}", "-o", str(tmp_path / "out"), "--jobs=2"]
    command = [sys.executable, "-m", "skvm.tools.cli", *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert tree(tmp_path / "out") == reference


REFUSED = {
    "a socket": "import socket; socket.create_connection(('127.0.0.1', 9))",
    "a raw socket": "import _socket; _socket.socket()",
    "a process": "import subprocess; subprocess.run(['true'])",
    "the clock": "import time; time.time()",
    "the date": "import datetime; datetime.datetime.now()",
    "the name of the host": "import platform; platform.node()",
    "chance": "import os; os.urandom(1)",
}


@pytest.mark.parametrize("program", REFUSED.values(), ids=list(REFUSED))
def test_the_guard_refuses(program: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="refused: "):
        guarded(program, [], [], tmp_path, {})


def test_the_guard_sees_a_file_of_the_host(tmp_path: Path) -> None:
    assert "foreign: /etc/passwd" in guarded("open('/etc/passwd').close()", [], [], tmp_path, {})
