"""What running an op does to the world, and how an op is declared."""

from enum import Enum

from attrs import field, frozen

from .value_types import Type


class Effect(Enum):
    """One kind of effect; an op that declares none is pure."""

    MODEL = "model"
    READS = "reads"
    WRITES = "writes"
    EXEC = "exec"
    NET = "net"
    USER = "user"


@frozen
class EffectOn:
    """An effect and the attribute that names its resource (empty: the whole class of resources)."""

    effect: Effect
    resource: str = ""


class AttributeKind(Enum):
    """What an attribute may hold."""

    STRING = "a string"
    INTEGER = "an integer"
    BOOL = "true or false"
    NAME = "a name (%value or @symbol)"
    NAMES = "a list of names"
    RANGES = "a list of ranges"
    STRINGS = "a list of strings"
    WORDS = "a list of strings and names"
    PLACE = "a string or a name"
    ANY = "any attribute"


class RegionUse(Enum):
    """Whether an op holds a region of ops."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


class OpRole(Enum):
    """Where an op belongs and how the verifier and the passes treat it."""

    STEP = "step"
    RULE = "rule"
    SCOPE = "scope"
    GROUP = "group"
    JUMP = "jump"
    YIELD = "yield"
    DECLARATION = "declaration"
    NOTE = "note"


@frozen
class Signature:
    """An op class as data: what the verifier checks without knowing the op.

    ``operands`` None means any number of any type, else the exact types. ``results`` is (least, most).
    ``attributes`` maps each allowed attribute to its kind; ``required`` lists those that must be there.
    ``effects`` has no default: who adds an op has to say what running it does.
    """

    role: OpRole
    effects: tuple[EffectOn, ...]
    attributes: dict[str, AttributeKind] = field(factory=dict[str, AttributeKind])
    required: tuple[str, ...] = ()
    operands: tuple[Type, ...] | None = None
    results: tuple[int, int] = (0, 0)
    region: RegionUse = RegionUse.NONE
    region_arguments: bool = False
    symbol_required: bool = False
    parent: str = ""
    """The only op this one may stand directly in, when it is bound to one (``case`` in ``choose``)."""

    def has_effect(self, effect: Effect) -> bool:
        """True when running the op has ``effect``."""
        return any(declared.effect is effect for declared in self.effects)
