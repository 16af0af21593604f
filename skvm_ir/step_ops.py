"""The steps of a skill: what somebody or something does when the skill runs, and the rules that bind it."""

from typing import ClassVar

from .effects import AttributeKind as A
from .effects import Effect, EffectOn, OpRole, RegionUse, Signature
from .op import Op

_MODEL = EffectOn(Effect.MODEL)
_COMMON = {"say": A.RANGES, "when": A.STRING, "holes": A.STRINGS, "schema": A.STRING}
"""Every step may have: ``say`` (the bytes that word it, where they are not all it cites), ``when`` (a condition over
``$0``), ``holes`` (how the skill spells the operand of that position) and ``schema`` (JSON Schema of its result)."""


def _step(effects: tuple[EffectOn, ...], required: tuple[str, ...] = (), **attributes: A) -> Signature:
    return Signature(OpRole.STEP, effects, {**_COMMON, **attributes}, required=required, results=(0, 1))


class Read(Op):
    """Read a file, a variable or what a place holds.

    %form: file = read() {path = "form.pdf"} from [b3]
    """

    name: ClassVar[str] = "read"
    signature: ClassVar[Signature] = _step((EffectOn(Effect.READS, "path"),), path=A.PLACE)


class Write(Op):
    """Write the operand to a file.

    %report: file = write(%findings) {path = "REPORT.md"} from [b9]
    """

    name: ClassVar[str] = "write"
    signature: ClassVar[Signature] = _step((EffectOn(Effect.WRITES, "path"),), path=A.PLACE)


class Exec(Op):
    """Run a command: ``run`` is its argument list, ``shell`` cites a line that needs a shell (pipes, ``||``).

    %fields: json = exec(%form) {run = ["python", @fields, "$0"], stdout = "fields.json"} from [b2]
    """

    name: ClassVar[str] = "exec"
    signature: ClassVar[Signature] = _step(
        (EffectOn(Effect.EXEC), EffectOn(Effect.WRITES, "stdout")),
        run=A.WORDS,
        shell=A.RANGES,
        lang=A.STRING,
        stdin=A.STRING,
        stdout=A.STRING,
    )


class Fetch(Op):
    """Get something over the network by an exact request.

    %page: text = fetch() {url = "https://example.org/data.json"} from [b4]
    """

    name: ClassVar[str] = "fetch"
    signature: ClassVar[Signature] = _step((EffectOn(Effect.NET, "url"),), url=A.STRING, method=A.STRING)


class Browse(Op):
    """Use a web browser: navigate, click, fill in, extract.

    %title: text = browse() {url = "https://example.org"} from [b4]
    """

    name: ClassVar[str] = "browse"
    signature: ClassVar[Signature] = _step((_MODEL, EffectOn(Effect.NET, "url")), url=A.STRING)


class Call(Op):
    """Call a named tool of the harness or of an MCP server.

    %hits: json = call(%query) {tool = "search_issues", server = "github"} from [b5]
    """

    name: ClassVar[str] = "call"
    signature: ClassVar[Signature] = _step(
        (EffectOn(Effect.NET, "server"),), ("tool",), tool=A.STRING, server=A.STRING, arguments=A.RANGES
    )


class Generate(Op):
    """Have the model make text or code; ``lang`` names a programming language, ``template`` cites a form to fill in.

    %script: code = generate(%data) {lang = "python", path = "plot.py"} from [b6]
    """

    name: ClassVar[str] = "generate"
    signature: ClassVar[Signature] = _step(
        (_MODEL, EffectOn(Effect.WRITES, "path")), lang=A.STRING, path=A.PLACE, template=A.RANGES, bytes=A.INTEGER
    )


class Reason(Op):
    """Have the model decide or analyse.

    %cause: text = reason(%log) {say = [b7]} from [b7]
    """

    name: ClassVar[str] = "reason"
    signature: ClassVar[Signature] = _step((_MODEL,))


class Check(Op):
    """Verify something; the result is true when it holds.

    %ok: bool = check(%out) from [b8]
    """

    name: ClassVar[str] = "check"
    signature: ClassVar[Signature] = _step((_MODEL,))


class Ask(Op):
    """Ask the user; ``choices`` cites the answers to offer.

    %team: text = ask(%teams) from [b9]
    """

    name: ClassVar[str] = "ask"
    signature: ClassVar[Signature] = _step((EffectOn(Effect.USER),), choices=A.RANGES)


class Invoke(Op):
    """Hand work to another skill (``skill``), a sub-agent (``agent``) or an imported skill (``to``).

    %review: text = invoke(%diff) {agent = "code-reviewer"} from [b10]
    """

    name: ClassVar[str] = "invoke"
    signature: ClassVar[Signature] = _step((_MODEL,), skill=A.STRING, agent=A.STRING, to=A.NAME)


class Act(Op):
    """A step that nothing classified: legal, never run at the same time as another.

    act @tidy_up after [@deploy] from [b11]
    """

    name: ClassVar[str] = "act"
    signature: ClassVar[Signature] = _step(
        (_MODEL, *(EffectOn(e) for e in (Effect.READS, Effect.WRITES, Effect.EXEC, Effect.NET, Effect.USER)))
    )


class Rule(Op):
    """What must, must never or should hold while what it ``binds`` runs (nothing named: the whole flow). It may hold a
    ``back``, ``go`` or ``stop``, armed while that runs.

    rule @preview_only {force = "must", binds = [@deploy]} from [b2:9+31]
    """

    name: ClassVar[str] = "rule"
    signature: ClassVar[Signature] = Signature(
        OpRole.RULE,
        (),
        {"force": A.STRING, "binds": A.NAMES, "when": A.STRING, "say": A.RANGES},
        required=("force",),
        region=RegionUse.OPTIONAL,
        symbol_required=True,
    )


STEP_OPS: tuple[type[Op], ...] = (
    Read,
    Write,
    Exec,
    Fetch,
    Browse,
    Call,
    Generate,
    Reason,
    Check,
    Ask,
    Invoke,
    Act,
    Rule,
)
