"""Run code that is there instead of writing it again.

Before:  act @count needs [gen.code.python:L2 92] from [b4, b6]        // "Run this script:" and a complete Python fence
After:   act @count from [b4, b6]
         exec @run_count {run = ["python", @count_script]} after [@count] by … from [b4, b6]
         e1 insert into "scripts/count.py" with [b6] by …
         e2 insert after [b6] with [@run_count] by …
"""

import ast
import re
from collections.abc import Iterator
from typing import ClassVar, Self

from attrs import frozen

from ..grammar.block import Block, BlockKind
from ..grammar.layout import content_lines
from ..skvm_ir.builder import unique_name
from ..skvm_ir.declaration_ops import File
from ..skvm_ir.edits import EditKind, Side
from ..skvm_ir.module import Skill
from ..skvm_ir.needs import Need
from ..skvm_ir.op import Name, Range
from ..skvm_ir.rewriter import Rewriter
from ..skvm_ir.step_ops import Exec, Generate
from .legalize_base import (
    Gap,
    Refused,
    Rewrite,
    Scene,
    Way,
    behind,
    insert_next,
    lowered,
    own_leaves,
    words_leaf,
    words_of,
)

LEAST_STATEMENTS = 4
_RUN = re.compile(
    r"\b(?:run|execute)\b[^.\n]{0,40}\b(?:this|these|following|below|script|code|snippet|python)\b|\b(?:run|execute)\s*:\s*$",
    re.I,
)
_HOLE = re.compile(
    rb"<[A-Za-z][\w -]*>|\b(?:your|my)[_-]|\bpath/to\b|\bTODO\b|\bFIXME\b|\binput\s*\("
    rb"|[\"'][^\"'\n]*\b(?:example|sample|input|output|document|file|data)\d*\.\w{2,5}[\"']",
    re.I,
)
_PYTHON = ("python", "py", "python3")
_ARGUMENTS = re.compile(rb"\bsys\s*\.\s*argv\b|\bargparse\b|\bclick\b|\btyper\b|\binput\s*\(")
_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")


@frozen(eq=False)
class BundledScript(Rewrite):
    """A step that would write code which the skill brings as a script runs that script."""

    rule: ClassVar[str] = "bundled-script"
    way: ClassVar[Way] = Way.SUBSTITUTE

    command: Exec
    """A command that is not yet in the flow."""
    path: str
    leaf: Block

    @classmethod
    def match(cls, gap: Gap, scene: Scene) -> Self | Refused:
        """Fits a step that writes code, names a bundled Python script, and can be run as one known command."""
        op, skill = gap.op, scene.skill
        leaf = words_leaf(skill, op)
        if not isinstance(op, Generate) or leaf is None:
            return Refused("no step was found that writes the code")
        text = words_of(skill, op)
        made = op.text("path")
        for script in _scripts(skill):
            path = script.text("path")
            if path not in text and path.rpartition("/")[2] not in text and not made:
                continue
            command = _known_command(skill, script, made, text) or _plain_command(scene, script, made, text)
            if command is not None:
                return cls(gap, command, path, leaf)
        return Refused("no bundled script is known to make what the step makes")

    @property
    def asks(self) -> Need:
        """One command."""
        return Need("tool.exec", 1, self.gap.need.confidence)

    @property
    def why(self) -> str:
        """Which script."""
        return f"the bundled {self.path} does it, and asks for tool.exec L1 instead"

    def apply(self, rewriter: Rewriter, reason: str) -> None:
        """Put the command behind the step and word it there."""
        op = self.gap.op
        command = self.command
        command.symbol = unique_name(rewriter.skill, f"run_{self.path.rpartition('/')[2].partition('.')[0]}")
        command.needs, command.citations = (self.asks,), op.citations
        label = insert_next(rewriter, op, command, reason)
        rewriter.set_needs(op, lowered(op, "gen.code.python", None))
        place, side = behind(self.leaf)
        rewriter.add_edit(EditKind.INSERT, [place], reason, content=(label,), side=side)


@frozen(eq=False)
class OutlineFence(Rewrite):
    """A complete Python fence that the text wants run becomes a script of the skill, and a command that runs it."""

    rule: ClassVar[str] = "outline-fence"
    way: ClassVar[Way] = Way.SUBSTITUTE

    fence: Block
    path: str

    @classmethod
    def match(cls, gap: Gap, scene: Scene) -> Self | Refused:
        """Fits a step that says to run the one Python fence it cites, where that parses and leaves nothing open."""
        op, skill = gap.op, scene.skill
        fences = [leaf for leaf in own_leaves(skill, op) if leaf.kind is BlockKind.FENCE]
        fences = [leaf for leaf in fences if str(leaf.attributes.get("lang", "")).lower() in _PYTHON]
        if len(fences) != 1:
            return Refused("the step shows no Python, or several pieces of it")
        text = words_of(skill, op)
        if not _RUN.search(text):
            return Refused("the step does not say that its Python is to be run as it stands")
        reason = _left_open(_code(skill, fences[0]))
        if reason:
            return Refused(reason)
        words = " ".join(text.split()[:12])
        return cls(gap, fences[0], _free_path(scene, op.symbol or words))

    @property
    def asks(self) -> Need:
        """One command."""
        return Need("tool.exec", 1, self.gap.need.confidence)

    @property
    def why(self) -> str:
        """Where the code goes."""
        return f"its code stands in {self.path} and is run, which asks for tool.exec L1 instead"

    def apply(self, rewriter: Rewriter, reason: str) -> None:
        """Copy the fence to a script, declare that, and put the command that runs it behind the fence."""
        op, skill = self.gap.op, rewriter.skill
        stem = self.path.rpartition("/")[2].partition(".")[0]
        declared = File(symbol=unique_name(skill, stem), attributes={"path": self.path, "lang": "python"})
        declared.origin, declared.citations = rewriter.origin(reason), (Range(self.fence.number),)
        skill.declarations.append(declared)
        command = Exec(
            symbol=unique_name(skill, f"run_{stem}"),
            attributes={"run": ("python", Name(f"@{declared.symbol}"))},
            needs=(self.asks,),
            citations=op.citations,
        )
        label = insert_next(rewriter, op, command, reason)
        rewriter.set_needs(op, lowered(op, "gen.code.python", None))
        fence = Range(self.fence.number)
        rewriter.add_edit(EditKind.INSERT, [], reason, content=(fence,), target=self.path, side=Side.INTO)
        rewriter.add_edit(EditKind.INSERT, [fence], reason, content=(label,), side=Side.AFTER)


def _scripts(skill: Skill) -> Iterator[File]:
    for op in skill.declarations:
        if isinstance(op, File) and op.text("path").endswith(".py"):
            yield op


def _known_command(skill: Skill, script: File, made: str, text: str) -> Exec | None:
    """A copy of the command by which the skill itself runs ``script`` to make ``made``."""
    symbol = Name(f"@{script.symbol}")
    declared = {result for op in skill.declarations for result in op.results}
    for op in skill.flow.walk():
        if not isinstance(op, Exec) or symbol not in op.names("run") or not declared.issuperset(op.operands):
            continue
        if (made and op.text("stdout") == made) or script.text("path") in text:
            kept = {key: op.attributes[key] for key in ("run", "stdin", "stdout", "holes") if key in op.attributes}
            return Exec(operands=list(op.operands), attributes=kept)
    return None


def _plain_command(scene: Scene, script: File, made: str, text: str) -> Exec | None:
    """The script alone as a command, where it takes no arguments and names what the step makes."""
    data = scene.files.get(script.text("path"))
    if (
        data is None
        or not made
        or made.encode() not in data
        or _ARGUMENTS.search(data)
        or script.text("path") not in text
    ):
        return None
    return Exec(attributes={"run": ("python", Name(f"@{script.symbol}"))})


def _code(skill: Skill, fence: Block) -> bytes:
    data = skill.sources[fence.source].source.data
    return b"\n".join(data[start:end] for start, end in content_lines(fence, data)) + b"\n"


def _left_open(code: bytes) -> str:
    """What keeps ``code`` from being run as it stands; empty where nothing does."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return "its Python is not complete"
    nodes = list(ast.walk(tree))
    if sum(isinstance(node, ast.stmt) for node in nodes) < LEAST_STATEMENTS:
        return "its Python is shorter than a command that runs it"
    if any(isinstance(node, ast.Constant) and node.value is ... for node in nodes) or _HOLE.search(code):
        return "its Python has places to fill in"
    return ""


def _free_path(scene: Scene, words: str) -> str:
    """A path below ``scripts/`` that nothing has."""
    slug = "_".join(_NOT_IN_SLUG.sub("_", words.lower()).strip("_").split("_")[:4]) or "step"
    taken = {op.text("path") for op in scene.skill.declarations} | set(scene.files)
    path, number = f"scripts/{slug}.py", 1
    while path in taken:
        number += 1
        path = f"scripts/{slug}_{number}.py"
    return path
