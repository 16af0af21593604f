"""Plans: the steps found in a text, before they are ops."""

from enum import Enum

from attrs import define, field

from ..grammar.block import Block
from .lift_classify import Instruction
from .lift_commands import Command
from .lift_outline import Section
from .lift_reader import Line
from .op import Range


class Role(Enum):
    """What a plan becomes: one op, a named group, a choice with its cases, or a group off the path."""

    STEP = "step"
    GROUP = "group"
    CHOOSE = "choose"
    ASIDE = "aside"


@define(eq=False)
class Plan:
    """One step or group. ``line`` is what words it (None for a command in a fence), ``cites`` its own bytes.

    ``number`` and ``word`` are how prose calls it ("Phase 2"); ``condition`` and ``otherwise`` say when it applies;
    ``body`` holds the blocks that explain it and became no steps of their own.
    """

    role: Role
    cites: list[Range]
    line: Line | None = None
    told: Instruction | None = None
    title: str = ""
    number: str = ""
    word: str = ""
    condition: str = ""
    otherwise: bool = False
    command: Command | None = None
    leaf: Block | None = None
    start: int = 0
    section: Section | None = None
    children: "list[Plan]" = field(factory=list["Plan"])
    body: list[Block] = field(factory=list[Block])

    @property
    def is_told(self) -> bool:
        """True when the plan's own words are an instruction."""
        return self.told is not None
