"""Edits join text and flow: which bytes of the document change, into what, by which pass, and why."""

from enum import Enum

from attrs import define

from ..grammar.source import Span
from .op import Name, Origin, Range


class EditKind(Enum):
    """What an edit does to the bytes it names."""

    REPLACE = "replace"
    DELETE = "delete"
    MOVE = "move"
    INSERT = "insert"
    SET = "set"
    KEEP = "keep"


class Side(Enum):
    """Where an insertion goes, seen from its anchor."""

    BEFORE = "before"
    AFTER = "after"
    INTO = "into"


Content = str | tuple[Name, ...] | tuple[Range, ...]
"""New text: a string as it is, ops to be worded by the backend, or leaves copied verbatim."""


@define(eq=False)
class Edit:
    """One edit ``e<number>``.

    - replace, delete: ``ranges`` are the bytes; replace has ``content``
    - move: ``ranges`` in source order go to the file ``target``; ``content`` (a string) may stand in their place
    - insert: ``ranges`` is one anchor, ``side`` says where, ``content`` what; without an anchor, ``target`` is the path
      of a new file of the output
    - set: ``target`` is a frontmatter field, ``content`` its new value (a string)
    - keep: ``ranges`` keep their text although the op ``target`` that cited them is gone

    ``was`` lists the edits this one supersedes; they stay listed and are no longer live.
    """

    number: int
    kind: EditKind
    ranges: tuple[Range, ...]
    origin: Origin
    content: Content | None = None
    target: str = ""
    side: Side | None = None
    was: tuple[int, ...] = ()
    place: Span | None = None

    @property
    def worded(self) -> tuple[Name, ...]:
        """The ops this edit words."""
        if isinstance(self.content, tuple):
            return tuple(item for item in self.content if isinstance(item, Name))
        return ()
