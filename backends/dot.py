"""Backend ``dot``: the flow as a Graphviz text: groups as boxes, values as solid edges, order grey, jumps red.

Only text is made here; drawing it is the matter of the ``dot`` program, which the tools call."""

import re
from collections.abc import Iterable
from textwrap import wrap
from typing import ClassVar

from attrs import define, field

from ..skvm_ir.effects import Effect, OpRole
from ..skvm_ir.module import Module, Skill
from ..skvm_ir.op import Op, Region, Value
from ..skvm_ir.walk import enclosing, named
from .base import Backend, EmitContext, OutputFile, skill_root

_WIDTH = 38
"""Characters a line of a label holds."""

_LINES = 3
"""Lines of cited text a node shows."""

_ABREAST = 4
"""Nodes that nothing orders stand beside each other, at most so many, then in a further row."""

_FILL = {
    Effect.USER: "#f6e3c5",
    Effect.NET: "#dbe7f5",
    Effect.EXEC: "#dcefdc",
    Effect.MODEL: "#ebe2f4",
}
"""What colours a node: the first of its effects in this order."""

_SHAPE = {OpRole.JUMP: "cds", OpRole.RULE: "note"}
_ORDER, _JUMP, _BINDS = "#9a9a9a", "#b03030", "#c9a227"
_MARKERS = re.compile(r"^(?:[-*+>#\s]|\d+[.)]\s|\[[ xX]\])+|[*`]+")


class DotBackend(Backend):
    """A picture of each skill's flow, for ``dot -Tsvg``."""

    name: ClassVar[str] = "dot"
    summary: ClassVar[str] = "the flow as a Graphviz text"
    for_any_target: ClassVar[bool] = True

    def emit(self, module: Module, context: EmitContext) -> dict[str, OutputFile]:
        """One ``flow.dot`` per skill."""
        return {
            f"{skill_root(module, skill.name)}flow.dot": OutputFile(dot_text(skill).encode()) for skill in module.skills
        }


def dot_text(skill: Skill) -> str:
    """The Graphviz text of ``skill``; the same flow gives the same text."""
    return _Drawing(skill, named(skill)).text()


@define(eq=False)
class _Drawing:
    """Gathers lines; ``numbers`` are the ops in the order of the flow, ``linked`` the pairs that an edge orders."""

    skill: Skill
    ops: dict[str, Op]
    lines: list[str] = field(factory=list[str])
    numbers: dict[int, int] = field(factory=dict[int, int])
    linked: set[tuple[int, int]] = field(factory=set[tuple[int, int]])

    def text(self) -> str:
        skill = self.skill
        self.numbers = {id(op): number for number, op in enumerate(skill.flow.walk())}
        title = f"{skill.name} ({skill.shape})"
        self.lines = [
            f"digraph {_quoted(skill.name)} {{",
            '  graph [rankdir=TB, fontname="Helvetica", fontsize=11, compound=true, nodesep=0.3, ranksep=0.3]',
            '  node [shape=box, style="rounded,filled", fillcolor=white, color="#777777", fontname="Helvetica",'
            ' fontsize=10, margin="0.12,0.07"]',
            f'  edge [fontname="Helvetica", fontsize=9, color="{_ORDER}", arrowsize=0.7]',
            f"  label={_quoted(title)} labelloc=t",
        ]
        self._region(skill.flow, "  ")
        for op in skill.flow.walk():
            self._edges(op)
        self._rows(skill.flow)
        for op in skill.flow.walk():
            if op.region is not None:
                self._rows(op.region)
        return "\n".join([*self.lines, "}"]) + "\n"

    def _region(self, region: Region, indent: str) -> None:
        for op in region.ops:
            if op.region is not None and _drawn(op.region):
                self._cluster(op, op.region, indent)
            elif op.name != "yield":
                self._node(op, indent)

    def _cluster(self, op: Op, region: Region, indent: str) -> None:
        style = "dashed" if op.name == "aside" else "solid"
        fill = "#fafafa" if op.signature.role is OpRole.GROUP else "#f1f1f1"
        self.lines.append(f"{indent}subgraph {self._box(op)} {{")
        self.lines.append(f'{indent}  style="rounded,{style},filled" color="#999999" fillcolor="{fill}" labeljust=l')
        self.lines.append(f"{indent}  label={_label(self._title(op), self._said(op, 1), '')}")
        self._region(region, indent + "  ")
        self.lines.append(f"{indent}}}")

    def _node(self, op: Op, indent: str) -> None:
        colour = next((fill for effect, fill in _FILL.items() if op.signature.has_effect(effect)), "white")
        shape = _SHAPE.get(op.signature.role, "box")
        brought = [f"with {value}" for value in op.operands if id(self._maker(value)) not in self.numbers]
        small = [*brought, *(need.demand for need in op.needs)]
        label = _label(self._title(op), self._said(op, _LINES), ", ".join(small))
        self.lines.append(f'{indent}{self._node_name(op)} [label={label}, fillcolor="{colour}", shape={shape}]')

    def _title(self, op: Op) -> tuple[str, str]:
        """What the op is, and how it is called or when it is done."""
        label = str(op.label) if op.label is not None else ""
        when = "otherwise" if op.attributes.get("otherwise") else op.text("when")
        if op.name == "case":
            return "if" if op.text("when") else "", when
        return op.name, label

    def _said(self, op: Op, most: int) -> list[str]:
        """The first words that the op cites, as they read without their markers."""
        if op.name == "case" or not op.citations:
            return []
        words = " ".join(_MARKERS.sub("", line) for line in self.skill.text_of(op.citations[0]).splitlines())
        return _wrapped(words, most)

    def _edges(self, op: Op) -> None:
        for value in op.operands:
            maker = self._maker(value)
            if maker is not None and op.name != "yield":
                self._ordered(maker, op, f'color="#444444", fontcolor="#444444", label={_quoted(str(value))}')
        for name in op.after:
            before = self.ops.get(str(name))
            if before is not None and not self._is_linked(before, op):
                self._ordered(before, op, "style=dashed")
        for name in op.names("to"):
            self._jump_edge(op, self.ops.get(str(name)), f'color="{_JUMP}", fontcolor="{_JUMP}", label={op.name}')
        for name in op.names("binds"):
            self._rule_edge(op, self.ops.get(str(name)))

    def _ordered(self, before: Op, after: Op, look: str) -> None:
        """An edge that puts ``after`` below ``before``, cut off at the boxes of the two."""
        if id(before) not in self.numbers or before in enclosing(after) or after in enclosing(before):
            return
        self.linked.add((id(before), id(after)))
        ends = [look]
        if _is_box(before):
            ends.append(f"ltail={self._box(before)}")
        if _is_box(after):
            ends.append(f"lhead={self._box(after)}")
        self.lines.append(f"  {self._last(before)} -> {self._first(after)} [{', '.join(ends)}]")

    def _jump_edge(self, op: Op, to: Op | None, look: str) -> None:
        """An edge that moves nothing: a jump."""
        if to is None or id(to) not in self.numbers:
            return
        clipped = f", lhead={self._box(to)}" if _is_box(to) and to not in enclosing(op) else ""
        self.lines.append(f"  {self._last(op)} -> {self._first(to)} [{look}, constraint=false{clipped}]")

    def _rule_edge(self, rule: Op, bound: Op | None) -> None:
        """From a rule to what it binds first, which puts it beside that."""
        if bound is None or id(bound) not in self.numbers or _is_box(rule):
            return
        clipped = f", lhead={self._box(bound)}" if _is_box(bound) else ""
        look = f'color="{_BINDS}", style=dotted, weight=0{clipped}'
        self.lines.append(f"  {self._last(rule)} -> {self._first(bound)} [{look}]")
        self.linked.add((id(rule), id(rule)))

    def _rows(self, region: Region) -> None:
        """Invisible edges that stack what nothing places, so that no row gets too wide."""
        own = [op for op in region.ops if op.name != "yield"]
        free = [op for op in own if not any(self._is_linked(other, op) for other in own)]
        for above, below in zip(free, free[_ABREAST:], strict=False):
            self.lines.append(f"  {self._last(above)} -> {self._first(below)} [style=invis]")

    def _is_linked(self, before: Op, after: Op) -> bool:
        return (id(before), id(after)) in self.linked

    def _first(self, op: Op) -> str:
        """The node where an edge to ``op`` ends: inside a box its first."""
        while _is_box(op) and op.region is not None:
            op = _drawn(op.region)[0]
        return self._node_name(op)

    def _last(self, op: Op) -> str:
        """The node where an edge from ``op`` begins: inside a box the one farthest down."""
        while _is_box(op) and op.region is not None:
            inner = _drawn(op.region)
            sides = op.name in ("choose", "parallel")
            op = max(inner, key=_depth) if sides else inner[-1]
        return self._node_name(op)

    def _maker(self, value: Value) -> Op | None:
        return value.owner.parent if isinstance(value.owner, Region) else value.owner

    def _node_name(self, op: Op) -> str:
        return f"n{self.numbers[id(op)]}"

    def _box(self, op: Op) -> str:
        return f"cluster_{self.numbers[id(op)]}"


def _drawn(region: Region) -> list[Op]:
    return [op for op in region.ops if op.name != "yield"]


def _is_box(op: Op) -> bool:
    return op.region is not None and bool(_drawn(op.region))


def _depth(op: Op) -> int:
    """How many nodes stand below each other in ``op``."""
    return 1 if op.region is None else sum(_depth(inner) for inner in op.region.ops)


def _wrapped(text: str, most: int) -> list[str]:
    """``text`` in lines, at most ``most``, the last with a mark where it was cut; a long word is broken."""
    lines = wrap(text[: (most + 1) * _WIDTH], _WIDTH)
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], f"{lines[most - 1][: _WIDTH - 1].rstrip()}…"]


def _label(title: tuple[str, str], said: Iterable[str], small: str) -> str:
    """A label: the op in bold, its words, and in small print what the task brings and what it asks of the model."""
    kind, name = title
    heads = _wrapped(name, 2) if name else []
    first = f"<B>{_escaped(kind)}</B> " if kind else ""
    rows = [first + _escaped(heads[0] if heads else "").strip(), *map(_escaped, heads[1:]), *map(_escaped, said)]
    rows += [f'<FONT POINT-SIZE="8" COLOR="#777777">{_escaped(line)}</FONT>' for line in wrap(small, _WIDTH + 8)]
    left = '<BR ALIGN="LEFT"/>'
    return f"<{left.join(row for row in rows if row.strip())}{left}>"


def _escaped(text: str) -> str:
    """``text`` for an HTML-like label; what Graphviz cannot take is shown as a question mark."""
    shown = "".join(character if character.isprintable() else "?" for character in text)
    return shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'
