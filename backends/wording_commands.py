"""Words for commands: a chain made single, or one command that takes the place of something else."""

import shlex
from collections.abc import Mapping, Sequence

from ..grammar.block import Block, BlockKind
from ..skvm_ir.declaration_ops import File
from ..skvm_ir.edits import EditKind
from ..skvm_ir.module import Skill
from ..skvm_ir.op import Name, Op, Range
from ..skvm_ir.target import Target
from .wording_base import Placement, Site, Wording, block_of, cited_text, code_span, number_word, rewritten_need

_INSTEAD: Mapping[str, str] = {
    "reason.arithmetic": "Compute it with this command, not in your head:",
    "gen.code.python": "Do not write code for this; run:",
}
"""What stands before a command that takes the place of a need; ``Run:`` where there is no entry."""

LIST_FROM = 3
"""Commands from which on a list is easier to follow than a sentence."""


def word_commands(skill: Skill, ops: Sequence[Op], site: Site, target: Target | None) -> Wording:
    """Each command in a code span (INLINE), on a line of its own (CODE), or behind words that say what for (BLOCK)."""
    commands = [command_line(skill, op, target) for op in ops]
    if site.placement is Placement.BLOCK:
        return _block(ops[0], commands)
    how = _how(skill, ops)
    if site.placement is Placement.CODE:
        return Wording(lines=(f"# {how}", *commands))
    block = block_of(skill, ops[0], "say") or block_of(skill, ops[0], "shell")
    if len(commands) >= LIST_FROM and block is not None and _has_room(skill, block):
        count = number_word(len(commands))
        listed = tuple(f"{number}. {code_span(command)}" for number, command in enumerate(commands, 1))
        return Wording(f"the {count} commands below ({how})", listed)
    return Wording(f"{', then '.join(map(code_span, commands))} ({how})")


def command_line(skill: Skill, op: Op, target: Target | None) -> str:
    """The command as it is typed: the author's own bytes where the op cites them, else its argument list.

    A bundle file is spelled with the placeholder of the target's harness where that has one.
    """
    cited = op.ranges("shell") or op.ranges("say")
    if cited:
        return cited_text(skill, cited)
    words = op.attributes.get("run", ())
    paths = {f"@{own.symbol}": own.text("path") for own in skill.declarations if isinstance(own, File)}
    holes = {f"${at}": hole for at, hole in enumerate(op.strings("holes")) if hole}
    root = target.harness.placeholder if target is not None else None
    spelled: list[str] = []
    for word in words if isinstance(words, tuple) else ():
        if isinstance(word, Name):
            path = paths.get(word.text, word.text)
            spelled.append(f"{root}/{path}" if root else path)
        else:
            spelled.append(holes.get(str(word)) or _quoted(str(word)))
    if op.text("stdout"):
        spelled += [">", _quoted(op.text("stdout"))]
    return " ".join(spelled)


def _quoted(word: str) -> str:
    """``word`` quoted for a shell; in double quotes where that is enough, as people write programs of one line."""
    if shlex.quote(word) == word:
        return word
    return shlex.quote(word) if set('"$`\\!') & set(word) else f'"{word}"'


def _block(op: Op, commands: Sequence[str]) -> Wording:
    lead = _INSTEAD.get(rewritten_need(op), "Run:")
    if len(commands) == 1:
        return Wording(lines=(f"{lead} {code_span(commands[0])}",))
    listed = (f"{number}. {code_span(command)}" for number, command in enumerate(commands, 1))
    return Wording(lines=(lead, "", *listed))


def _how(skill: Skill, ops: Sequence[Op]) -> str:
    """How the commands follow each other: what stood between them in the source says it."""
    if _joint(skill, ops) == ";":
        return "one call each; go on even if one fails"
    return "one call each; stop at the first that fails"


def _joint(skill: Skill, ops: Sequence[Op]) -> str:
    """The connector between the first two commands."""
    if len(ops) < 2:
        return "&&"
    one, two = (op.ranges("shell") or op.ranges("say") for op in ops[:2])
    if not one or not two or one[-1].block != two[-1].block:
        return "&&"
    start = one[-1].start + one[-1].length
    between = skill.text_of(Range(one[-1].block, start, two[-1].start - start)) if two[-1].start > start else ""
    return ";" if ";" in between else "&&"


def _has_room(skill: Skill, block: Block) -> bool:
    """True when a numbered list may stand behind ``block`` and mean only this: no other list or edit is there."""
    if block.kind not in (BlockKind.ITEM, BlockKind.PARAGRAPH):
        return False
    edits = [edit for edit in skill.live_edits() if edit.kind is EditKind.REPLACE and edit.worded]
    if sum(cited.block == block.number for edit in edits for cited in edit.ranges) > 1:
        return False
    siblings = block.parent.children if block.parent is not None else skill.blocks
    later = siblings[siblings.index(block) + 1 :] if block.kind is BlockKind.PARAGRAPH else []
    following = next((own for own in later if own.kind is not BlockKind.BLANK), None)
    return following is None or following.kind is not BlockKind.ITEM or "number" not in following.attributes
