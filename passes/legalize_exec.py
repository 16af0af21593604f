"""Make chained commands single: ``a && b`` becomes two calls.

Before:  exec @build {shell = [b2:8+36]} needs [tool.exec:L3 70] from [b2]
After:   exec @make_clean {run = ["make", "clean"], say = [b2:8+10]} needs [tool.exec:L1 70] by … from [b2]
         exec @make_check {run = ["make", "check"], say = [b2:22+10]} after [@make_clean] needs … by … from [b2]
         e1 replace [b2:8+36] with [@make_clean, @make_check] by …
"""

import re
from typing import ClassVar, Self

from attrs import field, frozen

from ..grammar.block import Block, BlockKind
from ..grammar.layout import content_lines
from ..skvm_ir.builder import unique_name
from ..skvm_ir.edits import EditKind
from ..skvm_ir.lift_commands import parse_call
from ..skvm_ir.module import Skill
from ..skvm_ir.needs import Need
from ..skvm_ir.op import Attribute, Name, Op, Range, Value
from ..skvm_ir.rewriter import Rewriter
from ..skvm_ir.shell_words import Connector, Uncut, assigned_names, changes_shell
from ..skvm_ir.step_ops import Exec
from ..skvm_ir.walk import taken_names
from .legalize_base import Gap, Refused, Rewrite, Scene, lowered, own_leaves
from .shell_chain import Calls, as_calls

_ONE_COMMAND = re.compile(
    r"\b(?:one|single|same)\s+(?:command|call|line|shell|invocation|session)\b|\bone-liner\b|\bchain(?:ed|ing)?\b|&&",
    re.I,
)
_AS_ONE = "the text wants it as one command"
_STEM = re.compile(r"[A-Za-z0-9][\w.-]*")
_PLACES = (BlockKind.FENCE, BlockKind.ITEM, BlockKind.PARAGRAPH, BlockKind.QUOTE, BlockKind.TABLE)


@frozen(eq=False)
class SplitChain(Rewrite):
    """A chain of commands in one line becomes one call a command."""

    rule: ClassVar[str] = "split-chain"

    cited: Range
    """The bytes that give way: the command line, with its backticks where it is inline code."""
    line: Range
    text: str
    calls: Calls
    paths: dict[str, str] = field(factory=dict[str, str])
    """Symbols of the bundle files by path."""

    @classmethod
    def match(cls, gap: Gap, scene: Scene) -> Self | Refused:
        """Fits an ``exec`` of one line that is a chain, in a fence of commands or in inline code of a step."""
        lines = gap.op.ranges("shell")
        if not isinstance(gap.op, Exec) or len(lines) != 1 or lines[0].skill:
            return Refused("it is no command line that a shell chains")
        skill, line = scene.skill, lines[0]
        block = skill.block(line.block)
        if block is None or block.kind not in _PLACES or line.is_whole:
            return Refused("the command stands neither in a fence nor in inline code")
        text = skill.text_of(line)
        calls = as_calls(text)
        if isinstance(calls, Uncut):
            return Refused(calls.reason)
        cited = Refused(_AS_ONE) if _wanted_as_one(skill, gap.op, block) else _place(skill, block, line, text)
        if isinstance(cited, Refused):
            return cited
        paths = {op.text("path"): op.symbol for op in skill.declarations if op.name == "file"}
        match = cls(gap, cited, line, text, calls, paths)
        level = match.asks.level
        if level >= gap.need.level:
            return Refused(f"its single commands still ask for L{level}")
        return match

    @property
    def asks(self) -> Need:
        """L1, or L2 where a single command has a pipe or keeps its output."""
        level = max(_level(part) for part in self._commands())
        return Need("tool.exec", level, self.gap.need.confidence)

    @property
    def why(self) -> str:
        """How many commands there are, and what joins them."""
        count = len(self.calls.units)
        how = "each run only if the one before succeeded" if self.calls.connector is Connector.AND else "run in turn"
        return f"{count} commands in one line, {how}, become {count} calls"

    def apply(self, rewriter: Rewriter, reason: str) -> None:
        """Split the op, and word the parts where the line stood."""
        op = self.gap.op
        taken = taken_names(rewriter.skill)
        parts = [self._part(rewriter.skill, number, command, taken) for number, command in enumerate(self._commands())]
        results: dict[Value, Value] = {}
        for old in op.results:
            results[old] = Value(old.name, old.type, parts[-1])
            parts[-1].results.append(results[old])
        rewriter.split(op, parts, results, reason)
        labels = tuple(rewriter.label(part) for part in parts)
        rewriter.add_edit(EditKind.REPLACE, [self.cited], reason, content=labels)

    def _commands(self) -> list[str]:
        return ["".join(self.text[a:b] for a, b in unit.pieces) for unit in self.calls.units]

    def _part(self, skill: Skill, number: int, command: str, taken: set[str]) -> Op:
        """The op of one command: an argument list where no shell is needed, else the bytes of its line."""
        op = self.gap.op
        pieces = tuple(self._range(start, end) for start, end in self.calls.units[number].pieces)
        spelled = {hole: op.operands[at] for at, hole in enumerate(op.strings("holes")) if hole and hole in command}
        call = parse_call(command, frozenset(self.paths))
        holes = call.holes if all(hole in spelled for hole in call.holes) else tuple(spelled)
        attributes: dict[str, Attribute] = {}
        if call.needs_shell or holes != call.holes:
            attributes["shell"] = pieces
        else:
            files = {path: Name(f"@{symbol}") for path, symbol in self.paths.items()}
            attributes["run"] = tuple(files.get(word.removeprefix("./"), word) for word in call.words)
            attributes["say"] = pieces
            if call.stdout:
                attributes["stdout"] = call.stdout
        if "when" in op.attributes:
            attributes["when"] = op.attributes["when"]
        if holes:
            attributes["holes"] = holes
        unspelled = [value for value, hole in zip(op.operands, op.strings("holes"), strict=False) if not hole]
        unspelled += op.operands[len(op.strings("holes")) :]
        operands = [spelled[hole] for hole in holes] + (unspelled if number == 0 else [])
        need = Need("tool.exec", _level(command), self.gap.need.confidence)
        symbol = unique_name(skill, _stem(command), taken)
        taken.add(symbol)
        return Exec(
            symbol=symbol,
            operands=operands,
            attributes=attributes,
            needs=lowered(op, "tool.exec", need),
            citations=op.citations,
        )

    def _range(self, start: int, end: int) -> Range:
        """Characters of the line as bytes of its block."""
        first = len(self.text[:start].encode())
        return Range(self.line.block, self.line.start + first, len(self.text[start:end].encode()))


def _wanted_as_one(skill: Skill, op: Op, block: Block) -> bool:
    """True when the words of the step, or those right before its fence, want one command."""
    leaves = [leaf for leaf in own_leaves(skill, op) if leaf.kind is not BlockKind.FENCE and leaf is not block]
    if block.kind is BlockKind.FENCE:
        before = [leaf for leaf in skill.leaves() if leaf.number < block.number and leaf.kind is not BlockKind.BLANK]
        leaves += before[-1:]
    return any(_ONE_COMMAND.search(skill.block_bytes(leaf).decode("utf-8", "replace")) for leaf in leaves)


def _place(skill: Skill, block: Block, line: Range, text: str) -> Range | Refused:
    """The bytes to replace, or why the line has to stay as it is where it stands."""
    data = skill.block_bytes(block)
    if block.kind is BlockKind.FENCE:
        return _in_fence(skill, block, line, data)
    if "\n" in text or (block.kind is BlockKind.TABLE and "|" in text):
        return Refused("the command stands in more than one line or cell")
    before, after = data[: line.start], data[line.start + line.length :]
    ticks = len(before) - len(before.rstrip(b"`"))
    if not ticks or len(after) - len(after.lstrip(b"`")) != ticks:
        return Refused("the command is a part of its inline code")
    around = (before + after).decode("utf-8", "replace")
    if _ONE_COMMAND.search(around):
        return Refused(_AS_ONE)
    return Range(line.block, line.start - ticks, line.length + 2 * ticks)


def _in_fence(skill: Skill, block: Block, line: Range, data: bytes) -> Range | Refused:
    """A fence line may be split where the other lines leave the shell as it is: else the fence is one script."""
    source = skill.sources[block.source].source.data
    first, last = block.start + line.start, block.start + line.start + line.length
    spans = [(start, end) for start, end in content_lines(block, source) if end <= first or start >= last]
    others = [source[start:end].decode("utf-8", "replace").strip().removeprefix("$ ") for start, end in spans]
    names = assigned_names("\n".join(others))
    if names or any(changes_shell(other) and not other.startswith("#") for other in others if other):
        return Refused("the other lines of the fence change the shell it runs in")
    if _ONE_COMMAND.search("\n".join(other for other in others if other.startswith("#"))):
        return Refused(_AS_ONE)
    return line


def _level(command: str) -> int:
    """L1 for a plain command, L2 for one that pipes or keeps its output, as ``infer-needs`` has it."""
    call = parse_call(command, frozenset())
    for hole in call.holes:
        command = command.replace(hole, "")
    return 2 if call.stdout or (call.needs_shell and re.search(r"[|>]", command)) else 1


def _stem(command: str) -> str:
    """A name from the command's first two plain words: ``git_push``."""
    found: list[str] = []
    for word in command.split():
        name = word.rstrip("/").rpartition("/")[2].strip("\"'")
        if _STEM.fullmatch(name) and not word.startswith("-") and "=" not in word:
            found.append(name.partition(".")[0])
        if len(found) == 2:
            break
    return "_".join(found)[:32] or "command"
