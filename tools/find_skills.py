"""Which skills a command line means: folders with a ``SKILL.md``, or folders of such folders."""

import os
from collections.abc import Iterable
from pathlib import Path

from ..grammar.diagnostic import Diagnostic, SkvmError


def find_skills(paths: Iterable[Path]) -> list[Path]:
    """The skill folders that ``paths`` name or hold, in that order, those below one folder sorted by path.

    Raises ``SkvmError`` (SKV603) for a path that neither is nor holds a skill.
    """
    found: list[Path] = []
    for path in paths:
        folder = path.parent if path.is_file() and path.name.lower() == "skill.md" else path
        below = _below(folder)
        if not below:
            raise SkvmError([_nothing(path)])
        found += [skill for skill in below if skill not in found]
    return found


def _below(folder: Path) -> list[Path]:
    """``folder`` when it is a skill, else the skills below it; a skill inside a skill is part of it.

    Links to skills count, links to other folders are not followed: they may lead in circles.
    """
    if folder.is_dir():
        os.listdir(folder)  # what may not be read is refused here; the walk would take it for empty
    found: list[Path] = []
    for current, folders, files in os.walk(folder):
        if _holds_skill(files):
            found.append(Path(current))
            folders.clear()
        folders[:] = [name for name in folders if not name.startswith(".") and name != "node_modules"]
        links = [Path(current, name) for name in folders if os.path.islink(os.path.join(current, name))]
        found += [link for link in links if os.access(link, os.R_OK) and _holds_skill(os.listdir(link))]
    return sorted(found)


def _holds_skill(names: Iterable[str]) -> bool:
    return any(name.lower() == "skill.md" for name in names)


def _nothing(path: Path) -> Diagnostic:
    if not path.exists():
        return Diagnostic("SKV603", "found no such file or folder", path=str(path), help="check the path")
    what = "found a file that is no SKILL.md" if path.is_file() else "found no SKILL.md in this folder or below it"
    if (path / "SKILL.md").is_dir():
        what = "'SKILL.md' is a folder, wanted a file"
    return Diagnostic("SKV603", what, path=str(path), help="name a skill's folder: the one that holds its SKILL.md")
