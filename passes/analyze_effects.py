"""What a step reads and changes, as far as its op and its words tell; what is not known counts as everything."""

import re
import tomllib
from functools import cache
from pathlib import Path

from attrs import frozen

from ..skvm_ir.module import Skill
from ..skvm_ir.op import Name, Op
from ..skvm_ir.shell_words import assigned_names, changes_shell, first_word

_FILE = Path(__file__).with_name("dependences.toml")
_VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w*)")
_ARTIFACT = re.compile(r"`([\w./<>{}*-]*\w\.[A-Za-z][A-Za-z0-9]{0,4})`")
_CONNECTOR = re.compile(r"\|\||&&|[|;]|\n")
_PARALLEL = ("each", "many", "begins", "chained", "agents", "together")
_WORDED = 400
"""Bytes of a step's text that say how it hangs together with others; what follows explains it."""


@frozen(eq=False)
class DependenceWords:
    """``dependences.toml``, fit for look-up."""

    programs: frozenset[str]
    starts: tuple[str, ...]
    asks: frozenset[str]
    changes: re.Pattern[str]
    calls: frozenset[str]
    leans: re.Pattern[str]
    free: re.Pattern[str]
    bound: re.Pattern[str]
    each: re.Pattern[str]
    many: re.Pattern[str]
    begins: re.Pattern[str]
    chained: re.Pattern[str]
    agents: re.Pattern[str]
    together: re.Pattern[str]


@cache
def dependence_words() -> DependenceWords:
    """The lists of ``dependences.toml``; where they are from stands there."""
    data = tomllib.loads(_FILE.read_text("utf-8"))
    looks, said, parallel = data["looks"], data["words"], data["parallel"]
    return DependenceWords(
        programs=frozenset(looks["programs"].split()),
        starts=tuple(looks["starts"]),
        asks=frozenset(looks["asks"].split()),
        changes=re.compile(looks["changes"]),
        calls=frozenset(data["calls"]["looks"].split()),
        **{key: re.compile(said[key], re.I) for key in ("leans", "free", "bound")},
        **{key: re.compile(parallel[key], re.I | re.M) for key in _PARALLEL},
    )


@frozen(eq=False)
class Touches:
    """What a step reads and changes. ``only_looks``: it changes nothing. ``writes`` names all it changes, or is None
    where that is not known."""

    reads: frozenset[str]
    writes: frozenset[str] | None
    variables: frozenset[str]
    sets: frozenset[str]
    text: str

    @property
    def only_looks(self) -> bool:
        """True when the step changes nothing."""
        return self.writes is not None and not self.writes and not self.sets


def touches(skill: Skill, op: Op) -> Touches:
    """What ``op`` reads and changes."""
    command = command_of(skill, op) if op.name == "exec" else ""
    text = worded(skill, op)
    written = _written(op, command)
    reads = {value.name for value in op.operands} | set(_ARTIFACT.findall(text)) | _paths(op)
    return Touches(
        reads=frozenset(reads - (written or frozenset())),
        writes=written,
        variables=frozenset(_VARIABLE.findall(command)),
        sets=assigned_names(command),
        text=text,
    )


def worded(skill: Skill, op: Op) -> str:
    """The words of a step: of the first place that says it."""
    cited = next(iter(op.ranges("say") or op.citations), None)
    return "" if cited is None else skill.range_bytes(cited)[:_WORDED].decode("utf-8", "replace")


def command_of(skill: Skill, op: Op) -> str:
    """The command line of an ``exec``, as its text or its words spell it."""
    shell = op.ranges("shell")
    if shell:
        return "\n".join(skill.text_of(cited) for cited in shell)
    value = op.attributes.get("run", ())
    items = value if isinstance(value, tuple) else (value,)
    return " ".join(str(item) for item in items)


def only_looks(command: str) -> bool:
    """True when every part of the command line only shows something."""
    known = dependence_words()
    if not command.strip() or known.changes.search(command):
        return False
    return all(_part_looks(part.strip(), known) for part in _CONNECTOR.split(command) if part.strip())


def _part_looks(part: str, known: DependenceWords) -> bool:
    if part.startswith("#"):
        return True
    if changes_shell(part):
        return False
    if first_word(part) in known.programs or part.startswith(known.starts):
        return True
    return not known.asks.isdisjoint(part.split()[1:])


def _paths(op: Op) -> set[str]:
    """The files that an attribute says the op reads."""
    path = op.attributes.get("path")
    return {str(path)} if op.name == "read" and isinstance(path, str | Name) else set()


def _written(op: Op, command: str) -> frozenset[str] | None:
    """The names of what ``op`` changes; None where it may change anything."""
    if op.name in ("read", "check"):
        return frozenset()
    if op.name == "fetch":
        return frozenset() if op.text("method").upper() in ("", "GET", "HEAD") else None
    if op.name in ("write", "generate"):
        path = op.attributes.get("path")
        return frozenset({str(path), *_results(op)}) if isinstance(path, str | Name) else None
    if op.name == "call":
        words = re.split(r"[_\W]+", op.text("tool").lower())
        return frozenset() if not dependence_words().calls.isdisjoint(words) else None
    if op.name == "exec" and not op.text("stdout") and only_looks(command):
        return frozenset()
    return None


def _results(op: Op) -> set[str]:
    return {value.name for value in op.results}
