"""Reads a skill's folder from disk into a bundle; the only place where lifting meets the file system."""

import hashlib
import os
import stat
from functools import partial
from pathlib import Path

from attrs import define, field

from ..grammar.diagnostic import Diagnostic, Severity, SkvmError
from ..grammar.source import Source
from ..skvm_ir.bundle import Bundle, Entry

LEFT_OUT = frozenset({"__pycache__", "node_modules"})
"""Folders that tools make beside a skill; so is everything hidden."""

KEPT_IN_MEMORY = 1 << 20
"""A larger file is hashed piece by piece and read again by who needs it."""


def read_bundle(folder: Path) -> Bundle:
    """The files below ``folder`` (or below the folder of a ``SKILL.md``), sorted by path.

    Links that lead out of the folder, special and unreadable files are left out with a warning, hidden files and
    folders with a note. Raises ``SkvmError`` when there is no folder or no ``SKILL.md`` in it.
    """
    root, main = _locate(folder)
    reading = _Reading(root, os.path.realpath(root))
    reading.walk("")
    if main not in reading.entries:
        found = "; ".join(item.message for item in reading.findings if item.path.endswith(main))
        message = found or "SKILL.md cannot be read"
        raise SkvmError([_error("SKV050", message, root / main, "make it a readable file inside the folder")])
    reading.note_left_out()
    entries = {path: reading.entries[path] for path in sorted(reading.entries)}
    return Bundle(_name(root), main, entries, root.as_posix(), tuple(reading.findings))


def read_main(folder: Path) -> tuple[str, Source]:
    """The name of a skill's folder and its ``SKILL.md``, nothing else read; ``SkvmError`` where there is none."""
    root, main = _locate(folder)
    path = root / main
    try:
        return _name(root), Source(path.as_posix(), path.read_bytes())
    except OSError as error:
        message = f"SKILL.md cannot be read ({error.strerror})"
        raise SkvmError([_error("SKV050", message, path, "make it a readable file inside the folder")]) from error


def _locate(folder: Path) -> tuple[Path, str]:
    """The skill's folder and the name of its ``SKILL.md``."""
    if folder.is_file() and folder.name.lower() == "skill.md":
        return folder.parent, folder.name
    if folder.is_dir():
        return folder, _find_main(folder)
    raise SkvmError([_missing(folder)])


def _name(root: Path) -> str:
    return root.name if root.name not in ("", "..") else os.path.basename(os.path.realpath(root))


@define
class _Reading:
    """One walk over a folder: what it gathers."""

    root: Path
    real: str
    entries: dict[str, Entry] = field(factory=dict[str, Entry])
    findings: list[Diagnostic] = field(factory=list[Diagnostic])
    left_out: list[str] = field(factory=list[str])

    def walk(self, folder: str) -> None:
        """Gather the files of ``folder`` (relative, empty for the root) and below."""
        waiting = [folder]
        while waiting:
            current = waiting.pop()
            try:
                names = sorted(os.listdir(self.root / current))
            except OSError as error:
                self._warn("SKV052", f"folder cannot be read ({error.strerror}), it is left out", current)
                continue
            for name in names:
                path = f"{current}/{name}" if current else name
                if name.startswith(".") or name in LEFT_OUT:
                    self.left_out.append(path)
                elif self._is_folder(path):
                    waiting.append(path)

    def note_left_out(self) -> None:
        """Say which hidden files and tool folders were passed over."""
        if self.left_out:
            shown = ", ".join(self.left_out[:5]) + (" …" if len(self.left_out) > 5 else "")
            message = f"hidden files and tool folders are left out: {shown}"
            self.findings.append(Diagnostic("SKV054", message, severity=Severity.NOTE, path=self.root.as_posix()))

    def _is_folder(self, path: str) -> bool:
        """Add ``path`` when it is a file; True when it is a folder to walk."""
        full = self.root / path
        try:
            facts = os.lstat(full)
            if stat.S_ISLNK(facts.st_mode):
                if not self._link_stays(path, full):
                    return False
                facts = os.stat(full)
                if stat.S_ISDIR(facts.st_mode):
                    # A folder by another name holds nothing new, and may hold itself.
                    self._warn("SKV051", "linked folder is not followed", path)
                    return False
            if stat.S_ISREG(facts.st_mode):
                self._add(path, full, facts)
            elif not stat.S_ISDIR(facts.st_mode):
                self._warn("SKV053", "neither a file nor a folder, it is left out", path)
        except OSError as error:
            self._warn("SKV052", f"file cannot be read ({error.strerror}), it is left out", path)
            return False
        return stat.S_ISDIR(facts.st_mode)

    def _link_stays(self, path: str, full: Path) -> bool:
        target = os.path.realpath(full)
        if target.startswith(self.real.rstrip(os.sep) + os.sep):
            return True
        self._warn("SKV051", "link leaves the folder, it is not followed", path)
        return False

    def _add(self, path: str, full: Path, facts: os.stat_result) -> None:
        try:
            path.encode()
        except UnicodeEncodeError:
            shown = path.encode("utf-8", "replace").decode()
            self._warn("SKV052", "file name is not UTF-8, it is left out", shown)
            return
        size, digest, data = _hash(full)
        load = partial(_load, full) if data is None else partial(bytes, data)
        # As in git: what else a mode says is the umask of whoever made the copy.
        mode = "755" if facts.st_mode & stat.S_IXUSR else "644"
        self.entries[path] = Entry(path, size, digest, mode, load)

    def _warn(self, code: str, message: str, path: str) -> None:
        shown = (self.root / path).as_posix() if path else self.root.as_posix()
        help_text = "copy the file into the folder" if code == "SKV051" else "check the file's permissions and name"
        self.findings.append(Diagnostic(code, message, severity=Severity.WARNING, help=help_text, path=shown))


def _hash(path: Path) -> tuple[int, str, bytes | None]:
    """Size and SHA-256 of a file, and its bytes when they are few."""
    digest, size, first = hashlib.sha256(), 0, b""
    with path.open("rb") as file:
        while piece := file.read(KEPT_IN_MEMORY):
            digest.update(piece)
            first = piece if size == 0 else first
            size += len(piece)
    return size, digest.hexdigest(), first if size == len(first) else None


def _load(path: Path) -> bytes:
    return path.read_bytes()


def _find_main(folder: Path) -> str:
    """The name of ``SKILL.md`` as it is spelled in ``folder``; the exact spelling wins."""
    try:
        names = sorted(name for name in os.listdir(folder) if name.lower() == "skill.md")
    except OSError as error:
        raise SkvmError(
            [_error("SKV050", f"folder cannot be read ({error.strerror})", folder, "check its permissions")]
        ) from error
    if not names:
        help_text = "name the folder that holds SKILL.md, or create it: its text is what the agent reads"
        raise SkvmError([_error("SKV050", "found no SKILL.md in this folder", folder, help_text)])
    return names[0]


def _missing(folder: Path) -> Diagnostic:
    if folder.is_file():
        return _error("SKV050", "found a file, wanted a skill's folder or its SKILL.md", folder, "name the folder")
    return _error("SKV050", "found no such folder", folder, "check the path")


def _error(code: str, message: str, path: Path, help_text: str) -> Diagnostic:
    return Diagnostic(code, message, help=help_text, path=path.as_posix())
