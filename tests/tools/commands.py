"""How the tests of the commands run them: in this process as the entry points do, or as processes of their own."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from click.testing import CliRunner, Result
from skvm.tools.cli import load_verb, skvm

SKILL = """---
name: tidy-notes
description: Sorts and cleans a folder of notes. Use when the user asks to tidy notes.
---

# Tidy notes

1. Run `mkdir -p work && cp <notes.md> work/notes.md && python scripts/sort.py work/notes.md`.
2. Read `work/notes.md` and list the notes without a date.
3. Write `report.md` with a title and the list.
4. Verify that every note has a date. If one has none, return to step 2.

NEVER change the input file.
"""
SCRIPT = "import sys\n\nprint(open(sys.argv[1]).read())\n"


def make_skill(folder: Path, name: str = "tidy-notes", text: str = SKILL) -> Path:
    """A small skill with a script in ``folder/name``; its name in the frontmatter is ``name`` as well."""
    skill = folder / name
    (skill / "scripts").mkdir(parents=True)
    (skill / "SKILL.md").write_text(text.replace("name: tidy-notes", f"name: {name}"), encoding="utf-8")
    (skill / "scripts" / "sort.py").write_text(SCRIPT, encoding="utf-8")
    (skill / "scripts" / "sort.py").chmod(0o755)
    return skill


def run(*arguments: object, stdin: bytes | str | None = None) -> Result:
    """``skvm ARGUMENTS`` in this process. A bug of ours stays an exception."""
    return CliRunner(catch_exceptions=False).invoke(skvm, [str(own) for own in arguments], input=stdin)


def run_verb(verb: str, *arguments: object, stdin: bytes | str | None = None) -> Result:
    """``skvm-VERB ARGUMENTS`` in this process."""
    return CliRunner(catch_exceptions=False).invoke(load_verb(verb), [str(own) for own in arguments], input=stdin)


def start(
    *arguments: object, folder: Path | None = None, settings: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """``skvm ARGUMENTS`` as a process of its own, with its bytes."""
    command = [sys.executable, "-m", "skvm.tools.cli", *map(str, arguments)]
    return subprocess.run(command, cwd=folder, env=settings, capture_output=True, check=False, timeout=60)


def tree(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Bytes and permission bits of every file below ``folder``."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mode & 0o777) for path in files}
