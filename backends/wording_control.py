"""Words for control: an order, a loop with its bound and exit test, a choice as a table."""

import re
from collections.abc import Sequence

from ..skvm_ir.control_ops import Case
from ..skvm_ir.module import Skill
from ..skvm_ir.op import Op, Range
from ..skvm_ir.target import Target
from ..skvm_ir.walk import groups
from .wording_base import Site, Wording, cell, cited_text, code_span
from .wording_commands import command_line

_GOAL = re.compile(
    r"\b(?:to|from|at|with)\s+((?:the\s+)?(?:step|phase|stage)\s+\d+(?:\.\d+)*[a-z]?)\b|\brepeat\s+((?:step|phase|stage)s?\s+\d+)\b",
    re.I,
)
_NEGATED = re.compile(r"not \((.+)\)", re.S)
_SAID_OPERAND = re.compile(r"\$\d")
_OPENING = re.compile(r"^(?:if|when|whenever|where|in case)\s+", re.I)
_LAST_RESORT = re.compile(r"^(?:otherwise|else|if not|in all other cases|by default)\b[\s,:→—–-]*", re.I)
_LIST_MARK = re.compile(r"^[ \t>]*(?:[-*+]|\d{1,9}[.)])?[ \t]*")


def word_order(skill: Skill, ops: Sequence[Op], site: Site, target: Target | None) -> Wording:
    """A group in order: words for the middle of a sentence, and a list of its parts where they stand in no list yet."""
    group = ops[0]
    steps = group.region.ops if group.region is not None else []
    here = {cited.block for cited in group.citations}
    listed: tuple[str, ...] = ()
    if all(step.citations and step.citations[0].block in here for step in steps):
        listed = tuple(f"{number}. {_named(skill, step, target)}" for number, step in enumerate(steps, 1))
    return Wording("one after the other, waiting for each result", listed)


def word_loop(skill: Skill, ops: Sequence[Op], site: Site, target: Target | None) -> Wording:
    """A loop as three numbered lines: where it begins, its exit test, and what to do when its rounds are used up.

    ``ops`` are the loop and, where its author said nothing of that, the ``stop`` behind it.
    """
    loop = ops[0]
    bound = loop.attributes.get("at_most", 1)
    rounds = f"{bound} rounds" if bound != 1 else "1 round"
    begins = f"Go back to {_goal(skill, loop)} and work on from there to here."
    if loop.name == "repeat":
        begins = "Do it once more."
    over = f"Otherwise leave the loop and go on. After round {bound} "
    over += "stop, and say what is still open." if len(ops) > 1 or loop.name == "repeat" else "do not start another."
    lines = (f"This loop has at most {rounds}:", "", f"1. {begins}", f"2. {_test(skill, loop)}", f"3. {over}")
    return Wording(lines=lines)


def word_choice(skill: Skill, ops: Sequence[Op], site: Site, target: Target | None) -> Wording:
    """The cases of a choice as a table of condition and action, in the author's words."""
    region = ops[0].region
    cases = [op for op in region.ops if isinstance(op, Case)] if region is not None else []
    rows = [f"| {cell(condition)} | {cell(action)} |" for condition, action in (_case(skill, case) for case in cases)]
    return Wording(lines=("| if | do |", "|---|---|", *rows))


def _goal(skill: Skill, loop: Op) -> str:
    """Where the loop begins, in the words of the jump, else in those of the group's own title."""
    match = _GOAL.search(cited_text(skill, [cited for cited in loop.citations if not cited.is_whole]))
    if match:
        return match.group(1) or match.group(2)
    target = next((groups(skill).get(name.text[1:]) for name in loop.names("to")), None)
    if target is None or not target.citations:
        return "the start of these steps"
    block = skill.block(target.citations[0].block)
    leaf = next(block.leaves()) if block is not None else None
    text = skill.block_bytes(leaf).decode("utf-8", "replace") if leaf is not None else ""
    title = re.sub(r"^[ \t>]*(?:#+|[-*+]|\d{1,9}[.)])?[ \t]*", "", text.splitlines()[0]).strip("# *_") if text else ""
    return f'"{title}"' if title else "the start of these steps"


def _test(skill: Skill, loop: Op) -> str:
    """The exit test as a condition for the next round."""
    until = loop.text("until")
    when = loop.text("when")
    negated = _NEGATED.fullmatch(when)
    if negated:
        until, when = negated.group(1), ""
    if until and not _SAID_OPERAND.search(until):
        return f"Exit test: {until}. If not → start the next round."
    if when and not _SAID_OPERAND.search(when):
        return f"If {when} → start the next round."
    return "If it is still needed, as said above → start the next round."


def _case(skill: Skill, case: Op) -> tuple[str, str]:
    """Condition and action of a case, taken from its own bytes."""
    text = " ".join(_LIST_MARK.sub("", cited_text(skill, case.citations[:1])).split())
    if case.attributes.get("otherwise"):
        return "otherwise", _LAST_RESORT.sub("", text)
    when = " ".join(case.text("when").split())
    at = text.find(when)
    if at < 0:
        return when, _OPENING.sub("", text)
    return when, text[at + len(when) :].lstrip(" ,:→—–->*_`").removeprefix("then ")


def _named(skill: Skill, step: Op, target: Target | None) -> str:
    """One step of a group, as it is called: its command, its tool, else its own words."""
    if step.name == "exec":
        return code_span(command_line(skill, step, target))
    if step.text("tool"):
        return code_span(step.text("tool"))
    whole = [Range(cited.block, cited.start, cited.length) for cited in step.ranges("say") or step.citations]
    return " ".join(cited_text(skill, whole[:1]).split())
