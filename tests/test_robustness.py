"""Any bytes lift or are refused in words: no traceback, no hang, no loss.

What may hang or exhaust the stack runs as the command in a process of its own; hypothesis runs in this one."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from attrs import frozen
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from skvm.backends.compile import Lifted, compile_skill, lift_folder, lift_read
from skvm.backends.read_folder import read_bundle
from skvm.backends.target_registry import load_target
from skvm.grammar.diagnostic import Severity, SkvmError
from skvm.grammar.source import Source
from skvm.skvm_ir.bundle import Bundle, Entry
from skvm.skvm_ir.compare import first_difference
from skvm.skvm_ir.parser import parse_module
from skvm.skvm_ir.printer import print_module

HEADER = "---\nname: skill\ndescription: Use it when something is to be tested.\n---\n\n"
SECONDS = 120
"""A bound that a busy machine keeps as well; what it stands against is a hang."""


def bundle_of(files: dict[str, bytes]) -> Bundle:
    """A folder in memory."""
    entries = {
        path: Entry(path, len(data), hashlib.sha256(data).hexdigest(), "644", partial(bytes, data))
        for path, data in sorted(files.items())
    }
    return Bundle("skill", "SKILL.md", entries)


def text_bundle(text: str) -> Bundle:
    return bundle_of({"SKILL.md": text.encode()})


def lifts_or_is_refused(bundle: Bundle) -> None:
    """Lift, compile, and read the SIR again; a refusal has a code, words and a next action."""
    try:
        lifted = lift_read(bundle)
    except SkvmError as error:
        refused = error.diagnostics
    else:
        comes_back(lifted)
        return
    assert all(finding.severity is Severity.ERROR and finding.help and finding.render() for finding in refused)


def comes_back(lifted: Lifted) -> None:
    """The SIR reads as what was printed, and target ``source`` gives back every byte."""
    text = print_module(lifted.module)
    again = parse_module(Source("skill.sir", text.encode()))
    assert first_difference(lifted.module, again) is None
    assert print_module(again) == text
    result = compile_skill(lifted, load_target("source"))
    for path, entry in lifted.bundle.entries.items():
        assert result.files[path].data == entry.load()


PIECES = [
    "- ",
    "1. ",
    "2) ",
    "> ",
    "# ",
    "## Step 1: ",
    "### Phase 2 ",
    "**1. Run**",
    "- [ ] ",
    "```bash\n",
    "```",
    "~~~",
    "    ",
    "\t",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "| a | b |\n|---|---|\n",
    "---\n",
    "name: skill\n",
    "description: >\n",
    "<tag>\n",
    "</tag>",
    "<!-- ",
    "Run `make all`",
    "python scripts/run.py <file> > out.json",
    "cat <<EOF\n",
    "EOF",
    "if x; then\n",
    " || ",
    " && \\\n",
    "'",
    '"',
    "`",
    "$(",
    "${A}",
    "If it fails, go back to step 1.",
    "If the test passes, ",
    "Otherwise, stop.",
    "repeat until it holds, at most 3 times",
    "For each file, ",
    "You MUST never ",
    "Ask the user whether ",
    "See [other](other.md#part)",
    "[a](../../b.md)",
    "[x]: y",
    "https://a.b/c",
    "in parallel",
    "skip to the fallback below",
    "on macOS ",
    " write it to `out.json`",
    "read `out.json`",
    "\ufeff",
    "\u2028",
    "\x0c",
    "\x1b",
    "\x85",
    "\0",
    "é",
    "🙂",
    "\u202e",
]
MARKDOWN_LIKE = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), max_size=60).map("".join)


@settings(max_examples=250)
@given(MARKDOWN_LIKE, st.booleans(), MARKDOWN_LIKE)
@example("- - - ```\n", True, "")
@example("", False, "")
def test_text_lifts_and_comes_back(text: str, headed: bool, other: str) -> None:
    body = (HEADER if headed else "") + text
    lifts_or_is_refused(bundle_of({"SKILL.md": body.encode(), "other.md": other.encode()}))


@settings(max_examples=150)
@given(st.binary(max_size=300), st.binary(max_size=60))
@example(b"\xff\xfe#\0", b"")
@example(b"---\nname: \xe9\n---\n", b"\xff")
def test_bytes_lift_or_are_refused(data: bytes, other: bytes) -> None:
    lifts_or_is_refused(bundle_of({"SKILL.md": data, "other.md": other, "b.bin": other}))


@settings(max_examples=150)
@given(
    st.lists(
        st.sampled_from(
            ["a: ", "- ", "&x ", "*x", "!!int ", "|", ">", "[", "{", "}", '"', "\n", "  ", "<<: ", "? ", "é", ":"]
        )
    )
)
@example(["a: ", "&x ", "[", "*x", "]", "\n"])
def test_frontmatter_is_read_or_complained_about(pieces: list[str]) -> None:
    lifts_or_is_refused(text_bundle(f"---\n{''.join(pieces)}\n---\n\nRun it.\n"))


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=80), names=st.lists(st.binary(min_size=1, max_size=12), max_size=3))
def test_folders_are_read_or_refused(tmp_path: Path, data: bytes, names: list[bytes]) -> None:
    folder = tmp_path / "skill"
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    (folder / "SKILL.md").write_bytes(data)
    for name in names:
        if not set(name) & {0, ord("/")} and name not in (b".", b".."):
            Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(data)
    lifts_or_is_refused(read_bundle(folder))


Maker = Callable[[Path], None]


@frozen
class Case:
    """A folder made by ``make``; what the command does with it: its exit code, and what it says."""

    name: str
    make: Maker
    says: str = ""
    code: int = 0


def text_case(name: str, text: str | bytes, says: str = "", code: int = 0) -> Case:
    data = text.encode() if isinstance(text, str) else text
    return Case(name, lambda folder: main_of(folder, data), says, code)


def main_of(folder: Path, data: bytes = (HEADER + "1. Run `make all`.\n").encode()) -> None:
    (folder / "SKILL.md").write_bytes(data)


def with_link(target: str) -> Maker:
    def make(folder: Path) -> None:
        main_of(folder)
        (folder.parent / "outside.md").write_text("outside")
        (folder / "link.md").symlink_to(target)

    return make


def linked_main(folder: Path) -> None:
    (folder.parent / "outside.md").write_text(HEADER)
    (folder / "SKILL.md").symlink_to("../outside.md")


def linked_folder(folder: Path) -> None:
    main_of(folder)
    (folder / "loop").symlink_to(".")


def with_pipe(folder: Path) -> None:
    main_of(folder)
    os.mkfifo(folder / "pipe.md")


def only_a_pipe(folder: Path) -> None:
    os.mkfifo(folder / "SKILL.md")


def with_names(folder: Path) -> None:
    main_of(folder, (HEADER + 'Read `a b.md` and `quo"te.md`.\n').encode())
    for name in (
        b"new\nline.md",
        b'quo"te.md',
        b"a b.md",
        b"back\\slash.md",
        b"bidi\xe2\x80\xae.md",
        b"%x.md",
        b"-o.md",
    ):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(b"1. Run it.\n")


def with_foreign_name(folder: Path) -> None:
    main_of(folder)
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.md")).write_bytes(b"1. Run it.\n")


def many_files(folder: Path) -> None:
    main_of(folder, (HEADER + "".join(f"{at}. Read `f{at}.md`.\n" for at in range(1, 400))).encode())
    for at in range(1, 400):
        (folder / f"f{at}.md").write_text(f"1. Run `make f{at}`.\n\nSee `f{at + 1}.md`.\n")


def deep_folders(folder: Path) -> None:
    main_of(folder)
    below = folder.joinpath(*["d"] * 100)
    below.mkdir(parents=True)
    (below / "x.md").write_text("x")


def folder_for_main(folder: Path) -> None:
    (folder / "SKILL.md").mkdir()


def text_beside_that_is_none(folder: Path) -> None:
    main_of(folder, (HEADER + "Read `other.md`.\n").encode())
    (folder / "other.md").write_bytes(b"caf\xe9\n")


BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{at}: &a{at} [*a{at - 1}, *a{at - 1}]\n" for at in range(1, 60))
DEEP = 10_000

CASES = [
    text_case("quotes nested 10,000 deep", HEADER + "> " * DEEP + "deep\n", "SKV011"),
    text_case("quotes nested 10,000 deep without spaces", HEADER + ">" * DEEP + "deep\n", "SKV011"),
    text_case("lists nested 10,000 deep on a line", HEADER + "- " * DEEP + "deep\n", "SKV011"),
    text_case(
        "lists nested 10,000 deep by indentation", HEADER + "".join(f"{'  ' * at}- a\n" for at in range(3000)), "SKV011"
    ),
    text_case("lists and quotes by turns", HEADER + "- > " * DEEP + "deep\n", "SKV011"),
    text_case("10 MB of prose", HEADER + ("The report names every file and says why. " * 20 + "\n\n") * 12_000),
    text_case("10 MB in one line", HEADER + "word " * 2_000_000),
    text_case("10 MB without a space", HEADER + "x" * 10_000_000),
    text_case("10,000 steps", HEADER + "1. Run `make all`.\n" * 10_000),
    text_case("a NUL byte", HEADER + "a\0b\n", "SKV002", 1),
    text_case("invalid UTF-8", HEADER.encode() + b"caf\xe9\n", "SKV001", 1),
    text_case("UTF-16", HEADER.encode("utf-16"), "UTF-16", 1),
    text_case("UTF-16 without a mark", HEADER.encode("utf-16-le"), "SKV00", 1),
    text_case("an empty file", b""),
    text_case("a byte order mark alone", b"\xef\xbb\xbf"),
    text_case("only a frontmatter", HEADER),
    text_case("only the opening of a frontmatter", "---", ""),
    text_case("an unclosed frontmatter", "---\nname: skill\n", "SKV010"),
    text_case("a YAML bomb", f"---\n{BOMB}---\n", "warning"),
    text_case("a YAML anchor in itself", "---\nname: &a [*a]\ndescription: &b {b: *b}\n---\n", "warning"),
    text_case("YAML nested 10,000 deep", f"---\na: {'[' * DEEP}{']' * DEEP}\n---\n", "warning"),
    text_case(
        "YAML indented 3,000 deep", "---\n" + "".join(f"{' ' * at}a:\n" for at in range(3000)) + "---\n", "warning"
    ),
    text_case(
        "a YAML object", "---\nname: !!python/object/apply:os.system ['false']\ndescription: x\n---\n", "warning"
    ),
    Case("a link out of the folder", with_link("../outside.md"), "SKV051"),
    Case("a link to itself", with_link("link.md"), "SKV05"),
    Case("a link to nothing", with_link("nothing.md"), "SKV05"),
    Case("a linked folder", linked_folder, "SKV051"),
    Case("SKILL.md linked to a file outside", linked_main, "SKV050", 1),
    Case("a pipe", with_pipe, "SKV053"),
    Case("SKILL.md as a pipe", only_a_pipe, "SKV050", 1),
    Case("SKILL.md as a folder", folder_for_main, "'SKILL.md' is a folder", 1),
    Case("file names with a line end, quotes and spaces", with_names),
    Case("a file name that is not UTF-8", with_foreign_name, "SKV052"),
    Case("further text that is not UTF-8", text_beside_that_is_none, "SKV055"),
    Case("400 further texts", many_files),
    Case("a deep folder", deep_folders),
]


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line run to its end, which has to come."""
    python = [sys.executable, "-m", "skvm.tools.cli", *arguments]
    done = subprocess.run(python, capture_output=True, text=True, errors="replace", timeout=SECONDS)
    assert "Traceback" not in done.stderr, done.stderr[-2000:]
    return done


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_command_compiles_or_says_why_not(case: Case, tmp_path: Path) -> None:
    folder, out = tmp_path / "skill", tmp_path / "out"
    folder.mkdir()
    case.make(folder)
    done = command("cc", str(folder), "--target=qwen-7b,source", "-o", str(out))
    assert done.returncode == case.code, done.stderr[-2000:]
    assert case.says in done.stderr
    assert out.exists() == (case.code == 0)
    if case.code == 0:
        [same] = (out / "source").glob("*/SKILL.md")
        assert same.read_bytes() == (folder / "SKILL.md").read_bytes()


def test_an_unreadable_file_is_left_out_with_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    main_of(tmp_path)
    (tmp_path / "secret.md").write_text("x")
    monkeypatch.setattr(Path, "open", refusing(Path.open, "secret.md"))
    lifted = lift_folder(tmp_path)
    assert set(lifted.bundle.entries) == {"SKILL.md"}
    assert [finding.code for finding in lifted.diagnostics if "secret.md" in finding.path] == ["SKV052"]


def test_an_unreadable_skill_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    main_of(tmp_path)
    monkeypatch.setattr(Path, "open", refusing(Path.open, "SKILL.md"))
    with pytest.raises(SkvmError) as caught:
        lift_folder(tmp_path)
    assert [finding.code for finding in caught.value.diagnostics] == ["SKV050"]
    assert "ermission" in caught.value.diagnostics[0].render()


def refusing(opens: Callable[..., object], name: str) -> Callable[..., object]:
    """``Path.open`` as it is for a user who may not read ``name``: to the super-user, permissions mean nothing."""

    def run(path: Path, *arguments: object, **options: object) -> object:
        if path.name == name:
            raise PermissionError(13, "Permission denied", str(path))
        return opens(path, *arguments, **options)

    return run
