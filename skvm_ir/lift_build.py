"""Plans to ops: names, chains of order, commands as argument lists, holes as parameters, files as values."""

import re
from collections.abc import Generator
from contextlib import contextmanager

from attrs import define, field

from ..grammar.block import Block
from .control_ops import Aside, Case, Choose, Foreach, Parallel, Seq
from .declaration_ops import Import, Param, Remark
from .lift_commands import Call as CommandCall
from .lift_commands import parse_call
from .lift_names import NameTable
from .lift_plan import Plan, Role
from .lift_reader import Line, Reader
from .lift_steps import SPEAKS, inline_commands
from .module import Skill
from .op import Attribute, Name, Op, Range, Region, Value
from .step_ops import Act, Ask, Browse, Call, Check, Exec, Fetch, Generate, Invoke, Read, Reason, Write
from .value_types import ANY, BOOL, CODE, FILE, JSON, TABLE, Type, list_of

MAXIMUM_OPS = 20_000
"""Ops that one skill may have; what stands behind them stays text."""

_KINDS: dict[str, type[Op]] = {
    kind.name: kind for kind in (Act, Ask, Browse, Call, Check, Exec, Fetch, Generate, Invoke, Read, Reason, Write)
}
_FILE = re.compile(r"`([\w./<>{}-]*\w\.([A-Za-z][A-Za-z0-9]{0,4}))`")
_CODE = re.compile(r"`([^`\n]+)`")
_MAKES = re.compile(r"\b(?:write|writes|save|saves|saved|create|creates|export|output|store|record|append)\b", re.I)
_URL = re.compile(r"https?://[^\s`)>\]\"']+")
_TOGETHER = re.compile(r"\b(?:in parallel|simultaneously|concurrently|at the same time)\b", re.I)
_NOT_TOGETHER = re.compile(r"\b(?:not|never|don't|sequential|one at a time)\b", re.I)
_TYPES: dict[str, Type] = {"json": JSON, "csv": TABLE, "tsv": TABLE, "xlsx": TABLE, "py": CODE, "js": CODE, "sh": CODE}


@define(eq=False)
class Builder:
    """Makes the ops of one skill. ``made`` tells which op came of which plan, for jumps and rules."""

    skill: Skill
    reader: Reader
    names: NameTable
    paths: dict[str, str]
    """Symbol of each declared bundle file by path."""
    region: Region = field(factory=Region)
    before: tuple[Name, ...] = ()
    files: dict[str, Value] = field(factory=dict[str, Value])
    holes: dict[str, Value] = field(factory=dict[str, Value])
    imports: dict[str, str] = field(factory=dict[str, str])
    made: list[tuple[Plan, Op]] = field(factory=list[tuple[Plan, Op]])
    count: int = 0
    known_paths: frozenset[str] = frozenset()

    def build(self, plans: list[Plan]) -> None:
        """Add the ops of ``plans`` to the current region, one after the other."""
        for plan in plans:
            if self.count >= MAXIMUM_OPS:
                self._say_full(plan)
                return
            self._one(plan)

    def add(self, op: Op, plan: Plan | None = None) -> Op:
        """Put ``op`` at the end of the current region, chained to what stands before it."""
        self.region.ops.append(op)
        op.parent = self.region
        op.after = tuple(name for name in self.before if name not in {value_name(v) for v in op.operands})
        self.before = (op.label,) if op.label is not None else self.before
        self.count += 1
        if plan is not None:
            self.made.append((plan, op))
        return op

    @contextmanager
    def inside(self, op: Op, transparent: bool) -> Generator[None]:
        """Make ops go into the region of ``op``; what a scope makes is not seen behind it."""
        region, before, files = self.region, self.before, self.files
        op.region = Region(parent=op)
        self.region, self.before = op.region, ()
        self.files = files if transparent else dict(files)
        yield
        self.region, self.before, self.files = region, before, files

    def _one(self, plan: Plan) -> None:
        if plan.role is Role.CHOOSE:
            self._choose(plan, plan.children)
        elif plan.role is Role.ASIDE:
            self.aside(plan)
        elif plan.children:
            self._group(plan)
        else:
            self._step(plan)

    def aside(self, plan: Plan) -> Op:
        """A group off the path; the order of the path goes on around it."""
        before = self.before
        op = self.add(Aside(symbol=self._name(plan, "aside"), citations=tuple(plan.cites)), plan)
        op.after, self.before = (), before
        with self.inside(op, transparent=False):
            # Whoever jumps here may not have made the files that stand before it.
            self.files = {}
            self.build(plan.children)
        return op

    def _choose(self, plan: Plan, cases: list[Plan]) -> None:
        cites = tuple(plan.cites) or tuple(cited for case in cases for cited in case.cites[:1])
        op = self.add(Choose(symbol=self.names.take(plan.title, "choose"), citations=cites))
        with self.inside(op, transparent=False):
            for case in cases:
                if self.count >= MAXIMUM_OPS:
                    self._say_full(case)
                    break
                self.count += 1
                attributes: dict[str, Attribute] = {"otherwise": True}
                if case.condition:
                    attributes = {"when": _one_line(case.condition)}
                made = Case(attributes=attributes, citations=tuple(case.cites[:1]))
                self.region.ops.append(made)
                made.parent = self.region
                with self.inside(made, transparent=False):
                    case.condition, case.otherwise = "", False
                    self._one(case)

    def _group(self, plan: Plan) -> None:
        if plan.condition:
            self._choose(Plan(Role.CHOOSE, [], title=plan.title), [plan])
            return
        if self._is_together(plan):
            self._parallel(plan)
            return
        if plan.told is not None and plan.told.each and plan.line is not None and plan.section is None:
            self._foreach(plan, plan.told.each)
            return
        op = self.add(Seq(symbol=self._name(plan, "group"), citations=tuple(plan.cites)), plan)
        with self.inside(op, transparent=True):
            if plan.told is not None and not _is_title(plan):
                head = Plan(Role.STEP, plan.cites, plan.line, plan.told, title=plan.title)
                self._step(head)
            self.build(plan.children)

    def _parallel(self, plan: Plan) -> None:
        kinds = {child.told.kind for child in plan.children if child.told is not None}
        kind = "thread" if "invoke" in kinds else "instruction"
        attributes: dict[str, Attribute] = {"kind": kind}
        name = self._name(plan, "parallel")
        op = self.add(Parallel(symbol=name, attributes=attributes, citations=tuple(plan.cites)), plan)
        with self.inside(op, transparent=False):
            for child in plan.children:
                self.before = ()
                self._one(child)

    @staticmethod
    def _is_together(plan: Plan) -> bool:
        text = plan.line.plain[:300] if plan.line is not None else ""
        if len(plan.children) < 2 or any(child.role is not Role.STEP for child in plan.children):
            return False
        return _TOGETHER.search(text) is not None and _NOT_TOGETHER.search(text) is None

    def _step(self, plan: Plan) -> None:
        each = plan.told.each if plan.told is not None else ""
        if each and plan.line is not None:
            self._foreach(plan, each)
        elif plan.command is not None and plan.leaf is not None:
            self._command(plan, plan.command.text, self.reader.cite(plan.leaf, plan.command.start, plan.command.end))
        elif plan.line is not None and (plan.told is None or plan.told.kind in ("exec", "check", "act", "read")):
            self._inline(plan, plan.line)
        else:
            self._plain(plan)

    def _foreach(self, plan: Plan, each: str) -> None:
        assert plan.line is not None
        assert plan.told is not None
        at = plan.line.text.find(each)
        cited = self.reader.cite(plan.line.block, plan.line.offset + at, plan.line.offset + at + len(each))
        items = self._made(each)
        if items is None:
            items = self._param(f"each {each}", list_of(ANY), (cited,) if at >= 0 else tuple(plan.cites), hole=each)
        item = Value(self.names.take(each.split()[0], "item"), ANY)
        op = Foreach(symbol=self.names.take(f"each {each}", "each"), operands=[items], citations=tuple(plan.cites))
        self.add(op, plan)
        with self.inside(op, transparent=False):
            self.region.arguments.append(item)
            item.owner = self.region
            if plan.children:
                self.build(plan.children)
            else:
                inner = Plan(Role.STEP, plan.cites, plan.line, plan.told, plan.title, condition=plan.condition)
                self._step_without_each(inner)

    def _made(self, each: str) -> Value | None:
        """The file of an earlier step that a loop says it goes through ("each issue in `open.json`")."""
        return next((self.files[path] for path in _CODE.findall(each) if path in self.files), None)

    def _step_without_each(self, plan: Plan) -> None:
        if plan.told is not None and plan.told.kind == "exec" and plan.line is not None:
            self._inline(plan, plan.line)
        else:
            self._plain(plan)

    def _inline(self, plan: Plan, line: Line) -> None:
        """A step whose command stands in backticks in its sentence: one op for each command."""
        commands = inline_commands(line)
        kind = plan.told.kind if plan.told is not None else "exec"
        if not commands or (kind in ("check", "read") and len(commands) != 1):
            self._plain(plan)
            return
        for start, end, text in commands[:8]:
            whole = plan.cites if len(commands) == 1 else [self.reader.cite(line.block, start, end)]
            single = Plan(Role.STEP, whole, None if len(commands) > 1 else line, plan.told, plan.title)
            single.condition = plan.condition
            self._command(single, text, self.reader.cite(line.block, start, end), plan)

    def _command(self, plan: Plan, text: str, cited: Range, made_for: Plan | None = None) -> None:
        call = parse_call(text, self.known_paths)
        operands, holes = self._hole_values(call.holes, cited, text)
        attributes: dict[str, Attribute] = {}
        if call.needs_shell:
            attributes["shell"] = (cited,)
        else:
            attributes["run"] = self._run_words(call, operands, holes)
        if call.stdout:
            attributes["stdout"] = call.stdout
        self._with_common(attributes, plan, holes)
        op = Exec(operands=operands, attributes=attributes, citations=_unique(plan.cites))
        path = call.stdout if "$" not in call.stdout else ""
        self._name_op(op, plan.title or text, path)
        self.add(op, made_for or plan)

    def _run_words(self, call: CommandCall, operands: list[Value], holes: list[str]) -> tuple[str | Name, ...]:
        """The argument list with bundle files as names and files that steps before have made as operands."""
        found: list[str | Name] = []
        for word in call.words:
            symbol = self.paths.get(word.removeprefix("./"))
            value = self.files.get(word)
            if symbol is not None:
                found.append(Name(f"@{symbol}"))
            elif value is not None:
                if value not in operands:
                    operands.append(value)
                    holes.append(word)
                found.append(f"${operands.index(value)}")
            else:
                found.append(word)
        return tuple(found)

    def _hole_values(self, holes: tuple[str, ...], cited: Range, text: str) -> tuple[list[Value], list[str]]:
        return [self._param(hole, ANY, (cited,), hole, hole[0] != "[") for hole in holes], list(holes)

    def _param(self, text: str, kind: Type, cites: tuple[Range, ...], hole: str, required: bool = True) -> Value:
        """The parameter of that spelling, declared where it is first met."""
        found = self.holes.get(hole)
        if found is None:
            found = Value(self.names.take(text, "value"), kind)
            attributes: dict[str, Attribute] = {"hole": _one_line(hole)}
            if not required:
                attributes["required"] = False
            self.skill.declarations.append(Param(results=[found], attributes=attributes, citations=cites))
            self.holes[hole] = found
        return found

    def _plain(self, plan: Plan) -> None:
        kind = plan.told.kind if plan.told is not None else "act"
        op = _KINDS[kind](citations=_unique([*plan.cites, *self._explaining(plan)]))
        attributes: dict[str, Attribute] = {}
        if plan.leaf is not None and plan.leaf.attributes.get("lang"):
            attributes["lang"] = str(plan.leaf.attributes["lang"])
        path = self._artifacts(plan, op, kind, attributes)
        self._named_target(plan, kind, attributes)
        self._with_common(attributes, plan, [self._spelling(value) for value in op.operands])
        op.attributes = attributes
        self._name_op(op, plan.title, path, BOOL if kind == "check" else None)
        self.add(op, plan)

    def _explaining(self, plan: Plan) -> list[Range]:
        if not plan.body or (plan.cites and plan.cites[0].is_whole and self._holds(plan.cites[0], plan.body[0])):
            return []
        return [Range(block.number) for block in plan.body]

    def _holds(self, cited: Range, block: Block) -> bool:
        outer, at = self.skill.block(cited.block), block.parent
        while at is not None and at is not outer:
            at = at.parent
        return at is not None

    def _artifacts(self, plan: Plan, op: Op, kind: str, attributes: dict[str, Attribute]) -> str:
        """Files the sentence names: read ones become operands, a written one is returned."""
        text = plan.line.text[:600] if plan.line is not None else ""
        url = _URL.search(text)
        if url and kind in ("fetch", "browse"):
            attributes["url"] = url.group().rstrip(".,")
        made = ""
        for match in _FILE.finditer(text):
            path = match.group(1)
            if path in self.files and self.files[path] not in op.operands:
                op.operands.append(self.files[path])
            elif kind == "read" and "path" not in attributes:
                symbol = self.paths.get(path.removeprefix("./"))
                attributes["path"] = Name(f"@{symbol}") if symbol is not None else path
            elif kind in ("write", "generate") and not made and _MAKES.search(text, 0, match.start()):
                made = path
                attributes["path"] = path
        return made

    def _spelling(self, value: Value) -> str:
        return next((path for path, made in self.files.items() if made is value), "")

    def _named_target(self, plan: Plan, kind: str, attributes: dict[str, Attribute]) -> None:
        told = plan.told
        if kind == "call":
            attributes["tool"] = told.name if told is not None and told.name else _called(plan)
            if told is not None and told.server:
                attributes["server"] = told.server
        elif kind == "invoke" and told is not None and told.name:
            symbol = self.imports.get(told.name)
            if symbol is None:
                symbol = self.imports[told.name] = self.names.take(told.name, "skill")
                cites = tuple(plan.cites)
                self.skill.declarations.append(Import(symbol=symbol, attributes={"skill": told.name}, citations=cites))
            attributes["to"] = Name(f"@{symbol}")

    def _with_common(self, attributes: dict[str, Attribute], plan: Plan, holes: list[str]) -> None:
        if plan.condition:
            attributes["when"] = _one_line(plan.condition)
        if holes:
            attributes["holes"] = tuple(holes)

    def _name_op(self, op: Op, title: str, path: str, kind: Type | None = None) -> None:
        """Call the op by its result when it makes a file or a truth value, else by a symbol."""
        name = self.names.take(path.rpartition("/")[2].rpartition(".")[0] if path else title, op.name)
        if path or kind is not None:
            result = Value(name, kind or _TYPES.get(path.rpartition(".")[2].lower(), FILE), op)
            op.results = [result]
            if path:
                self.files[path] = result
        else:
            op.symbol = name

    def _name(self, plan: Plan, otherwise: str) -> str:
        called = f"{plan.word} {plan.number} " if plan.word and plan.number and plan.section is not None else ""
        return self.names.take(called + plan.title, otherwise)

    def _say_full(self, plan: Plan) -> None:
        if not any(note.text("rule") == "too-many-ops" for note in self.skill.notes):
            message = f"the flow ends after {MAXIMUM_OPS} steps; what follows stays text"
            note = {"kind": "missed", "pass": "lift", "rule": "too-many-ops", "message": message}
            self.skill.notes.append(Remark(attributes={**note}, citations=tuple(plan.cites)))


def value_name(value: Value) -> Name:
    """A value as a name."""
    return Name(f"%{value.name}")


def _is_title(plan: Plan) -> bool:
    """True when a step with sub-steps only titles them."""
    if plan.section is not None or plan.told is None or plan.line is None:
        return True
    first_sentence = re.split(r"[.!?:](?=\s|$)", plan.line.plain, maxsplit=1)[0]
    commanded = plan.told.kind not in SPEAKS and any(child.command is not None for child in plan.children)
    return commanded or plan.told.kind in ("exec", "act") or len(first_sentence.split()) <= 8


def _called(plan: Plan) -> str:
    match = re.search(r"`([^`\n]+)`", plan.line.text) if plan.line is not None else None
    return match.group(1) if match else (plan.told.verb if plan.told is not None else "call")


def _one_line(text: str) -> str:
    return " ".join(text.replace("**", "").split()).strip("*_ ")


def _unique(cites: list[Range]) -> tuple[Range, ...]:
    return tuple(dict.fromkeys(cites))
