"""What the files of the bundle say is needed: scripts by what they import, lists of packages as what they are."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from .requirement_base import Finding, Kind, Piece, is_plausible, normalized
from .requirement_commands import shell_findings
from .requirement_javascript import javascript_findings
from .requirement_python import python_findings

LARGEST = 400_000
"""Bytes of a file that is read; a larger one is data, not a script."""

_PYTHON, _JAVASCRIPT, _SHELL = (".py",), (".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx"), (".sh", ".bash", ".zsh")
_LINE = re.compile(
    r"([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*((?:[=<>!~]=?=?\s*[\w.*+!-]+\s*,?\s*)*)(?:;[^#]*)?(?:\s\#.*)?"
)
_SCRIPT_HEADER = re.compile(r"^# /// script\s*\n((?:#(?: [^\n]*)?\n)*?)# ///\s*$", re.M)
_OPTIONAL_FILE = re.compile(r"dev|test|docs|optional|lint", re.I)


def own_modules(paths: Mapping[str, bytes]) -> frozenset[str]:
    """The modules that Python files of the bundle are, and the packages that its folders are."""
    found: set[str] = set()
    for path in paths:
        if path.endswith(".py"):
            parts = path.removesuffix(".py").split("/")
            found.update(parts)
    return frozenset(found)


def bundle_findings(files: Mapping[str, bytes], own: frozenset[str]) -> Iterator[Finding]:
    """The findings of all files that are read for what they are, by path."""
    for path in sorted(files):
        name = path.rpartition("/")[2]
        if _is_read(name):
            data = files[path]
            if len(data) <= LARGEST:
                yield from _file(path, name, data.decode("utf-8", "replace"), own)


def _is_read(name: str) -> bool:
    return (
        name.endswith((*_PYTHON, *_JAVASCRIPT, *_SHELL))
        or name in ("pyproject.toml", "package.json")
        or (name.startswith("requirements") and name.endswith(".txt"))
    )


def _file(path: str, name: str, text: str, own: frozenset[str]) -> Iterator[Finding]:
    piece = Piece(text, path=path)
    if name.endswith(_PYTHON):
        yield from _script_header(text, path)
        yield from python_findings([piece], own)
    elif name.endswith(_JAVASCRIPT):
        yield from javascript_findings([piece])
    elif name.endswith(_SHELL):
        yield from shell_findings([piece], own)
    elif name == "package.json":
        yield from _package_json(text, path)
    elif name == "pyproject.toml":
        yield from _pyproject(text, path)
    else:
        yield from _requirements(text.splitlines(), path, "requirements-file", _OPTIONAL_FILE.search(name) is not None)


def _requirements(lines: list[str], path: str, rule: str, optional: bool) -> Iterator[Finding]:
    for line in lines:
        found = _LINE.fullmatch(line.strip())
        if found is not None and is_plausible(Kind.PIP, found[1]):
            version = found[2].replace(" ", "").rstrip(",")
            yield Finding(Kind.PIP, normalized(found[1]), rule, None, optional, version, path)


def _script_header(text: str, path: str) -> Iterator[Finding]:
    """The ``dependencies`` of inline script metadata (PEP 723)."""
    match = _SCRIPT_HEADER.search(text) if "# /// script" in text else None
    if match is not None:
        listed = _toml("\n".join(line[2:] for line in match[1].splitlines())).get("dependencies")
        yield from _requirements(_strings(listed), path, "script-header", False)


def _pyproject(text: str, path: str) -> Iterator[Finding]:
    project = _table(_toml(text).get("project"))
    yield from _requirements(_strings(project.get("dependencies")), path, "pyproject", False)
    for extra in _table(project.get("optional-dependencies")).values():
        yield from _requirements(_strings(extra), path, "pyproject", True)


def _package_json(text: str, path: str) -> Iterator[Finding]:
    import json  # few skills bring such a file

    try:
        data = _table(json.loads(text))
    except (ValueError, RecursionError):
        return
    for key, optional in (
        ("dependencies", False),
        ("peerDependencies", False),
        ("optionalDependencies", True),
        ("devDependencies", True),
    ):
        for name, version in _table(data.get(key)).items():
            if is_plausible(Kind.NPM, name) and isinstance(version, str):
                stated = version if re.fullmatch(r"[\w.^~*<>= |-]*", version) else ""
                yield Finding(Kind.NPM, name, "package-json", None, optional, stated, path)


def _toml(text: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}


def _table(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _strings(value: object) -> list[str]:
    return [item for item in cast("list[object]", value) if isinstance(item, str)] if isinstance(value, list) else []
