"""Compute a formula by a program of one line instead of in the head.

Before:  reason @change needs [reason.arithmetic:L2 60] from [b5]  // `(last - first) / first`
After:   reason @change from [b5]
         exec @compute(%last, %first) {run = ["python3", "-c", "…", "$0", "$1"], …} after [@change] by … from [b5]
         e1 insert into [b5] with [@compute] by …
"""

import ast
import re
from keyword import iskeyword
from typing import ClassVar, Self

from attrs import frozen

from ..grammar.block import Block
from ..skvm_ir.builder import unique_name
from ..skvm_ir.declaration_ops import Param
from ..skvm_ir.edits import EditKind
from ..skvm_ir.module import Skill
from ..skvm_ir.needs import Need
from ..skvm_ir.op import Op, Value
from ..skvm_ir.rewriter import Rewriter
from ..skvm_ir.step_ops import Exec
from ..skvm_ir.value_types import NUMBER
from .legalize_base import Gap, Refused, Rewrite, Scene, Way, behind, insert_next, lowered, words_leaf, words_of

_CODE = re.compile(r"`([^`\n]{3,200})`")
_RESULT = re.compile(r"[A-Za-z_][\w .%-]*?\s*=(?!=)\s*(.+)")
_SPACED = re.compile(r"[\w)]\s+(?:\*\*|[-+*/%])\s+[\w(]")
_COMPUTES = re.compile(
    r"\b(?:calculat|comput|work(?:s|ed|ing)? out|determin|deriv|percent|ratio|rate|average|mean|sum|formula|total)",
    re.I,
)
_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.Mod, ast.USub, ast.UAdd)
_SHAPES = (ast.Expression, ast.BinOp, ast.UnaryOp, ast.Name, ast.Constant, ast.Load, *_OPERATORS)
_RESERVED = frozenset(("sys", "map", "float", "print"))
MOST_NAMES = 8


@frozen(eq=False)
class FormulaProgram(Rewrite):
    """A formula that stands in the step becomes a command that computes it."""

    rule: ClassVar[str] = "formula-program"
    way: ClassVar[Way] = Way.SUBSTITUTE

    formula: str
    names: tuple[str, ...]
    leaf: Block

    @classmethod
    def match(cls, gap: Gap, scene: Scene) -> Self | Refused:
        """Fits a step with a formula over names in inline code, where a command is likelier to succeed."""
        op = gap.op
        leaf = words_leaf(scene.skill, op)
        text = words_of(scene.skill, op)
        if leaf is None or op.parent is None:
            return Refused("no step was found that calculates")
        for match in _CODE.finditer(text):
            formula, has_result = _right_side(match.group(1))
            names = formula_names(formula)
            if names and (has_result or _COMPUTES.search(text)):
                return cls(gap, formula, names, leaf)
        return Refused("no formula stands in the step")

    @property
    def asks(self) -> Need:
        """One command."""
        return Need("tool.exec", 1, self.gap.need.confidence)

    @property
    def why(self) -> str:
        """The formula."""
        return f"a command computes {self.formula}, and asks for tool.exec L1 instead"

    def apply(self, rewriter: Rewriter, reason: str) -> None:
        """Put the command behind the step, with a parameter for each name."""
        op, skill = self.gap.op, rewriter.skill
        values = [_parameter(skill, name, op) for name in self.names]
        words = ("python3", "-c", program(self.formula, self.names), *(f"${at}" for at in range(len(values))))
        command = Exec(
            symbol=unique_name(skill, "compute"),
            operands=values,
            attributes={"run": words, "holes": tuple(f"<{name}>" for name in self.names)},
            needs=(self.asks,),
            citations=op.citations,
        )
        label = insert_next(rewriter, op, command, reason)
        rewriter.set_needs(op, lowered(op, "reason.arithmetic", None))
        place, side = behind(self.leaf)
        rewriter.add_edit(EditKind.INSERT, [place], reason, content=(label,), side=side)


def formula_names(formula: str) -> tuple[str, ...]:
    """The names of an arithmetic formula in the order they are met; empty for anything else.

    A formula has an operator with blanks around it, so that ``high-level`` and ``src/lib`` are none.
    """
    if not _SPACED.search(formula):
        return ()
    try:
        tree = ast.parse(formula, mode="eval")
    except (SyntaxError, ValueError):
        return ()
    nodes = list(ast.walk(tree))
    if not all(isinstance(node, _SHAPES) for node in nodes):
        return ()
    if not all(isinstance(node.value, int | float) for node in nodes if isinstance(node, ast.Constant)):
        return ()
    found = sorted((node.lineno, node.col_offset, node.id) for node in nodes if isinstance(node, ast.Name))
    names = tuple(dict.fromkeys(name for _, _, name in found))
    if len(names) > MOST_NAMES or any(iskeyword(name) or name in _RESERVED or not name.isascii() for name in names):
        return ()
    return names


def program(formula: str, names: tuple[str, ...]) -> str:
    """Python that prints ``formula`` with ``names`` from its arguments, in order."""
    count = len(names)
    values = f"map(float, sys.argv[1:{count + 1}])" if count > 1 else "float(sys.argv[1])"
    return f"import sys; {', '.join(names)} = {values}; print({formula})"


def _right_side(text: str) -> tuple[str, bool]:
    """What stands behind ``name =``, or all; and whether there was such a name."""
    match = _RESULT.fullmatch(text.strip())
    return (match.group(1), True) if match else (text.strip(), False)


def _parameter(skill: Skill, name: str, op: Op) -> Value:
    """The parameter that the skill spells ``<name>``, declared now where there is none."""
    hole = f"<{name}>"
    for declared in skill.declarations:
        if isinstance(declared, Param) and declared.text("hole") == hole:
            return declared.results[0]
    value = Value(unique_name(skill, name), NUMBER)
    skill.declarations.append(Param(results=[value], attributes={"hole": hole}, citations=op.citations))
    return value
