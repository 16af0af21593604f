"""Control: groups, scopes and the jumps that prose makes."""

from typing import ClassVar

from .effects import AttributeKind as A
from .effects import OpRole, RegionUse, Signature
from .op import Op


def _scope(arguments: bool, **attributes: A) -> Signature:
    return Signature(
        OpRole.SCOPE,
        (),
        attributes,
        results=(0, 16),
        region=RegionUse.REQUIRED,
        region_arguments=arguments,
    )


class Seq(Op):
    """A named group of steps in order (a phase); transparent: its values are visible behind it.

    seq @workflow from [b4] { … }
    """

    name: ClassVar[str] = "seq"
    signature: ClassVar[Signature] = Signature(
        OpRole.GROUP, (), region=RegionUse.REQUIRED, region_arguments=True, symbol_required=True
    )


class Aside(Op):
    """A group off the main path, run only by ``do`` or ``go`` (or picked from a menu); its values stay inside.

    aside @fallback takes (%path: file) from [b40] { … }
    """

    name: ClassVar[str] = "aside"
    signature: ClassVar[Signature] = Signature(
        OpRole.GROUP, (), region=RegionUse.REQUIRED, region_arguments=True, symbol_required=True
    )


class Choose(Op):
    """Take the first ``case`` that applies; what the cases yield is the result.

    %url: url? = choose(%linked) from [b20] { case {when = "$0"} … case {otherwise = true} … }
    """

    name: ClassVar[str] = "choose"
    signature: ClassVar[Signature] = _scope(False, say=A.RANGES)


class Case(Op):
    """One way of a ``choose``: ``when`` is its condition over the case's own operands, ``otherwise`` the last resort.

    case(%linked, %remote) {when = "$0 and $1"} from [b21] { … }
    """

    name: ClassVar[str] = "case"
    signature: ClassVar[Signature] = Signature(
        OpRole.SCOPE,
        (),
        {"when": A.STRING, "otherwise": A.BOOL, "say": A.RANGES},
        region=RegionUse.REQUIRED,
        parent="choose",
    )


class Foreach(Op):
    """Do the region once for each item of the first operand; the result lists what each round yields.

    %texts: list<text> = foreach(%files) from [b9] takes (%file: file) { … yield(%text) }
    """

    name: ClassVar[str] = "foreach"
    signature: ClassVar[Signature] = _scope(True, say=A.RANGES, jobs=A.INTEGER)


class Repeat(Op):
    """Do the region again with the values its ``yield`` carries, at most ``at_most`` times, until ``until`` holds over
    the yielded values. Operands enter as the region's arguments, the last carried values are the results.

    %fixed: bool = repeat(%no) {at_most = 3, until = "$0"} takes (%was: bool) { … yield(%ok) }
    """

    name: ClassVar[str] = "repeat"
    signature: ClassVar[Signature] = _scope(True, at_most=A.INTEGER, until=A.STRING, say=A.RANGES)


class Parallel(Op):
    """The ops of the region may run at the same time; ``kind`` is data, instruction or thread.

    parallel {kind = "instruction"} from [b12] { … }
    """

    name: ClassVar[str] = "parallel"
    signature: ClassVar[Signature] = _scope(False, kind=A.STRING, jobs=A.INTEGER, say=A.RANGES)


class Yield(Op):
    """Hand values out of a scope; the last op of its region.

    yield(%text)
    """

    name: ClassVar[str] = "yield"
    signature: ClassVar[Signature] = Signature(OpRole.YIELD, ())


def _jump(required: tuple[str, ...], **attributes: A) -> Signature:
    return Signature(OpRole.JUMP, (), {"when": A.STRING, "say": A.RANGES, **attributes}, required=required)


class Back(Op):
    """Go back to a group that encloses this op or stands before it, at most ``at_most`` times; used up, control goes on
    behind it.

    back @again(%ok) {to = @workflow, when = "not $0", at_most = 3} from [b6]
    """

    name: ClassVar[str] = "back"
    signature: ClassVar[Signature] = _jump(("to",), to=A.NAME, at_most=A.INTEGER)


class Do(Op):
    """Run a group here and come back: operands for its parameters, then those that only ``when`` speaks of.

    do @deploy_again(%path) {to = @git_push} from [b30]
    """

    name: ClassVar[str] = "do"
    signature: ClassVar[Signature] = _jump(("to",), to=A.NAME)


class Go(Op):
    """Run a group and then leave the path: nothing behind this op runs.

    go @no_login(%path) {to = @fallback, when = "login is not possible"} from [b33]
    """

    name: ClassVar[str] = "go"
    signature: ClassVar[Signature] = _jump(("to",), to=A.NAME)


class Stop(Op):
    """End the skill here.

    stop @give_up(%found) {when = "not $0"} from [b34]
    """

    name: ClassVar[str] = "stop"
    signature: ClassVar[Signature] = _jump(())


CONTROL_OPS: tuple[type[Op], ...] = (Seq, Aside, Choose, Case, Foreach, Repeat, Parallel, Yield, Back, Do, Go, Stop)
