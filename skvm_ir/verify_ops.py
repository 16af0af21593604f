"""The verifier's part on single ops: each against the signature of its class, and what a signature cannot say."""

import re
from collections.abc import Callable
from functools import cache
from typing import cast

from attrs import define, frozen

from .control_ops import Aside, Seq
from .declaration_ops import File, Import, Kernel
from .effects import AttributeKind, OpRole, RegionUse, Signature
from .needs import Catalogue, load_catalogue
from .op import Name, Op, Range
from .verify_findings import Findings, counted, listed, nearest
from .verify_names import Names, called
from .verify_text import RangeCheck

_HOLE = re.compile(r"\$(?:\$|([0-9]+))")
_MODE = re.compile(r"[0-7]{3,4}")
_SHA256 = re.compile(r"[0-9a-f]{64}")

CLOSED: dict[tuple[str, str], tuple[str, ...]] = {
    ("rule", "force"): ("must", "never", "should"),
    ("require", "kind"): ("pip", "npm", "system", "service", "env", "network", "mcp"),
    ("parallel", "kind"): ("data", "instruction", "thread"),
    ("remark", "kind"): ("passed", "missed", "analysis"),
}
"""Attributes that may have only these values, by op and attribute."""

_AT_LEAST_ONE = frozenset(("at_most", "jobs"))
_FILES = frozenset(("run", "path", "file"))


@define(eq=False)
class OpCheck:
    """Checks of one op at a time; ``run`` is called for each op of the skill, notes and declarations included."""

    found: Findings
    names: Names
    ranges: RangeCheck
    catalogue: Catalogue | None = None

    def run(self, op: Op) -> None:
        """Check ``op`` alone: SKV210 to SKV242."""
        plan = plan_of(type(op))
        signature = plan.signature
        attributes = op.attributes
        for key, value in attributes.items():
            check = plan.checks.get(key)
            if check is None:
                self._unknown(op, key, signature)
            else:
                check(self, op, key, value)
        for key in signature.required:
            if key not in attributes:
                self.found.at_op("SKV233", op, f"'{op.name}' has no '{key}'", op.name, help=f"add {{{key} = …}}")
        for cited in op.citations:
            self.range(op, cited, "from")
        if op.needs:
            self._needs(op)
        if op.after:
            self._after(op)
        if op.results or op.operands or op.region is not None or not plan.may_be_empty:
            self._parts(op, plan)
        if plan.extra is not None:
            plan.extra(self, op)

    def _parts(self, op: Op, plan: "Plan") -> None:
        signature = plan.signature
        if plan.no_operands and op.operands:
            self.found.at_op("SKV240", op, f"'{op.name}' takes no operand, found {op.operands[0]}", op.name)
        count = len(op.results)
        if not signature.results[0] <= count <= signature.results[1]:
            self._results(op, signature)
        if (op.region is None) is not plan.bare and not plan.optional_region:
            self._region(op, plan.bare)
        if op.region is not None and op.region.arguments and not signature.region_arguments:
            self.found.at_op("SKV239", op, f"the region of '{op.name}' takes no arguments", "takes")

    def range(self, op: Op, cited: Range, part: str) -> None:
        """Check one range that ``op`` has in ``part``, ``from`` or an attribute."""
        wrong = self.ranges.wrong(cited)
        if wrong:
            behind = "from" if part == "from" else f"{part} ="
            self.found.at_op(wrong[0], op, wrong[1], str(cited), behind, wrong[2])

    def unresolved(self, op: Op, name: Name, behind: str) -> None:
        """Report that ``name`` means nothing in this skill."""
        text, names = name.text, self.names
        other = ("@" if text[:1] == "%" else "%") + text[1:]
        if names.knows(Name(other)):
            help = f"did you mean '{other}'?"
        else:
            help = nearest(text, names.spellings()) or "names must be those of ops, values or files of this skill"
        self.found.at_op("SKV220", op, f"nothing in this skill is called {text}", text, behind, help)

    def flow_op(self, op: Op, name: Name, behind: str) -> None:
        """Check that ``name`` means an op of the flow."""
        target = self.names.op(name)
        if target is not None and target in self.names.first:
            return
        if not self.names.knows(name):
            self.unresolved(op, name, behind)
            return
        kind = f"a '{target.name}'" if target is not None else "a value that comes from outside"
        wanted = "wanted an op of the flow"
        self.found.at_op("SKV222", op, f"{name} is {kind}, {wanted}", name.text, behind)

    def _after(self, op: Op) -> None:
        first, lookup = self.names.first, self.names.op
        for name in op.after:
            target = lookup(name)
            if target is None or target not in first:
                self.flow_op(op, name, "after")

    def _needs(self, op: Op) -> None:
        catalogue = self.catalogue
        if catalogue is None:
            catalogue = self.catalogue = load_catalogue()
        by_name, seen = catalogue.by_name, set[str]()
        for need in op.needs:
            if need.primitive not in by_name:
                message = f"the catalogue has no primitive '{need.primitive}'"
                self.found.at_op("SKV238", op, message, need.primitive, "needs", nearest(need.primitive, by_name))
            elif need.primitive in seen:
                message = f"{called(op)} needs '{need.primitive}' twice"
                self.found.at_op("SKV238", op, message, need.primitive, "needs", "keep the higher level")
            seen.add(need.primitive)

    def _unknown(self, op: Op, key: str, signature: Signature) -> None:
        known = signature.attributes
        help = nearest(key, known) or (f"it may have {', '.join(known)}" if known else "it has no attributes")
        self.found.at_op("SKV231", op, f"'{op.name}' has no attribute '{key}'", key, op.name, help)

    def _results(self, op: Op, signature: Signature) -> None:
        least, most = signature.results
        wanted = str(least) if least == most else f"{least} to {most}"
        self.found.at_op(
            "SKV242", op, f"'{op.name}' has {counted(len(op.results), 'result')}, wanted {wanted}", op.name
        )

    def _region(self, op: Op, bare: bool) -> None:
        wanted = "holds no region" if bare else "needs a region"
        self.found.at_op("SKV239", op, f"'{op.name}' {wanted}", op.name)


Check = Callable[[OpCheck, Op, str, object], None]


@frozen
class Plan:
    """What to check of an op class, worked out once: its attributes' checks and the rule beyond the signature."""

    signature: Signature
    checks: dict[str, Check]
    no_operands: bool
    bare: bool
    optional_region: bool
    may_be_empty: bool
    """Whether an op without results, operands and region is fine as far as these go."""
    extra: Callable[[OpCheck, Op], None] | None


@cache
def plan_of(kind: type[Op]) -> Plan:
    """The checks for an op class."""
    signature = kind.signature
    checks: dict[str, Check] = {}
    for key, wanted in signature.attributes.items():
        checks[key] = _CHECKS[wanted]
        if wanted is AttributeKind.STRING and (key in ("when", "until") or (kind.name, key) in CLOSED):
            checks[key] = _closed if (kind.name, key) in CLOSED else _condition
    return Plan(
        signature=signature,
        checks=checks,
        no_operands=signature.operands == (),
        bare=signature.region is RegionUse.NONE,
        optional_region=signature.region is RegionUse.OPTIONAL,
        may_be_empty=not signature.results[0] and signature.region is not RegionUse.REQUIRED,
        extra=_EXTRA.get(kind.name) or (_holes if "holes" in signature.attributes else None),
    )


def _kind(check: OpCheck, op: Op, key: str, value: object) -> None:
    wanted = op.signature.attributes[key].value
    shown: dict[type, str] = {
        str: "a string",
        int: "an integer",
        bool: "true or false",
        Name: "a name",
        Range: "a range",
    }
    found = shown.get(type(value), "a list of something else" if wanted.startswith("a list") else "a list")
    check.found.at_value("SKV232", op, f"'{key}' of '{op.name}' is {found}, wanted {wanted}", key)


def _string(check: OpCheck, op: Op, key: str, value: object) -> None:
    if type(value) is not str:
        _kind(check, op, key, value)


def _integer(check: OpCheck, op: Op, key: str, value: object) -> None:
    if type(value) is not int:
        _kind(check, op, key, value)
    elif value < (1 if key in _AT_LEAST_ONE else 0):
        wanted = "1 or more" if key in _AT_LEAST_ONE else "0 or more"
        check.found.at_value("SKV234", op, f"'{key}' of '{op.name}' is {value}, wanted {wanted}", key)


def _bool(check: OpCheck, op: Op, key: str, value: object) -> None:
    if type(value) is not bool:
        _kind(check, op, key, value)


def _closed(check: OpCheck, op: Op, key: str, value: object) -> None:
    known = CLOSED[op.name, key]
    if type(value) is not str:
        _kind(check, op, key, value)
    elif value not in known:
        message = f"'{key}' of '{op.name}' is {value!r}, wanted {listed(known)}"
        check.found.at_value("SKV234", op, message, key, nearest(value, known))


def _condition(check: OpCheck, op: Op, key: str, value: object) -> None:
    if type(value) is not str:
        _kind(check, op, key, value)
    elif "$" in value:
        count = len(op.operands) if key == "when" else _yielded(op)
        _dollars(check, op, key, value, count)


def _yielded(op: Op) -> int:
    """How many values the last op of the region hands out."""
    last = op.region.ops[-1] if op.region is not None and op.region.ops else None
    return len(last.operands) if last is not None and last.signature.role is OpRole.YIELD else 0


def _dollars(check: OpCheck, op: Op, key: str, text: str, count: int) -> None:
    for match in _HOLE.finditer(text):
        if match[1] is not None and int(match[1]) >= count:
            has = counted(count, "operand" if key != "until" else "yielded value")
            help = "write '$$' for a dollar sign" if not count else ""
            check.found.at_value("SKV235", op, f"'{key}' speaks of {match[0]}, but '{op.name}' has {has}", key, help)
            return


def _name(check: OpCheck, op: Op, key: str, value: object) -> None:
    if not isinstance(value, Name):
        _kind(check, op, key, value)
        return
    if key in _FILES:
        _file(check, op, key, value)
    elif key == "to":
        _target(check, op, value)
    else:
        check.flow_op(op, value, f"{key} =")


def _target(check: OpCheck, op: Op, name: Name) -> None:
    """``to`` names a group, and an imported skill where work is handed over."""
    target = check.names.op(name)
    wanted = (Seq, Aside) if op.signature.role is OpRole.JUMP else (Import,)
    if isinstance(target, wanted):
        return
    if not check.names.knows(name):
        check.unresolved(op, name, "to =")
        return
    kind = f"'{target.name}'" if target is not None else "value"
    words = listed(f"'{one.name}'" for one in wanted)
    check.found.at_op("SKV222", op, f"'{op.name}' goes to the {kind} {name}, wanted a {words}", name.text, "to =")


def _file(check: OpCheck, op: Op, key: str, name: Name) -> None:
    target = check.names.op(name)
    if isinstance(target, File | Kernel):
        return
    if not check.names.knows(name):
        check.unresolved(op, name, f"{key} =")
    else:
        kind = f"a '{target.name}'" if target is not None and name.text[0] == "@" else "a value"
        help = "make the value an operand and write '$0'" if kind == "a value" else ""
        check.found.at_op(
            "SKV222", op, f"{name} in '{key}' is {kind}, wanted a bundle file", name.text, f"{key} =", help
        )


def _items(check: OpCheck, op: Op, key: str, value: object, *kinds: type) -> tuple[object, ...]:
    """The items of a list when all are of ``kinds``, else a finding and nothing."""
    is_list = isinstance(value, tuple)
    items = cast(tuple[object, ...], value if is_list else ())
    if is_list and all(type(item) in kinds for item in items):
        return items
    _kind(check, op, key, op.attributes[key])
    return ()


def _names(check: OpCheck, op: Op, key: str, value: object) -> None:
    for item in _items(check, op, key, value, Name):
        name = cast(Name, item)
        if key != "on":
            check.flow_op(op, name, f"{key} =")
        elif not check.names.knows(name):
            check.unresolved(op, name, "on =")


def _ranges(check: OpCheck, op: Op, key: str, value: object) -> None:
    for item in _items(check, op, key, value, Range):
        check.range(op, cast(Range, item), key)


def _strings(check: OpCheck, op: Op, key: str, value: object) -> None:
    _items(check, op, key, value, str)


def _words(check: OpCheck, op: Op, key: str, value: object) -> None:
    for item in _items(check, op, key, value, str, Name):
        if isinstance(item, Name):
            _file(check, op, key, item)
        elif "$" in cast(str, item):
            _dollars(check, op, key, cast(str, item), len(op.operands))


def _place(check: OpCheck, op: Op, key: str, value: object) -> None:
    if isinstance(value, Name):
        _file(check, op, key, value)
    elif type(value) is not str:
        _kind(check, op, key, value)


def _any(check: OpCheck, op: Op, key: str, value: object) -> None:
    """Nothing is known about this attribute."""


_CHECKS: dict[AttributeKind, Check] = {
    AttributeKind.STRING: _string,
    AttributeKind.INTEGER: _integer,
    AttributeKind.BOOL: _bool,
    AttributeKind.NAME: _name,
    AttributeKind.NAMES: _names,
    AttributeKind.RANGES: _ranges,
    AttributeKind.STRINGS: _strings,
    AttributeKind.WORDS: _words,
    AttributeKind.PLACE: _place,
    AttributeKind.ANY: _any,
}


def _holes(check: OpCheck, op: Op) -> None:
    holes = op.attributes.get("holes", ())
    if isinstance(holes, tuple) and len(holes) > len(op.operands):
        message = f"'{op.name}' spells {counted(len(holes), 'hole')}, but has {counted(len(op.operands), 'operand')}"
        check.found.at_value("SKV237", op, message, "holes", "a hole is the spelling of the operand at its position")


def _exec(check: OpCheck, op: Op) -> None:
    _holes(check, op)
    has_run, has_shell = "run" in op.attributes, "shell" in op.attributes
    if has_run and has_shell:
        check.found.at_op("SKV236", op, "'exec' has both 'run' and 'shell', wanted one at most", "exec")
    elif () in (op.attributes.get("run"), op.attributes.get("shell")):
        key = "run" if has_run else "shell"
        check.found.at_value("SKV236", op, f"'{key}' of 'exec' is empty", key)


def _file_declaration(check: OpCheck, op: Op) -> None:
    path, mode, sha256 = op.text("path"), op.text("mode"), op.text("sha256")
    if path.startswith("/") or ".." in path.split("/"):
        message = f"'path' of 'file' is {path!r}, wanted a path inside the skill's folder"
        check.found.at_value("SKV234", op, message, "path")
    if mode and not _MODE.fullmatch(mode):
        message = f"'mode' of 'file' is {mode!r}, wanted an octal file mode"
        check.found.at_value("SKV234", op, message, "mode", "write it like '644' or '755'")
    if sha256 and not _SHA256.fullmatch(sha256):
        message = "'sha256' of 'file' is not a hash, wanted 64 hexadecimal digits"
        check.found.at_value("SKV234", op, message, "sha256")


_EXTRA: dict[str, Callable[[OpCheck, Op], None]] = {"exec": _exec, "file": _file_declaration}
