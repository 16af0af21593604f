"""Build the wheel and use it as a stranger would: in a clean environment, from another folder, without the source.

Everything happens in a temporary folder. Prints one line per check; the first that fails ends the run with exit 1.
"""

import os
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ["grammar", "skvm_ir", "passes", "backends", "runtime", "tools"]
EXAMPLE = ROOT / "examples" / "csv-report"
COMMANDS = ["skvm", "skvm-cc", "skvm-opt", "skvm-llc"]
PUBLIC_NAMES = "import skvm; assert all(callable(getattr(skvm, name)) for name in skvm.__all__); print(*skvm.__all__)"


def main() -> None:
    """Run all checks in order."""
    with tempfile.TemporaryDirectory(prefix="skvm-wheel-") as name:
        work = Path(name)
        run([sys.executable, "-m", "build", "--outdir", str(work / "dist"), str(ROOT)])
        [wheel] = (work / "dist").glob("*.whl")
        check_content(wheel)
        environment = install(wheel, work / "environment")
        before = read_only(environment)
        use(environment, work)
        differing = [path for path, content in snapshot(environment).items() if before.get(path) != content]
        require(not differing, f"a run wrote into the installed package: {differing}")
        print(f"wheel: used from /, nothing written into the {len(before)} installed files")


def check_content(wheel: Path) -> None:
    """The wheel holds each module and data file of the tree, a table for each grammar, and nothing else."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    held = {name.removeprefix("skvm/") for name in names if name.startswith("skvm/")}
    tables = {name for name in held if name.endswith(".pickle")}
    wanted = {"__init__.py", "py.typed"}
    for folder in FOLDERS:
        wanted |= {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*") if is_source(path)}
    grammars = {name for name in wanted if name.endswith(".lark")}
    require(not wanted - held, f"missing from the wheel: {sorted(wanted - held)}")
    require(not held - tables - wanted, f"in the wheel and not in the tree: {sorted(held - tables - wanted)}")
    without = [name for name in grammars if name.replace(".lark", ".pickle") not in tables]
    require(not without, f"grammars without a table: {sorted(without)}")
    strangers = {name for name in names if not name.startswith(("skvm/", "skvm-"))}
    require(not strangers, f"installed beside the package: {sorted(strangers)}")
    print(f"wheel: {len(held)} files as in the tree, tables {sorted(tables)}")


def is_source(path: Path) -> bool:
    """True for what a person wrote, rather than a run or a build."""
    return path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pickle"


def install(wheel: Path, environment: Path) -> Path:
    """Install the wheel with all it depends on; returns the folder of the installed package."""
    venv.create(environment, with_pip=True)
    python = str(environment / "bin" / "python")
    run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(wheel)])
    found = run([python, "-c", "import skvm; print(skvm.__path__[0])"])
    package = Path(found.strip())
    require(package.is_relative_to(environment), f"'import skvm' found {package}, wanted it in {environment}")
    return package


def read_only(package: Path) -> dict[Path, bytes]:
    """Take the right to write from the package; returns its content, for to root such rights mean nothing."""
    for path in [package, *package.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    return snapshot(package)


def snapshot(package: Path) -> dict[Path, bytes]:
    """The content of each file below ``package``."""
    return {path: path.read_bytes() for path in package.rglob("*") if path.is_file()}


def use(package: Path, work: Path) -> None:
    """Run the commands and the library; from / no file of the clone can be meant."""
    scripts = package.parents[3] / "bin"
    for command in COMMANDS:
        require("Usage" in run([str(scripts / command), "--help"]), f"'{command} --help' shows no usage")
    out = work / "out"
    run([str(scripts / "skvm"), "cc", str(EXAMPLE), "--target=qwen-7b", "-o", str(out)])
    for name in ["SKILL.md", "skill.sir", "report.json"]:
        require((out / name).is_file(), f"'skvm cc' wrote no {name}")
    again = work / "again"
    run([str(scripts / "skvm-llc"), "--target=source", str(out / "skill.sir"), "-o", str(again)])
    require((again / "SKILL.md").is_file(), "'skvm-llc' wrote no SKILL.md")
    require("qwen-7b" in run([str(scripts / "skvm"), "llc", "--list-targets"]), "the targets are not in the wheel")
    print("wheel: public names", run([str(scripts / "python"), "-c", PUBLIC_NAMES]).strip())


def run(command: list[str]) -> str:
    """Run ``command`` in / without this environment's Python settings; returns what it printed."""
    settings = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(command, cwd="/", env=settings, capture_output=True, text=True, check=False)
    require(done.returncode == 0, f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def require(holds: bool, otherwise: str) -> None:
    """End the run with ``otherwise`` unless ``holds``."""
    if not holds:
        sys.exit(f"error: {otherwise}")


if __name__ == "__main__":
    main()
