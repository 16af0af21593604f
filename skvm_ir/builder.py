"""Build flow: ops with fresh names, placed where an insertion point stands."""

import re
from collections.abc import Iterable, Mapping, Sequence

from attrs import define, field

from .module import Skill
from .needs import Need
from .op import Attribute, Name, Op, Origin, Range, Region, Value
from .value_types import Type
from .walk import taken_names

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_.-]+")
_NUMBERED = re.compile(r"(.+?)_([0-9]+)")


def unique_name(skill: Skill, stem: str, taken: set[str] | None = None) -> str:
    """A name like ``stem`` that is free in ``skill``: ``fields``, then ``fields_2``, ``fields_3`` …

    ``taken`` are the names in use where the caller knows them already. What a bare name cannot hold becomes ``_``.
    """
    if taken is None:
        taken = taken_names(skill)
    name = _NOT_IN_NAMES.sub("_", stem).strip("_") or "x"
    if name not in taken:
        return name
    numbered = _NUMBERED.fullmatch(name)
    base, number = (numbered[1], int(numbered[2])) if numbered else (name, 1)
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    return name


@define(eq=False)
class Builder:
    """Makes ops and puts each at the insertion point, which then stands behind it.

    ``region`` and ``index`` are the point; a new builder stands at the end of the flow. Builders made by ``inside``
    share the names. ``origin``, ``citations`` are given to each op that brings none of its own.
    """

    skill: Skill
    region: Region | None = None
    index: int = -1
    origin: Origin | None = None
    citations: tuple[Range, ...] = ()
    taken: set[str] = field(factory=set[str])

    def __attrs_post_init__(self) -> None:
        self.taken = self.taken or taken_names(self.skill)

    def at_end(self, region: Region) -> "Builder":
        """Go to the end of ``region``; the builder itself comes back."""
        self.region, self.index = region, -1
        return self

    def before(self, op: Op) -> "Builder":
        """Go to the place before ``op``, which must stand in a region."""
        self.region = region_of(op)
        self.index = self.region.ops.index(op)
        return self

    def behind(self, op: Op) -> "Builder":
        """Go to the place behind ``op``, which must stand in a region."""
        self.before(op).index += 1
        return self

    def inside(self, op: Op) -> "Builder":
        """A builder at the end of the region of ``op``, which gets one where it has none."""
        if op.region is None:
            op.region = Region(parent=op)
        return Builder(self.skill, op.region, -1, self.origin, self.citations, self.taken)

    def op(
        self,
        kind: type[Op],
        *operands: Value,
        results: Sequence[tuple[str, Type]] = (),
        symbol: str = "",
        attributes: Mapping[str, Attribute] | None = None,
        takes: Sequence[tuple[str, Type]] | None = None,
        after: Iterable[Name] = (),
        needs: Iterable[Need] = (),
        origin: Origin | None = None,
        citations: Iterable[Range] = (),
    ) -> Op:
        """Make an op and place it. Names of results, symbol and region arguments (``takes``) are made unique.

        ``takes``, an empty one too, gives the op a region; ``inside`` fills it.
        """
        made = kind(
            symbol=self._fresh(symbol) if symbol else "",
            results=self._values(results),
            operands=list(operands),
            attributes=dict(attributes or {}),
            after=tuple(after),
            needs=tuple(needs),
            origin=origin or self.origin,
            citations=tuple(citations) or self.citations,
        )
        if takes is not None:
            made.region = Region(parent=made)
            made.region.arguments = self._values(takes)
            for argument in made.region.arguments:
                argument.owner = made.region
        self.place(made)
        return made

    def place(self, op: Op) -> None:
        """Put ``op``, made elsewhere, at the insertion point."""
        region = self.skill.flow if self.region is None else self.region
        op.parent = region
        if self.index < 0:
            region.ops.append(op)
        else:
            region.ops.insert(self.index, op)
            self.index += 1

    def _values(self, named: Sequence[tuple[str, Type]]) -> list[Value]:
        return [Value(self._fresh(name), kind) for name, kind in named]

    def _fresh(self, stem: str) -> str:
        name = unique_name(self.skill, stem, self.taken)
        self.taken.add(name)
        return name


def region_of(op: Op) -> Region:
    """The region ``op`` stands in; ``ValueError`` for one that stands in none."""
    if op.parent is None:
        raise ValueError(f"{op.label or op.name} stands in no region")
    return op.parent
