"""Reads a ``.sir`` file and the bundle files it declares."""

import sys
from functools import partial
from pathlib import Path

from ..backends.target_registry import load_target
from ..grammar.diagnostic import Diagnostic, SkvmError
from ..grammar.source import Source
from ..skvm_ir.bundle import Bundle, Entry
from ..skvm_ir.module import Module, Skill
from ..skvm_ir.parser import parse_module
from ..skvm_ir.target import Target
from ..skvm_ir.verifier import check


def read_module(path: Path) -> Module:
    """The verified module in ``path`` (``-``: standard input). Raises ``SkvmError`` with every fault's place."""
    if str(path) == "-":
        source = Source("<stdin>", sys.stdin.buffer.read())
    elif path.is_dir():
        help_text = "'skvm cc' compiles folders; its output holds skill.sir"
        raise _no_module(path, "found a folder, wanted a .sir file", help_text)
    elif not path.exists():
        raise _no_module(path, "found no such file", "check the path")
    else:
        source = Source(str(path), path.read_bytes())
    module = parse_module(source)
    check(module)
    return module


def _no_module(path: Path, message: str, help_text: str) -> SkvmError:
    return SkvmError([Diagnostic("SKV604", message, path=str(path), help=help_text)])


def folder_of(path: Path) -> Path:
    """Where the files of a ``.sir`` are looked for: its own folder, or the current one for standard input."""
    return Path() if str(path) == "-" else path.parent


def aim(module: Module, name: str | None) -> Target | None:
    """The target to work for, which the module then names: ``name`` when it is given, else the one the module names
    already; None when neither.

    Raises ``SkvmError`` (SKV605) when the module's edits were made for another target.
    """
    if not name:
        return load_target(module.target) if module.target else None
    target = load_target(name)
    if module.target and module.target != target.name and any(skill.edits for skill in module.skills):
        finding = Diagnostic(
            "SKV605",
            f"the edits of this module were made for '{module.target}', not for '{target.name}'",
            help=f"compile the skill anew for '{target.name}', or say --target={module.target}",
        )
        raise SkvmError([finding])
    module.target = target.name
    return target


def bundle_of(skill: Skill, folder: Path) -> Bundle:
    """The files that ``skill`` declares, read from ``folder`` when they are asked for, and its sources.

    A file whose bytes are not the declared ones raises ``SkvmError`` (SKV606) when it is read.
    """
    entries: dict[str, Entry] = {}
    for own in skill.sources:
        data = own.source.data
        entries[own.path] = Entry(own.path, len(data), own.sha256, "644", partial(bytes, data))
    for op in skill.declarations:
        if op.name == "file" and op.origin is None:
            path, digest, size = op.text("path"), op.text("sha256"), op.attributes.get("size", 0)
            load = partial(_load, folder / path, digest)
            mode = "755" if op.text("mode").startswith("7") else "644"
            entries[path] = Entry(path, size if isinstance(size, int) else 0, digest, mode, load)
    main = skill.sources[0].path if skill.sources else ""
    return Bundle(skill.name, main, {path: entries[path] for path in sorted(entries)}, folder.as_posix())


def files_read(bundle: Bundle, folder: Path) -> list[Path]:
    """The files below ``folder`` that belong to the bundle and are there: what no output may replace."""
    return [folder / path for path in bundle.entries if (folder / path).is_file()]


def _load(path: Path, digest: str) -> bytes:
    import hashlib

    if not path.is_file():
        raise _not_as_declared(path, "the module declares this file, and it is not there")
    data = path.read_bytes()
    if digest and hashlib.sha256(data).hexdigest() != digest:
        raise _not_as_declared(path, "the file is not the one the module was made from: its hash differs")
    return data


def _not_as_declared(path: Path, message: str) -> SkvmError:
    help_text = "name the folder of the skill that the module was made from: --bundle DIR"
    return SkvmError([Diagnostic("SKV606", message, path=str(path), help=help_text)])
