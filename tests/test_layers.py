"""The structure that the folders promise: imports go one way, libraries enter through one file, files stay readable."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAYERS = ["grammar", "skvm_ir", "passes", "backends", "runtime", "tools"]
MODULES = sorted(path for layer in LAYERS for path in (ROOT / layer).rglob("*.py"))
GRAMMARS = sorted(path for layer in LAYERS for path in (ROOT / layer).rglob("*.lark"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))

LONGEST_FILE = 400
# A library is known by one file, so that it can be replaced there and its start-up cost is paid where it is used.
ENTERED_ONCE = ["graphviz", "lark", "litellm", "llvmlite.binding", "llvmlite.ir", "markdown_it", "tiktoken", "yaml"]
SLOW_TO_IMPORT = ["litellm", "llvmlite"]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=name_of(path))


def wrong_imports(tree: ast.Module, own: str) -> Iterator[str]:
    """The imports in a module of the layer ``own`` that break the order of the layers, as ``line: why``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] in ["skvm", *LAYERS]:
                    yield f"{node.lineno}: imports {alias.name} absolutely"
        elif isinstance(node, ast.ImportFrom):
            first = (node.module or "").split(".")[0]
            if node.level == 0 and first in ["skvm", *LAYERS]:
                yield f"{node.lineno}: imports {node.module} absolutely"
            elif node.level == 2 and first not in LAYERS[: LAYERS.index(own)]:
                yield f"{node.lineno}: {own} imports {first or 'the root package'}"
            elif node.level > 2:
                yield f"{node.lineno}: imports from outside the package"


def libraries(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Each library module that is imported anywhere in ``tree``, with the line: ``a.b`` for ``from a import b`` too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def is_part_of(module: str, library: str) -> bool:
    return f"{module}.".startswith(f"{library}.")


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_go_one_way(path: Path) -> None:
    own = path.relative_to(ROOT).parts[0]
    assert list(wrong_imports(tree_of(path), own)) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("from .op import Op", []),
        ("from ..grammar.source import Span", []),
        ("from ..backends.registry import TARGETS", ["1: passes imports backends"]),
        ("def f():\n    from ..tools import cli", ["2: passes imports tools"]),
        ("from .. import compile", ["1: passes imports the root package"]),
        ("from ...elsewhere import x", ["1: imports from outside the package"]),
        ("import skvm.grammar", ["1: imports skvm.grammar absolutely"]),
        ("from skvm.grammar import source", ["1: imports skvm.grammar absolutely"]),
        ("from grammar.source import Span", ["1: imports grammar.source absolutely"]),
    ],
)
def test_a_wrong_import_is_found(text: str, found: list[str]) -> None:
    assert list(wrong_imports(ast.parse(text), "passes")) == found


@pytest.mark.parametrize("path", [*MODULES, *TESTS], ids=name_of)
def test_a_file_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(tree_of(path)), "wanted a docstring at the top"


@pytest.mark.parametrize("path", [*MODULES, *GRAMMARS, *TESTS], ids=name_of)
def test_files_stay_readable(path: Path) -> None:
    assert path.read_bytes().count(b"\n") <= LONGEST_FILE


@pytest.mark.parametrize("library", ENTERED_ONCE)
def test_a_library_enters_through_one_file(library: str) -> None:
    users = {name_of(path) for path in MODULES for module, _ in libraries(tree_of(path)) if is_part_of(module, library)}
    assert len(users) <= 1, sorted(users)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_slow_libraries_are_imported_where_they_are_used(path: Path) -> None:
    at_top = [node for node in tree_of(path).body if not isinstance(node, ast.FunctionDef | ast.ClassDef)]
    found = [
        f"{line}: {module}"
        for node in at_top
        for module, line in libraries(node)
        for slow in SLOW_TO_IMPORT
        if is_part_of(module, slow)
    ]
    assert found == []


def modules_loaded_by(arguments: list[str], folder: Path) -> set[str]:
    """Run ``skvm ARGUMENTS`` in a process of its own and return the top-level modules it had loaded at its end."""
    program = (
        "import atexit, sys\n"
        "atexit.register(lambda: print('LOADED', *{name.split('.')[0] for name in sys.modules}))\n"
        "sys.argv[0] = 'skvm'\n"
        "from skvm.tools.cli import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.rpartition("LOADED ")[2].split())


def test_help_loads_no_library_that_it_does_not_need(tmp_path: Path) -> None:
    loaded = modules_loaded_by(["--help"], tmp_path)
    assert "click" in loaded
    assert loaded.isdisjoint({"graphviz", "lark", "litellm", "llvmlite", "markdown_it", "yaml"})


def test_a_compile_loads_neither_a_model_client_nor_a_code_generator(tmp_path: Path) -> None:
    skill = tmp_path / "tidy-notes"
    skill.mkdir()
    text = "---\nname: tidy-notes\ndescription: Tidies notes.\n---\n\n1. Read `notes.md`.\n2. Sort the notes by date.\n"
    (skill / "SKILL.md").write_text(text, encoding="utf-8")
    loaded = modules_loaded_by(["cc", str(skill), "--target=qwen-7b", "-o", str(tmp_path / "out")], tmp_path)
    assert (tmp_path / "out" / "SKILL.md").is_file()
    assert loaded.isdisjoint({"graphviz", "litellm", "llvmlite"})
