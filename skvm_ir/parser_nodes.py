"""What the rules of SIR's grammar build: nodes with their places as offsets, before any name is resolved."""

from typing import Any, ClassVar, Protocol

from attrs import define, field, frozen

from ..grammar.block import Block
from ..grammar.sir_lexer import Token
from .edits import Content, EditKind, Side
from .op import Origin, Range


class Placed(Protocol):
    """Anything with a place in the text, as offsets of bytes."""

    start_pos: int
    end_pos: int


class Malformed(Exception):
    """A mistake that a rule finds. It does not know the text, so the parser makes a diagnostic of it."""

    def __init__(self, code: str, message: str, at: Placed, help: str = "", note: tuple[str, Placed] | None = None):
        super().__init__(message)
        self.code = code
        self.message = message
        self.at = at
        self.help = help
        self.note = note


@define(eq=False)
class Part:
    """A piece of a larger whole: the attributes of an op, the ops of a region, a section of a skill."""

    kind: str
    start_pos: int
    end_pos: int
    items: Any


@define(eq=False)
class OpNode:
    """An op before its operands are known; ``parts`` has what its header and region say, by kind."""

    kind: ClassVar[str] = "declarations"
    """Its place among the sections of a skill."""

    name: Token
    symbol: Token | None
    results: Part | None
    parts: dict[str, Part]
    start_pos: int
    end_pos: int


@define(eq=False)
class BlockNode:
    """A block, the place of its header, its bytes when it is a leaf, and the nodes inside it."""

    block: Block
    start_pos: int
    end_pos: int
    data: bytes = b""
    children: "list[BlockNode]" = field(factory=list["BlockNode"])


@define(eq=False)
class ReferenceNode:
    """A reference without its place."""

    range: Range
    target: Range | str
    state: str
    start_pos: int
    end_pos: int


@frozen
class Change:
    """What an edit does, without who made it and why."""

    kind: EditKind
    ranges: tuple[Range, ...] = ()
    content: Content | None = None
    target: str = ""
    side: Side | None = None


@define(eq=False)
class EditNode:
    """An edit without its place."""

    number: int
    change: Change
    origin: Origin
    was: tuple[int, ...]
    start_pos: int
    end_pos: int


@define(eq=False)
class SkillNode:
    """A skill: its sections and declarations in the order of the text; the place is that of its header."""

    name: Token
    attributes: Part | None
    sections: list[Part | OpNode]
    start_pos: int
    end_pos: int


@frozen
class ModuleNode:
    """A whole text."""

    target: str
    skills: list[SkillNode]
