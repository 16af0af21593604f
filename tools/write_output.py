"""Writes a compiled folder: all of it or nothing, and never over something that skvm did not make."""

import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from ..backends.base import OutputFile
from ..backends.report import REPORT
from ..grammar.diagnostic import Diagnostic, SkvmError

MADE_BY_RUNS = "__pycache__"
"""Python leaves this beside scripts that ran; it may go with the folder it stands in."""


def write_folder(folder: Path, files: Mapping[str, OutputFile], inputs: Iterable[Path]) -> None:
    """Make ``folder`` hold exactly ``files``. It is written beside its place and moved there, so that a reader sees the
    old folder or the new one.

    Raises ``SkvmError``: SKV607 when ``folder`` is, holds or lies in one of ``inputs``; SKV602 when it may not be
    replaced; SKV608 when a file would land outside of it.
    """
    refuse_inputs(folder, inputs)
    place = Path(os.path.realpath(folder))
    _refuse_foreign(folder, place)
    _refuse_escapes(files)
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = place.with_name(f".{place.name}.new-{os.getpid()}")
    try:
        _write_all(fresh, files)
        _take_place(fresh, place)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def refuse_inputs(folder: Path, inputs: Iterable[Path]) -> None:
    """``SkvmError`` (SKV607) when writing ``folder`` would touch one of the files or folders it is made from."""
    out = os.path.realpath(folder)
    for source in inputs:
        own = os.path.realpath(source)
        if out == own or own.startswith(out.rstrip(os.sep) + os.sep) or out.startswith(own.rstrip(os.sep) + os.sep):
            message = f"the output '{folder}' would lie over or inside its input '{source}'"
            raise _refused("SKV607", message, "name another folder with -o")


def write_file(path: Path, data: bytes) -> None:
    """Make ``path`` hold ``data``: the whole of it, or what was there before."""
    if path.exists() and not path.is_file() and not path.is_dir():
        path.write_bytes(data)  # a device or a pipe, as in -o /dev/stdout
        return
    place = Path(os.path.realpath(path))
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = place.with_name(f".{place.name}.new-{os.getpid()}")
    try:
        fresh.write_bytes(data)
        fresh.replace(place)
    finally:
        fresh.unlink(missing_ok=True)


def _refuse_foreign(folder: Path, place: Path) -> None:
    """``SkvmError`` (SKV602) unless ``place`` is free or holds nothing but what a compile wrote."""
    if place.exists() and not place.is_dir():
        raise _refused("SKV602", f"the output '{folder}' is a file", "name a folder with -o")
    if not place.is_dir():
        return
    here = os.path.realpath(os.curdir)
    if f"{here}{os.sep}".startswith(f"{str(place).rstrip(os.sep)}{os.sep}"):
        message = f"the output '{folder}' is or holds the current folder, which cannot be replaced"
        raise _refused("SKV602", message, "name a folder below it: -o out")
    foreign = _foreign_file(place)
    if foreign:
        message = f"the output '{folder}' holds '{foreign}', which no compile made"
        raise _refused("SKV602", message, "name another folder with -o, or empty this one first")


def _foreign_file(folder: Path) -> str:
    """A file of ``folder`` that the report in it does not list; empty when there is none."""
    there = sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if (path.is_symlink() or not path.is_dir()) and MADE_BY_RUNS not in path.parts
    )
    known = _listed(folder / REPORT) if there else set[str]()
    return next((path for path in there if path not in known), "")


def _listed(report: Path) -> set[str]:
    """The files that a compile says it wrote, its report among them; none where this is no report."""
    import json

    try:
        return {*json.loads(report.read_bytes())["outputs"], REPORT}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def _refuse_escapes(files: Iterable[str]) -> None:
    for path in files:
        pure = PurePosixPath(path)
        if pure.is_absolute() or ".." in pure.parts or not pure.parts:
            message = f"the output would hold '{path}', which lies outside of its folder"
            raise _refused("SKV608", message, "mend the path in the module's files and edits")


def _write_all(folder: Path, files: Mapping[str, OutputFile]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    made = {folder}
    for path, file in files.items():
        place = folder / path
        if place.parent not in made:
            place.parent.mkdir(parents=True, exist_ok=True)
            made.add(place.parent)
        place.write_bytes(file.data)
        place.chmod(file.mode | 0o600)


def _take_place(fresh: Path, place: Path) -> None:
    if not place.exists():
        fresh.rename(place)
    elif not _exchange(fresh, place):
        _replace_in_two_steps(fresh, place)


def _replace_in_two_steps(fresh: Path, place: Path) -> None:
    """Where folders cannot be swapped: killed between the steps, the old one stands beside its place, whole."""
    old = place.with_name(f".{place.name}.old-{os.getpid()}")
    place.rename(old)
    try:
        fresh.rename(place)
    except OSError:
        old.rename(place)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _exchange(fresh: Path, place: Path) -> bool:
    """Swap two folders in one step, so that being killed in the middle leaves one or the other; False where the system
    cannot (``renameat2`` is Linux's)."""
    if sys.platform != "linux":
        return False
    import ctypes

    swap = getattr(ctypes.CDLL(None), "renameat2", None)
    current, exchange = -100, 2  # AT_FDCWD of fcntl.h, RENAME_EXCHANGE of linux/fs.h
    return swap is not None and swap(current, os.fsencode(fresh), current, os.fsencode(place), exchange) == 0


def _refused(code: str, message: str, help_text: str) -> SkvmError:
    return SkvmError([Diagnostic(code, message, help=help_text)])
