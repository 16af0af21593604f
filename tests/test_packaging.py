"""What a wheel holds: the hand-kept lists of pyproject.toml agree with the tree."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
from skvm.backends.version import VERSION

ROOT = Path(__file__).parents[1]
CONFIG: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT: dict[str, Any] = CONFIG["project"]
PACKAGES: list[str] = CONFIG["tool"]["setuptools"]["packages"]
PACKAGE_DATA: dict[str, list[str]] = CONFIG["tool"]["setuptools"]["package-data"]

NOT_SHIPPED = {"build", "dist", "docs", "examples", "out", "tests"}
# Where the name in an import is not the name of the distribution.
DISTRIBUTION_OF = {"sklearn": "scikit-learn", "yaml": "pyyaml"}
# What only the scripts need that fit the weights, for developers.
FITTING = {"numpy", "scipy", "scikit-learn"}


def folder_of(package: str) -> Path:
    return ROOT.joinpath(*package.split(".")[1:])


def top_folders() -> list[Path]:
    return sorted(
        path
        for path in ROOT.iterdir()
        if path.is_dir() and not path.name.startswith(".") and path.name not in NOT_SHIPPED
    )


def module_files() -> list[Path]:
    return [path for package in PACKAGES for path in sorted(folder_of(package).glob("*.py")) if path.name != "setup.py"]


def is_made(path: Path) -> bool:
    """True for what a build or a run puts into the tree: byte code and the parser tables."""
    return "__pycache__" in path.parts or path.suffix == ".pickle"


def test_every_folder_with_modules_is_a_listed_package() -> None:
    holders = {path.parent for folder in top_folders() for path in folder.rglob("*.py")}
    found = {".".join(["skvm", *folder.relative_to(ROOT).parts]) for folder in holders}
    assert sorted({"skvm", *found}) == sorted(PACKAGES)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_has_its_two_marks(package: str) -> None:
    assert (folder_of(package) / "__init__.py").is_file()
    assert (folder_of(package) / "py.typed").is_file(), "without it type checkers ignore the package"


@pytest.mark.parametrize("package", [package for package in PACKAGES if package != "skvm"])
def test_every_data_file_is_shipped(package: str) -> None:
    folder = folder_of(package)
    patterns = [*PACKAGE_DATA["*"], *PACKAGE_DATA.get(package, [])]
    shipped = {path for pattern in patterns for path in folder.glob(pattern)}
    there = {path for path in folder.rglob("*") if path.is_file() and path.suffix != ".py" and not is_made(path)}
    assert sorted(there - shipped) == []


@pytest.mark.parametrize(
    ("package", "pattern"),
    [(package, pattern) for package, patterns in PACKAGE_DATA.items() if package != "*" for pattern in patterns],
)
def test_every_data_pattern_has_a_file(package: str, pattern: str) -> None:
    assert list(folder_of(package).glob(pattern))


def test_type_checkers_see_the_packages_by_their_import_names() -> None:
    links = {path.name: path.readlink().as_posix() for path in (ROOT / ".typing" / "skvm").iterdir()}
    wanted = {package.removeprefix("skvm."): f"../../{package.removeprefix('skvm.')}" for package in PACKAGES[1:]}
    assert links == {**wanted, "__init__.py": "../../__init__.py"}


def test_the_version_stands_in_one_place() -> None:
    literal = re.compile(rf"""["']{re.escape(VERSION)}["']|^__version__""", re.MULTILINE)
    stating = [path for path in module_files() if literal.search(path.read_text(encoding="utf-8"))]
    assert stating == [folder_of("skvm.backends") / "version.py"]
    assert "version" in PROJECT["dynamic"]
    assert CONFIG["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "backends.version.VERSION"}
    assert distribution("skvm").version == VERSION, "installed from an older tree: install it again"


def test_importing_the_package_loads_no_part_of_it() -> None:
    program = "import skvm, sys; print(*[name for name in sys.modules if name.startswith('skvm.')])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_every_command_of_the_project_exists() -> None:
    installed = {entry.name: entry.value for entry in distribution("skvm").entry_points}
    assert installed == PROJECT["scripts"], "installed from an older tree: install it again"
    for value in PROJECT["scripts"].values():
        module, _, function = value.partition(":")
        text = folder_of(module).with_suffix(".py").read_text(encoding="utf-8")
        assert function in names_bound_by(ast.parse(text))


def names_bound_by(tree: ast.Module) -> set[str]:
    """The functions and variables that a module makes at its top level."""
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    targets = [target for node in tree.body if isinstance(node, ast.Assign) for target in node.targets]
    return functions | {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}


def test_every_imported_library_is_declared() -> None:
    declared = {re.split(r"[^A-Za-z0-9._-]", entry)[0].lower() for entry in PROJECT["dependencies"]}
    imported: dict[str, Path] = {}
    for path in module_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported.update({alias.name.split(".")[0]: path for alias in node.names})
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                imported[node.module.split(".")[0]] = path
    foreign = {DISTRIBUTION_OF.get(name, name): imported[name] for name in imported.keys() - sys.stdlib_module_names}
    assert sorted(foreign.keys() - declared - FITTING) == []
    assert {foreign[name].name.partition("_")[0] for name in FITTING & foreign.keys()} <= {"fit"}
