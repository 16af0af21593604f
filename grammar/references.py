"""Finds what a Markdown text says about files of its skill, and tells whether they are there.

Linear in the text for every input: runs of path characters are cut out by ``translate`` and ``find``, and the patterns
that look at more than one run have possessive or bounded repeats and start at rare bytes.
"""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator
from enum import Enum

from attrs import evolve, frozen

BUNDLE_FOLDERS = frozenset(["scripts", "references", "reference", "assets", "templates", "examples"])
"""Folders of a skill by the Agent Skills specification ("Optional directories") and by custom: what a text names
below them is a file of the skill even where it is missing."""


class ReferenceKind(Enum):
    """How a text refers to a place."""

    LINK = "link"
    IMAGE = "image"
    CODE = "code"
    """In backticks or in a fence."""
    BARE = "bare"
    ANCHOR = "anchor"
    """A section of the same text; the path is ``#section``."""


class Presence(Enum):
    """Where the file is that a reference names."""

    PRESENT = "present"
    MISSING = "missing"
    OUTSIDE = "outside"


@frozen
class Reference:
    """The bytes ``start`` to ``start + length`` of a text name ``path``, without a placeholder before it."""

    start: int
    length: int
    path: str
    kind: ReferenceKind
    plugin: bool = False
    """The path counts from the folder of the plugin that holds the skill (``${CLAUDE_PLUGIN_ROOT}/``)."""


@frozen
class Bundle:
    """The files of a skill's folder and the folders that hold them, as relative paths."""

    files: frozenset[str]
    folders: frozenset[str]
    names: frozenset[str]
    """The last part of each file's path."""

    @classmethod
    def of(cls, paths: "Collection[str] | Bundle") -> "Bundle":
        """The bundle of the files ``paths`` (``scripts/x.py``); a bundle is returned as it is."""
        if isinstance(paths, Bundle):
            return paths
        folders: set[str] = set()
        for path in paths:
            head = path.rpartition("/")[0]
            while head and head not in folders:
                folders.add(head)
                head = head.rpartition("/")[0]
        return cls(frozenset(paths), frozenset(folders), frozenset(path.rpartition("/")[2] for path in paths))


_IN_PATH = bytes(range(128, 256)) + b"_.-@+~/" + b"".join(b"%c" % c for c in range(128) if chr(c).isalnum())
# Turns what cannot stand in a path into spaces.
_SHAPE = bytes(c if c in _IN_PATH else 32 for c in range(256))
_MAX_RUN = 400
# Placeholders: "{baseDir}", "${SKILL_DIR}", "$SKILL_DIR", "<path-to-skill>", "${CLAUDE_PLUGIN_ROOT}".
_HOLE = rb"(?:\$?\{\{?[ ]?[A-Za-z_][\w ]{0,40}\}\}?|<[A-Za-z][\w \-]{0,40}>|\$[A-Za-z_]\w{0,40})"
_HOLE_BEFORE = re.compile(_HOLE + rb"[\"']?\Z")
_HOLE_FIRST = re.compile(_HOLE + rb"/")
_TARGET = re.compile(rb"\]\([ \t]*(?:<([^<>\n]{1,2000})>|([^\s()<>]{1,2000}+(?:\([^\s()]{0,200}\)[^\s()]{0,200}+)?))")
_DEFINITION = re.compile(rb"^ {0,3}\[[^\]\n]{1,200}+\]:[ \t]*+<?([^\s<>]{1,2000}+)", re.MULTILINE)
_FENCE_INDENT = b" \t>-*+.)0123456789"
_SCHEME = re.compile(rb"[A-Za-z][A-Za-z0-9+.\-]*:|//")
_EXTENSION = re.compile(r"[\w\-)]\.[A-Za-z][A-Za-z0-9]{0,9}\Z|\.(?:7z|[0-9])\Z")
_DRIVE = re.compile(r"[A-Za-z]:[\\/]|\\\\")
_PATTERN_MARKS = b"*{<[$?"


def find_references(text: bytes, bundle: "Collection[str] | Bundle" = (), base: str = "") -> list[Reference]:
    """What ``text`` (a leaf or a whole document, Markdown) says about files, in order and without overlap.

    ``bundle`` is the files of the skill's folder, ``base`` the folder of the text in it. Found are relative links and
    images, anchors, paths below the skill's folders or ``BUNDLE_FOLDERS`` wherever they stand, also behind a
    placeholder for the skill's folder, ``./x.y`` and ``../x.y`` in backticks, and other paths and bare names of
    files that exist. URLs are not found.
    """
    known = Bundle.of(bundle)
    fences = _fences(text)
    shape = text.translate(_SHAPE)
    found = {reference.start: reference for reference in _links(text, fences, known, base)}
    starts = sorted(found)
    for reference in (*_paths(text, shape, fences, known, base), *_names(text, shape, fences, known, base)):
        # A link's own target is found as a path once more.
        before = bisect_right(starts, reference.start + reference.length - 1) - 1
        if before < 0 or starts[before] + found[starts[before]].length <= reference.start:
            found.setdefault(reference.start, reference)
    in_order = [found[start] for start in sorted(found)]
    if any(reference.plugin for reference in in_order):
        # Such a text counts its other paths from the plugin's folder too.
        in_order = [
            evolve(reference, plugin=reference.kind is not ReferenceKind.ANCHOR) if not reference.plugin else reference
            for reference in in_order
        ]
    return in_order


def locate(path: str, bundle: "Collection[str] | Bundle", base: str = "") -> str | None:
    """The file or folder of ``bundle`` that ``path`` names in a text of folder ``base``: counted from that folder, else
    from the skill's; None when it is missing or outside."""
    known = Bundle.of(bundle)
    for candidate in _candidates(path, base):
        if candidate is not None and (not candidate or candidate in known.files or candidate in known.folders):
            return candidate
    return None


def classify(path: str, bundle: "Collection[str] | Bundle", base: str = "", plugin: bool = False) -> Presence:
    """Whether ``path`` is in the folder, missing from it, or outside (absolute, in a home, or left by ``..``).

    A folder is present when a file lies in it. ``plugin`` (see Reference) makes outside what is not in the folder.
    """
    if locate(path, bundle, base) is not None:
        return Presence.PRESENT
    return Presence.OUTSIDE if plugin or _candidates(path, base)[0] is None else Presence.MISSING


def _candidates(path: str, base: str) -> tuple[str | None, ...]:
    """``path`` counted from ``base`` and from the root of the skill; None where that leaves the skill."""
    if path.startswith(("/", "~")) or _DRIVE.match(path):
        return (None,)
    return (_normal(f"{base}/{path}"), _normal(path)) if base else (_normal(path),)


def _normal(path: str) -> str | None:
    parts: list[str] = []
    for part in path.replace("\\", "/").split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _fences(text: bytes) -> tuple[list[int], list[int]]:
    """Starts and ends of the fences of ``text``."""
    starts: list[int] = []
    ends: list[int] = []
    mark = b""
    ticks, tildes = text.find(b"```"), text.find(b"~~~")
    while ticks >= 0 or tildes >= 0:
        at = min(position for position in (ticks, tildes) if position >= 0)
        next_line = text.find(b"\n", at) + 1 or len(text) + 1
        before = text[text.rfind(b"\n", 0, at) + 1 : at]
        line = text[at : next_line - 1]
        info = line.lstrip(line[:1])
        run = line[: len(line) - len(info)]
        if not before.strip(_FENCE_INDENT):
            if mark and run.startswith(mark) and not info.strip():
                mark = b""
                ends.append(at + len(run))
            elif not mark and not (run[:1] == b"`" and b"`" in info):
                mark = run
                starts.append(at)
        ticks = text.find(b"```", next_line) if 0 <= ticks < next_line else ticks
        tildes = text.find(b"~~~", next_line) if 0 <= tildes < next_line else tildes
    if len(ends) < len(starts):
        ends.append(len(text))
    return starts, ends


def _in_fence(ranges: tuple[list[int], list[int]], at: int) -> bool:
    before = bisect_right(ranges[0], at) - 1
    return before >= 0 and at < ranges[1][before]


def _in_backticks(text: bytes, at: int) -> bool:
    """True when an odd number of backticks stands before ``at`` in its line (looked for up to 500 bytes back)."""
    line = text.rfind(b"\n", max(0, at - 500), at) + 1 or max(0, at - 500)
    return text.count(b"`", line, at) % 2 == 1


def _links(text: bytes, fences: tuple[list[int], list[int]], bundle: Bundle, base: str) -> Iterator[Reference]:
    for match in _TARGET.finditer(text):
        group = 1 if match[1] is not None else 2
        opening = text.rfind(b"[", max(0, match.start() - 1000), match.start())
        image = opening > 0 and text[opening - 1 : opening] == b"!"
        kind = ReferenceKind.IMAGE if image else ReferenceKind.LINK
        quoted = _in_fence(fences, match.start()) or _in_backticks(text, match.start())
        yield from _link(match[group], match.start(group), kind, quoted, bundle, base)
    for match in _DEFINITION.finditer(text):
        yield from _link(match[1], match.start(1), ReferenceKind.LINK, _in_fence(fences, match.start()), bundle, base)


def _link(
    target: bytes, start: int, kind: ReferenceKind, quoted: bool, bundle: Bundle, base: str
) -> Iterator[Reference]:
    """The reference that a link's target is; in code (``quoted``) it is most often an example of Markdown."""
    if _SCHEME.match(target):
        return
    if target[:1] == b"#":
        if not quoted:
            yield Reference(start, len(target), target.decode("utf-8", "replace"), ReferenceKind.ANCHOR)
        return
    hole = _HOLE_FIRST.match(target)
    root = _root(hole[0]) if hole else ""
    raw = re.split(rb"[#?]", target[hole.end() if hole else 0 :], maxsplit=1)[0]
    start += hole.end() if hole else 0
    path = (_unquote(raw) if b"%" in raw else raw).decode("utf-8", "replace")
    if root is None or not path or any(mark in path for mark in "{}<>*$"):
        return
    # "[text](url)" explains Markdown; a target without dot and slash is a file only when it is there.
    certain = not quoted and ("/" in path or _EXTENSION.search(path) is not None)
    if certain or _is_of_bundle(path, bundle, base):
        yield Reference(start, len(raw), path, kind, root == "plugin")


def _unquote(target: bytes) -> bytes:
    from urllib.parse import unquote_to_bytes

    return unquote_to_bytes(target)


def _root(hole: bytes) -> str | None:
    """What a placeholder stands for: the skill's folder, its plugin's folder, or (None) something else."""
    name = re.sub(rb"[^a-z]", b"", hole.lower())
    if b"plugin" in name:
        return "plugin"
    return "skill" if b"skill" in name or name == b"basedir" else None


def _runs(shape: bytes, mark: bytes) -> Iterator[tuple[int, int]]:
    """Start and end of each run of path characters that holds ``mark``."""
    at = shape.find(mark)
    while at >= 0:
        end = shape.find(b" ", at)
        end = end if end >= 0 else len(shape)
        start = shape.rfind(b" ", 0, at) + 1
        if end - start <= _MAX_RUN:
            yield start, end
        at = shape.find(mark, end)


def _paths(
    text: bytes, shape: bytes, fences: tuple[list[int], list[int]], bundle: Bundle, base: str
) -> Iterator[Reference]:
    """Paths with a slash, wherever they stand."""
    plugin_folders: set[str] = set()
    for begin, end in _runs(shape, b"/"):
        start, root = _after_hole(text, begin, end)
        raw, after = text[start:end], text[end : end + 1]
        if root is None or b"//" in raw:
            continue
        if after and after in _PATTERN_MARKS:
            # "references/vector-*.md" names its folder.
            raw = raw[: raw.rfind(b"/") + 1]
        raw = raw.rstrip(b".") if not raw.endswith(b"/..") else raw
        path = raw.decode("utf-8", "replace")
        fenced = _in_fence(fences, start)
        alone = not fenced and text[start - 1 : start] == b"`" == after
        if root == "plugin":
            plugin_folders.add(path.partition("/")[0])
        meant = alone and path.partition("/")[0] in plugin_folders and _EXTENSION.search(path)
        if path.strip("./") and (meant or _is_meant(path, root, alone, bundle, base)):
            kind = ReferenceKind.CODE if fenced or alone or _in_backticks(text, start) else ReferenceKind.BARE
            yield Reference(start, len(raw), path, kind, root == "plugin")


def _after_hole(text: bytes, start: int, end: int) -> tuple[int, str | None]:
    """Where the path of a run begins behind its placeholder, and what that stands for: "" when there is none, None when
    the run is no path of the skill."""
    before = text[start - 1 : start]
    if before in (b":", b"\\"):
        return start, None
    if before == b"$":
        slash = text.find(b"/", start, end) + 1
        return slash, _root(text[start:slash])
    if text[start : start + 1] == b"/" and before and before in b"}>\"'":
        hole = _HOLE_BEFORE.search(text[max(0, start - 50) : start])
        return start + 1, _root(hole[0]) if hole else None
    if before and before in b"}>":
        return start, None
    return start, ""


def _is_meant(path: str, root: str, alone: bool, bundle: Bundle, base: str) -> bool:
    """Whether the path-like ``path`` means a file of the skill, rather than "and/or" or a file of the user's."""
    if _is_of_bundle(path, bundle, base):
        return True
    if not _EXTENSION.search(path):
        return False
    if root or path.startswith(("./", "../")):
        return bool(root) or alone
    return False


def _is_of_bundle(path: str, bundle: Bundle, base: str) -> bool:
    """True when ``path`` exists, or is a file below a folder that skills keep their files in."""
    if locate(path, bundle, base) is not None:
        return True
    first = path.removeprefix("./").partition("/")[0]
    ours = first != path and (first in BUNDLE_FOLDERS or first in bundle.folders)
    return ours and _EXTENSION.search(path) is not None


def _names(
    text: bytes, shape: bytes, fences: tuple[list[int], list[int]], bundle: Bundle, base: str
) -> Iterator[Reference]:
    """Bare names of files that are beside the text or at the root of the skill."""
    names = {name.encode("utf-8", "surrogateescape") for name in bundle.names if name != "SKILL.md"}
    if not names:
        return
    for start, end in _runs(shape, b"."):
        raw = text[start:end].rstrip(b".")
        if raw in names and text[start - 1 : start] not in (b":", b"\\", b"$", b"}", b">"):
            name = raw.decode("utf-8", "replace")
            if locate(name, bundle, base) is not None:
                coded = _in_fence(fences, start) or _in_backticks(text, start)
                yield Reference(start, len(raw), name, ReferenceKind.CODE if coded else ReferenceKind.BARE)
