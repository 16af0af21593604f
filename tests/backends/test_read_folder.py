"""Reading a skill's folder: what is taken, what is left out and how that is said."""

import hashlib
import os
from pathlib import Path

import pytest
from skvm.backends.read_folder import KEPT_IN_MEMORY, read_bundle
from skvm.grammar.diagnostic import Severity, SkvmError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "my-skill"
    (root / "scripts").mkdir(parents=True)
    (root / "SKILL.md").write_bytes(b"# T\n")
    (root / "scripts" / "a.py").write_bytes(b"print(1)\n")
    return root


def test_files_are_sorted_and_described(folder: Path) -> None:
    (folder / "Z.txt").write_bytes(b"z")
    os.chmod(folder / "scripts" / "a.py", 0o755)
    bundle = read_bundle(folder)
    assert list(bundle.entries) == ["SKILL.md", "Z.txt", "scripts/a.py"]
    assert (bundle.name, bundle.main, bundle.diagnostics) == ("my-skill", "SKILL.md", ())
    entry = bundle.entries["scripts/a.py"]
    assert (entry.size, entry.mode, entry.load()) == (9, "755", b"print(1)\n")
    assert entry.sha256 == hashlib.sha256(b"print(1)\n").hexdigest()


def test_the_path_of_skill_md_is_accepted(folder: Path) -> None:
    assert read_bundle(folder / "SKILL.md") == read_bundle(folder)


def test_skill_md_in_other_letters_is_found_and_kept_as_named(folder: Path) -> None:
    (folder / "SKILL.md").rename(folder / "skill.md")
    bundle = read_bundle(folder)
    assert bundle.main == "skill.md"
    assert "SKILL.md" not in bundle.entries


def test_a_large_file_is_hashed_in_pieces_and_read_when_asked(folder: Path) -> None:
    data = bytes(range(256)) * (KEPT_IN_MEMORY // 256 + 1)
    (folder / "big.bin").write_bytes(data)
    entry = read_bundle(folder).entries["big.bin"]
    assert (entry.size, entry.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert entry.load() == data


def test_hidden_files_and_tool_folders_are_left_out_with_a_note(folder: Path) -> None:
    for name in (".git", "__pycache__", "node_modules"):
        (folder / name).mkdir()
        (folder / name / "x").write_bytes(b"x")
    (folder / ".env").write_bytes(b"KEY=1")
    bundle = read_bundle(folder)
    assert list(bundle.entries) == ["SKILL.md", "scripts/a.py"]
    (finding,) = bundle.diagnostics
    assert (finding.code, finding.severity) == ("SKV054", Severity.NOTE)
    assert ".env, .git, __pycache__, node_modules" in finding.message


def test_links_are_followed_only_inside_the_folder(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (folder / "inside").symlink_to("scripts/a.py")
    (folder / "outside").symlink_to(tmp_path / "secret")
    (folder / "broken").symlink_to("nothing")
    (folder / "loop").symlink_to(".")
    bundle = read_bundle(folder)
    assert list(bundle.entries) == ["SKILL.md", "inside", "scripts/a.py"]
    found = {Path(item.path).name: item.code for item in bundle.diagnostics}
    assert found == {"broken": "SKV052", "loop": "SKV051", "outside": "SKV051"}
    assert all(item.severity is Severity.WARNING and item.help for item in bundle.diagnostics)


def test_special_files_are_left_out(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    bundle = read_bundle(folder)
    assert "pipe" not in bundle.entries
    assert [item.code for item in bundle.diagnostics] == ["SKV053"]


def test_unreadable_files_are_left_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.open

    def refuse(path: Path, mode: str = "r") -> object:
        if path.name == "a.py":
            raise PermissionError(13, "Permission denied")
        return real(path, mode)

    monkeypatch.setattr(Path, "open", refuse)
    bundle = read_bundle(folder)
    assert list(bundle.entries) == ["SKILL.md"]
    assert [item.code for item in bundle.diagnostics] == ["SKV052"]


def test_names_that_are_no_utf8_are_left_out(folder: Path) -> None:
    (folder / os.fsdecode(b"\xff.txt")).write_bytes(b"x")
    bundle = read_bundle(folder)
    assert list(bundle.entries) == ["SKILL.md", "scripts/a.py"]
    assert [item.code for item in bundle.diagnostics] == ["SKV052"]


@pytest.mark.parametrize("name", ["nothing-here", "file.txt", "empty"])
def test_no_skill_is_said_with_help(tmp_path: Path, name: str) -> None:
    (tmp_path / "file.txt").write_bytes(b"x")
    (tmp_path / "empty").mkdir()
    with pytest.raises(SkvmError) as caught:
        read_bundle(tmp_path / name)
    (finding,) = caught.value.diagnostics
    assert finding.code == "SKV050"
    assert finding.help


def test_skill_md_that_leads_out_of_the_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "other.md").write_bytes(b"x")
    (folder / "SKILL.md").unlink()
    (folder / "SKILL.md").symlink_to(tmp_path / "other.md")
    with pytest.raises(SkvmError) as caught:
        read_bundle(folder)
    assert [item.code for item in caught.value.diagnostics] == ["SKV050"]
