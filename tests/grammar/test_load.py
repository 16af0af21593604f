"""Grammars from their tables and from their text."""

import os
import pickle
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from skvm.grammar import load as loading
from skvm.grammar.load import build, load, main


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own with the grammars of the project, without tables."""
    for grammar in loading.FOLDER.glob("*.lark"):
        shutil.copy(grammar, tmp_path)
    monkeypatch.setattr(loading, "FOLDER", tmp_path)
    load.cache_clear()
    return tmp_path


def names(tokens: list[str]) -> str:
    """The rules that a grammar of two declared tokens finds, as lark prints them."""
    return str(load("pair", None, make_tokens).parse(tokens))


class Named:
    """A token that is no text."""

    line = column = end_line = end_column = start_pos = end_pos = None

    def __init__(self, type: str) -> None:
        self.type = type

    def __repr__(self) -> str:
        return self.type


def make_tokens(types: list[str]) -> list[Named]:
    return [Named(type) for type in types]


def test_tables_and_text_give_the_same_parser(folder: Path) -> None:
    (folder / "pair.lark").write_text("start: (A B)*\n%declare A B\n")
    from_text = names(["A", "B", "A", "B"])
    assert from_text == "Tree('start', [A, B, A, B])"
    assert folder / "pair.pickle" in build(folder)
    load.cache_clear()
    assert names(["A", "B", "A", "B"]) == from_text


def test_a_stale_table_is_passed_over(folder: Path) -> None:
    grammar = folder / "pair.lark"
    grammar.write_text("start: (A B)*\n%declare A B\n")
    build(folder)
    grammar.write_text("start: (A | B)*\n%declare A B\n")
    load.cache_clear()
    assert names(["B", "A"]) == "Tree('start', [B, A])"


def test_a_fresh_table_is_used(folder: Path) -> None:
    (folder / "pair.lark").write_text("start: (A B)*\n%declare A B\n")
    build(folder)
    path = folder / "pair.pickle"
    stamp, tables = pickle.loads(path.read_bytes())
    tables["data"]["parser"]["parser"]["start_states"] = {}
    path.write_bytes(pickle.dumps((stamp, tables)))
    load.cache_clear()
    with pytest.raises(KeyError, match="start"):
        names([])


def test_tables_are_the_same_every_time(tmp_path: Path) -> None:
    made: list[dict[str, bytes]] = []
    for seed in ("1", "2"):
        out = tmp_path / seed
        out.mkdir()
        command = [sys.executable, "-m", "skvm.grammar.load", "--build", str(out)]
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PYTHONHASHSEED": seed})
        made.append({path.name: path.read_bytes() for path in out.iterdir()})
    assert {name: sha256(data).hexdigest() for name, data in made[0].items()} == {
        name: sha256(data).hexdigest() for name, data in made[1].items()
    }
    assert "skill.pickle" in made[0]


def test_lark_is_imported_by_loading_alone() -> None:
    code = "import sys, skvm.grammar.blocks, skvm.grammar.load; sys.exit('lark' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--bild"]) == 2
    assert capsys.readouterr().err == "usage: python -m skvm.grammar.load --build [FOLDER]\n"
