"""The nodes of the flow: values, ops and regions, and the names and ranges their attributes hold."""

from collections.abc import Iterator
from typing import ClassVar

from attrs import define, field, frozen

from ..grammar.source import Span
from .effects import Signature
from .needs import Need
from .value_types import Type


@frozen
class Name:
    """A reference by name, with its sigil: ``%value`` or ``@symbol``. It must resolve, but needs no dominance."""

    text: str

    def __str__(self) -> str:
        return self.text


@frozen
class Range:
    """Bytes of the document: all of block ``block``, or ``length`` bytes from its byte ``start``.

    ``skill`` names another skill of the module (``@other/b12``). ``length`` -1 means the whole block.
    """

    block: int
    start: int = 0
    length: int = -1
    skill: str = ""

    @property
    def is_whole(self) -> bool:
        """True when the range is all of its block."""
        return self.length < 0

    def __str__(self) -> str:
        where = f"@{self.skill}/b{self.block}" if self.skill else f"b{self.block}"
        return where if self.length < 0 else f"{where}:{self.start}+{self.length}"


@frozen
class Origin:
    """The pass that made an op or an edit, and why. ``plan``: the op is for the plan alone, no text words it."""

    pass_name: str
    reason: str
    plan: bool = False


Attribute = str | int | bool | Name | Range | tuple["str | int | bool | Name | Range", ...]
"""What an attribute holds; tuples are lists and are flat."""


@define(eq=False)
class Value:
    """One SSA value. ``owner`` is the op whose result it is or the region whose argument it is."""

    name: str
    type: Type
    owner: "Op | Region | None" = None

    def __str__(self) -> str:
        return f"%{self.name}"


@define(eq=False)
class Region:
    """Ops in order, with the values that enter from outside (loop items, group parameters)."""

    arguments: list[Value] = field(factory=list[Value])
    ops: "list[Op]" = field(factory=list["Op"])
    parent: "Op | None" = None

    def walk(self) -> "Iterator[Op]":
        """All ops below, an op before those in its region."""
        for op in self.ops:
            yield op
            if op.region is not None:
                yield from op.region.walk()


@define(eq=False)
class Op:
    """One op. A class of its own for each kind gives ``name`` and ``signature``; see ``step_ops`` and its neighbours.

    ``operands`` are values, never hidden in an attribute (attributes say ``$0``, ``$1``). ``after`` lists what must
    have happened before, beyond the operands. ``citations`` are the bytes of the document the op stands for.
    """

    name: ClassVar[str] = ""
    signature: ClassVar[Signature]

    symbol: str = ""
    results: list[Value] = field(factory=list[Value])
    operands: list[Value] = field(factory=list[Value])
    attributes: dict[str, Attribute] = field(factory=dict[str, Attribute])
    after: tuple[Name, ...] = ()
    needs: tuple[Need, ...] = ()
    origin: Origin | None = None
    citations: tuple[Range, ...] = ()
    region: Region | None = None
    parent: Region | None = None
    place: Span | None = None
    """Where the op stands in the ``.sir`` text it was parsed from (its header); None when it was lifted or made."""

    def __attrs_post_init__(self) -> None:
        for result in self.results:
            result.owner = self
        if self.region is not None:
            self.region.parent = self

    @property
    def label(self) -> Name | None:
        """The op's name in its skill: its first result, or its symbol; None for an op nobody can name (yield)."""
        if self.results:
            return Name(f"%{self.results[0].name}")
        return Name(f"@{self.symbol}") if self.symbol else None

    def text(self, attribute: str) -> str:
        """The string attribute of that name, empty when it is missing."""
        value = self.attributes.get(attribute, "")
        return value if isinstance(value, str) else ""

    def names(self, attribute: str) -> tuple[Name, ...]:
        """The names in that attribute, be it one or a list."""
        value = self.attributes.get(attribute, ())
        items = value if isinstance(value, tuple) else (value,)
        return tuple(item for item in items if isinstance(item, Name))

    def ranges(self, attribute: str) -> tuple[Range, ...]:
        """The ranges in that attribute, be it one or a list."""
        value = self.attributes.get(attribute, ())
        items = value if isinstance(value, tuple) else (value,)
        return tuple(item for item in items if isinstance(item, Range))

    def strings(self, attribute: str) -> tuple[str, ...]:
        """The strings in that attribute, be it one or a list."""
        value = self.attributes.get(attribute, ())
        items = value if isinstance(value, tuple) else (value,)
        return tuple(item for item in items if isinstance(item, str))
