"""What a step asks of a model: needs, and the catalogue of primitives they name (``catalogue.toml``)."""

import re
from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, cast

from attrs import field, frozen
from attrs.validators import and_, ge, instance_of, le

from ..grammar.diagnostic import Diagnostic, SkvmError
from ..grammar.source import Source, Span

LEVELS = (1, 2, 3)
_WORD = r"[a-z][a-z0-9_-]*"
_PRIMITIVE_NAME = re.compile(rf"{_WORD}(?:\.{_WORD})+")
_NEED = re.compile(rf"({_PRIMITIVE_NAME.pattern}):L([1-3]) ([0-9]{{1,3}})")
_CATALOGUE = Path(__file__).with_name("catalogue.toml")


@frozen(order=True)
class Need:
    """One demand on the model: ``primitive`` at ``level`` (1-3), with ``confidence`` in hundredths (0-100)."""

    primitive: str
    level: int = field(validator=and_(instance_of(int), ge(1), le(3)))
    confidence: int = field(validator=and_(instance_of(int), ge(0), le(100)))

    def __str__(self) -> str:
        return f"{self.primitive}:L{self.level} {self.confidence}"

    @property
    def demand(self) -> str:
        """Primitive and level without the confidence, as people and edits name a need: ``tool.exec L2``."""
        return f"{self.primitive} L{self.level}"


def parse_need(text: str) -> Need:
    """The need that ``str()`` wrote as ``text``; ``SkvmError`` (SKV410) for anything else."""
    match = _NEED.fullmatch(text)
    if match is None or int(match[3]) > 100:
        raise SkvmError(
            [
                Diagnostic(
                    "SKV410",
                    f"{text!r} is not a need, expected a primitive, a level and a confidence",
                    help="write it like 'tool.exec:L1 97': level L1 to L3, confidence 0 to 100",
                )
            ]
        )
    return Need(match[1], int(match[2]), int(match[3]))


@frozen
class Primitive:
    """One entry of the catalogue: its group, what it is, and what each of the three levels means."""

    name: str
    group: str
    what: str
    levels: tuple[str, str, str]


@frozen(slots=False)
class Catalogue:
    """The primitives in their order; groups in the order of their first primitive."""

    primitives: tuple[Primitive, ...]

    @cached_property
    def by_name(self) -> Mapping[str, Primitive]:
        """The primitives by name, in order."""
        return {primitive.name: primitive for primitive in self.primitives}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all primitives, in order."""
        return tuple(self.by_name)

    @property
    def groups(self) -> tuple[str, ...]:
        """The names of the groups, in order."""
        return tuple(dict.fromkeys(primitive.group for primitive in self.primitives))

    def __contains__(self, name: object) -> bool:
        return name in self.by_name

    def meaning(self, name: str, level: int) -> str:
        """What ``level`` of the primitive ``name`` means; ``KeyError`` for a name that is not in the catalogue."""
        return self.by_name[name].levels[level - 1]

    def nearest(self, name: str) -> tuple[str, ...]:
        """Up to three names that look like ``name``, the likeliest first."""
        from difflib import get_close_matches

        return tuple(get_close_matches(name, self.names, n=3, cutoff=0.5))


@lru_cache(maxsize=8)
def load_catalogue(extra: bytes | None = None, path: str = "catalogue.toml") -> Catalogue:
    """The built-in catalogue, with the primitives of the TOML text ``extra`` behind its own.

    ``extra`` has the form of the built-in ``catalogue.toml`` and may open new groups; ``path`` is its name in findings.
    Raises ``SkvmError``: SKV411 (not TOML), SKV412 (an entry is incomplete or wrong), SKV413 (a name twice).
    """
    if extra is None:
        return Catalogue(_parse(Source(_CATALOGUE.name, _CATALOGUE.read_bytes()), known=()))
    builtin = load_catalogue().primitives
    return Catalogue((*builtin, *_parse(Source(path, extra), known=tuple(entry.name for entry in builtin))))


def _parse(source: Source, known: tuple[str, ...]) -> tuple[Primitive, ...]:
    import tomllib

    try:
        table = tomllib.loads(source.data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        finding = Diagnostic("SKV411", f"the catalogue is not TOML: {error}", path=source.path, help=_FORM)
        raise SkvmError([finding]) from error
    findings: list[Diagnostic] = []
    primitives: list[Primitive] = []
    seen = set(known)
    for name, entry in table.items():
        if name == "source":
            continue
        wrong = _wrong(name, entry, seen)
        if wrong:
            findings.append(Diagnostic(wrong[0], wrong[1], _header(source, name), path=source.path, help=_FORM))
            continue
        seen.add(name)
        primitives.append(Primitive(name, entry["group"], entry["what"], tuple(entry["levels"])))
    if findings:
        raise SkvmError(findings)
    return tuple(primitives)


_FORM = 'an entry is ["group.name"] with group, what and levels = ["L1 text", "L2 text", "L3 text"]'


def _wrong(name: str, entry: object, seen: set[str]) -> tuple[str, str] | None:
    if not _PRIMITIVE_NAME.fullmatch(name):
        return "SKV412", f"{name!r} is not a primitive's name, expected lower-case words joined by dots"
    if name in seen:
        return "SKV413", f"primitive '{name}' is in the catalogue already"
    fields = cast(dict[str, Any], entry) if isinstance(entry, dict) else {}
    if not all(isinstance(fields.get(key), str) and fields[key] for key in ("group", "what")):
        return "SKV412", f"primitive '{name}' needs 'group' and 'what' as text"
    levels: object = fields.get("levels")
    texts = cast(list[object], levels) if isinstance(levels, list) else []
    if len(texts) != 3 or not all(isinstance(text, str) and text for text in texts):
        return "SKV412", f"primitive '{name}' needs three level texts, found {len(texts)}"
    return None


def _header(source: Source, name: str) -> Span | None:
    """The table header of ``name``, quoted or bare, if the text spells it in one of the usual ways."""
    for spelling in (f'"{name}"', f"'{name}'", name):
        at = source.data.find(spelling.encode())
        if at >= 0:
            return Span(source, at, at + len(spelling.encode()))
    return None
