"""Compiled folders are written whole or not at all, and never over what skvm did not make."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from skvm.backends.base import OutputFile
from skvm.backends.report import seal
from skvm.grammar.diagnostic import SkvmError
from skvm.tools import write_output
from skvm.tools.write_output import write_file, write_folder

from .commands import tree


def files(text: str = "one", count: int = 1) -> dict[str, OutputFile]:
    own = {f"notes/{number}.md": OutputFile(text.encode()) for number in range(count)}
    return seal({**own, "run.sh": OutputFile(b"#!/bin/sh\n", 0o755)}, {"skill": "x"})


def codes(error: pytest.ExceptionInfo[SkvmError]) -> list[str]:
    return [finding.code for finding in error.value.diagnostics]


def test_bytes_and_modes_are_as_given_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        write_folder(tmp_path / "deep" / "out", files(), [])
    finally:
        os.umask(before)
    written = tree(tmp_path / "deep" / "out")
    assert written["notes/0.md"] == (b"one", 0o644)
    assert written["run.sh"] == (b"#!/bin/sh\n", 0o755)
    assert sorted(path.name for path in (tmp_path / "deep").iterdir()) == ["out"]


def cannot_exchange(fresh: Path, place: Path) -> bool:
    return False


@pytest.mark.parametrize("swaps", [True, False])
def test_a_compiled_folder_is_replaced(tmp_path: Path, swaps: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not swaps:
        monkeypatch.setattr(write_output, "_exchange", cannot_exchange)
    out = tmp_path / "out"
    write_folder(out, files("one", 3), [])
    (out / "notes" / "__pycache__").mkdir()
    (out / "notes" / "__pycache__" / "x.pyc").write_bytes(b"")
    write_folder(out, files("two"), [])
    assert sorted(tree(out)) == ["notes/0.md", "report.json", "run.sh"]
    assert tree(out)["notes/0.md"][0] == b"two"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    write_folder(tmp_path / "out", files(), [])
    assert "report.json" in tree(tmp_path / "out")


def test_a_folder_behind_a_link_is_written_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "far")
    write_folder(tmp_path / "out", files(), [])
    assert (tmp_path / "out").is_symlink()
    assert "report.json" in tree(tmp_path / "far")


@pytest.mark.parametrize("report", [None, b"", b"[]", b'{"outputs": 3}', b'{"outputs": {}}', b'{"outputs": {"a": ""}}'])
def test_what_no_compile_made_is_left_alone(tmp_path: Path, report: bytes | None) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.md").write_text("years of work", encoding="utf-8")
    if report is not None:
        (out / "report.json").write_bytes(report)
    before = tree(tmp_path)
    with pytest.raises(SkvmError) as error:
        write_folder(out, files(), [])
    assert codes(error) == ["SKV602"]
    assert tree(tmp_path) == before


def test_a_file_added_to_a_compiled_folder_is_named(tmp_path: Path) -> None:
    write_folder(tmp_path / "out", files(), [])
    (tmp_path / "out" / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(SkvmError, match=r"holds 'mine\.txt'"):
        write_folder(tmp_path / "out", files("two"), [])


def test_a_dangling_link_in_the_folder_counts_as_a_file(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "link").symlink_to("nowhere")
    with pytest.raises(SkvmError, match="holds 'link'"):
        write_folder(tmp_path / "out", files(), [])


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("text", encoding="utf-8")
    with pytest.raises(SkvmError) as error:
        write_folder(tmp_path / "out", files(), [])
    assert codes(error) == ["SKV602"]


@pytest.mark.parametrize("name", [".", "..", "/"])
def test_the_current_folder_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(SkvmError) as error:
        write_folder(Path(name), files(), [])
    assert codes(error) == ["SKV602"]


@pytest.mark.parametrize("name", ["skill", "skill/out", "."])
def test_an_output_is_never_over_its_input(tmp_path: Path, name: str) -> None:
    (tmp_path / "skill").mkdir()
    with pytest.raises(SkvmError) as error:
        write_folder(tmp_path / name, files(), [tmp_path / "skill"])
    assert codes(error) == ["SKV607"]


@pytest.mark.parametrize("path", ["../x", "a/../../x", "/etc/x", ""])
def test_no_file_lands_outside(tmp_path: Path, path: str) -> None:
    with pytest.raises(SkvmError) as error:
        write_folder(tmp_path / "out", {path: OutputFile(b"")}, [])
    assert codes(error) == ["SKV608"]
    assert list(tmp_path.iterdir()) == []


def test_a_write_that_fails_leaves_the_old_folder_and_nothing_else(tmp_path: Path) -> None:
    write_folder(tmp_path / "out", files("one"), [])
    before = tree(tmp_path)
    with pytest.raises(OSError, match=r"a/b|Not a directory|File exists"):
        write_folder(tmp_path / "out", {"a": OutputFile(b""), "a/b": OutputFile(b"")}, [])
    assert tree(tmp_path) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


KILLED = """
import sys
from pathlib import Path
from skvm.backends.base import OutputFile
from skvm.backends.report import seal
from skvm.tools.write_output import write_folder

print("ready", flush=True)
for turn in range(10_000):
    text = str(turn).encode() * 50
    write_folder(Path(sys.argv[1]), seal({f"{n}.md": OutputFile(text) for n in range(20)}, {}), [])
"""


def test_being_killed_leaves_one_whole_folder(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for wait in (0.02, 0.05, 0.08, 0.11):
        process = subprocess.Popen([sys.executable, "-c", KILLED, str(out)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        found = tree(out)
        assert len(found) in (0, 21)
        assert len({data for path, (data, _) in found.items() if path.endswith(".md")}) <= 1


def test_a_single_file_is_replaced_whole(tmp_path: Path) -> None:
    write_file(tmp_path / "deep" / "x.sir", b"one")
    write_file(tmp_path / "deep" / "x.sir", b"two")
    assert tree(tmp_path) == {"deep/x.sir": (b"two", (tmp_path / "deep" / "x.sir").stat().st_mode & 0o777)}


def test_a_device_is_written_to(capfd: pytest.CaptureFixture[str]) -> None:
    if not Path("/dev/fd/1").exists():
        pytest.skip("no /dev/fd here")
    reading, writing = os.pipe()
    write_file(Path(f"/dev/fd/{writing}"), b"text")
    os.close(writing)
    assert os.read(reading, 10) == b"text"
    os.close(reading)
