"""What a skill declares beside its flow, and what passes note about it."""

from typing import ClassVar

from .effects import AttributeKind as A
from .effects import OpRole, Signature
from .op import Op


def _declaration(required: tuple[str, ...], /, **attributes: A) -> Signature:
    return Signature(OpRole.DECLARATION, (), attributes, required=required, operands=(), symbol_required=True)


class File(Op):
    """A bundle file, known by its hash; its bytes come from the folder.

    file @fields {path = "scripts/fields.py", lang = "python", sha256 = "…", size = 812, mode = "644"}
    """

    name: ClassVar[str] = "file"
    signature: ClassVar[Signature] = _declaration(
        ("path",), path=A.STRING, lang=A.STRING, sha256=A.STRING, size=A.INTEGER, mode=A.STRING
    )


class Require(Op):
    """Something that must be there at run time; ``kind`` is pip, npm, system, service, env, network or mcp.

    require @pypdf {kind = "pip", name = "pypdf", required = true} from [b31]
    """

    name: ClassVar[str] = "require"
    signature: ClassVar[Signature] = _declaration(
        ("kind", "name"), kind=A.STRING, name=A.STRING, version=A.STRING, required=A.BOOL
    )


class Param(Op):
    """A value the user's task brings; ``hole`` is how the skill spells it.

    %path: file = param {hole = "[path]"} from [b12:20+6]
    """

    name: ClassVar[str] = "param"
    signature: ClassVar[Signature] = Signature(
        OpRole.DECLARATION,
        (),
        {"hole": A.STRING, "default": A.STRING, "required": A.BOOL},
        operands=(),
        results=(1, 1),
    )


class Import(Op):
    """Another skill that this one hands work to, by the name it uses.

    import @tdd {skill = "superpowers:test-driven-development"} from [b55]
    """

    name: ClassVar[str] = "import"
    signature: ClassVar[Signature] = _declaration(("skill",), skill=A.STRING)


class Kernel(Op):
    """A pure helper that can be compiled to native code.

    kernel @mean {file = @stats, function = "mean"}
    """

    name: ClassVar[str] = "kernel"
    signature: ClassVar[Signature] = _declaration(("function",), file=A.NAME, function=A.STRING)


class Solid(Op):
    """A solidification candidate: a step fixed up to parameters.

    solid @column_sum {of = @sum_column, lang = "python"} from [b17]
    """

    name: ClassVar[str] = "solid"
    signature: ClassVar[Signature] = _declaration(("of",), of=A.NAME, lang=A.STRING, code=A.RANGES)


def _note(**attributes: A) -> Signature:
    common = {"pass": A.STRING, "rule": A.STRING, "message": A.STRING, "on": A.NAMES}
    return Signature(OpRole.NOTE, (), {**common, **attributes}, required=("pass",), operands=())


class Remark(Op):
    """What a pass did, could not do, or found; ``kind`` is passed, missed or analysis.

    remark {kind = "missed", pass = "capability-lower", rule = "split-chain", message = "…", on = [%page]} from [b4]
    """

    name: ClassVar[str] = "remark"
    signature: ClassVar[Signature] = _note(kind=A.STRING, need=A.STRING)


class Variant(Op):
    """The cited bytes hold only for one system or product.

    variant {pass = "lift", only_for = "codex"} from [b90]
    """

    name: ClassVar[str] = "variant"
    signature: ClassVar[Signature] = _note(only_for=A.STRING)


class Hazard(Op):
    """The cited bytes need a careful eye; ``kind`` says which danger.

    hazard {pass = "audit", kind = "pipe-to-shell"} from [b14:0+41]
    """

    name: ClassVar[str] = "hazard"
    signature: ClassVar[Signature] = _note(kind=A.STRING)


class Order(Op):
    """An order between two ops that a pass kept or dropped, and why.

    order {pass = "analyze-deps", kept = false, on = [%a, %b], message = "…"}
    """

    name: ClassVar[str] = "order"
    signature: ClassVar[Signature] = _note(kept=A.BOOL)


DECLARATION_OPS: tuple[type[Op], ...] = (File, Require, Param, Import, Kernel, Solid)
NOTE_OPS: tuple[type[Op], ...] = (Remark, Variant, Hazard, Order)
