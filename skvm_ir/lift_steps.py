"""Steps in a run of blocks: ordered lists, checklists, bullets, bold steps, paragraphs and commands in fences."""

import re
from itertools import pairwise

from attrs import define

from ..grammar.block import Block, BlockKind
from .lift_classify import Instruction
from .lift_commands import fence_commands, is_command
from .lift_plan import Plan, Role
from .lift_reader import Line, Reader
from .lift_words import words
from .op import Range

MAXIMUM_DEPTH = 24
"""Levels of sub-steps that are told apart; what is nested deeper explains."""

LEAST_SHARE = 0.6
"""Share of a list's items that must be instructions for it to be a procedure."""

_BOLD_STEP = re.compile(r"\s*\*\*\s*(?:(step|phase|stage)\s+)?(\d+(?:\.\d+)*[a-z]?)\s*[.):—–-]", re.I)
_DENIAL = re.compile(r"\b(?:no|not|none|without|isn't|aren't|doesn't|don't|cannot|can't)\b", re.I)
_EMPTY = frozenset(
    {"the", "a", "an", "is", "are", "there", "it", "you", "have", "has", "exists", "exist", "does", "do", "any"}
)
_COMMENT_STEP = re.compile(r"[ \t>]*(?:#|//|--)+\s*(?:(step|phase)\s+)?(\d+)\s*[.):—–-]\s+(.*)", re.I)
_ARROW = re.compile(r"→|->|=>")
_JOINED = re.compile(r"[\s,;:.]*(?:(?:and|then|followed by|finally)\b[\s,]*){0,2}(?:run(?:ning)?\s+)?", re.I)
_RUN = re.compile(r"\b(?:re-?)?(?:run|execute|running|executing)\s+(?:the\s+)?(?:command\s+)?(?:\*\*)?$", re.I)
_RUNNABLE = re.compile(r"(?:[a-z.~$]|\{[A-Za-z])[\w./~${}-]*(?:\s|$)")
_CODE = re.compile(r"`([^`\n]+)`")


@define(eq=False)
class StepFinder:
    """Finds steps in blocks. ``on_path`` says that the section is a workflow, where bullets and sentences count too."""

    reader: Reader
    depth: int = 0

    def find(self, blocks: list[Block], on_path: bool) -> list[Plan]:
        """The steps of ``blocks`` in order."""
        plans: list[Plan] = []
        bold = self._count_bold(blocks) >= 2
        lead: Line | None = None
        leading: Plan | None = None
        for run in _runs(blocks):
            first = run[0]
            if first.kind is BlockKind.ITEM:
                found = gather_choices(self._list(run, on_path, leading, lead))
                if leading is not None and found and not leading.children and _introduces(leading):
                    leading.children, leading.role = found, Role.GROUP
                else:
                    plans += found
                    leading = leading if not found else None
                if leading is not None:
                    leading.body += run
            elif first.kind is BlockKind.PARAGRAPH:
                line = self.reader.line(first)
                lead = line
                plan = self._paragraph(line, on_path, bold)
                if plan is not None:
                    plans.append(plan)
                    leading = plan
                elif leading is not None:
                    leading.body.append(first)
            elif first.kind is BlockKind.FENCE:
                self._fence(first, on_path, lead, leading, plans)
            elif leading is not None:
                leading.body.append(first)
        return gather_choices(plans)

    def _count_bold(self, blocks: list[Block]) -> int:
        return sum(
            block.kind is BlockKind.PARAGRAPH and _BOLD_STEP.match(self.reader.line(block).text) is not None
            for block in blocks
        )

    def _paragraph(self, line: Line, on_path: bool, bold: bool) -> Plan | None:
        match = _BOLD_STEP.match(line.text)
        if match and (bold or on_path):
            return self._plan(line, line.told, number=match.group(2), word=(match.group(1) or "step").lower())
        told = line.told if on_path else None
        return self._plan(line, told) if told is not None else None

    def _plan(self, line: Line, told: Instruction | None, number: str = "", word: str = "") -> Plan:
        plan = Plan(Role.STEP, [Range(line.block.number)], line, told, number=number, word=word, title=line.plain)
        if told is not None:
            plan.condition, plan.otherwise = told.condition, told.otherwise
        return plan

    def _list(self, items: list[Block], on_path: bool, leading: Plan | None, lead: Line | None) -> list[Plan]:
        """The steps of one list; empty when it lists things rather than steps."""
        lines = [self.reader.line(item) for item in items]
        told = [_told(line) for line in lines]
        share = sum(one is not None for one in told) / len(told)
        ordered = "number" in items[0].attributes
        tasks = "task" in items[0].attributes
        if lead is not None and is_taught(lead):
            return []
        if leading is not None and not leading.body and not ordered and not (_introduces(leading) and share == 1):
            return []
        if ordered or tasks:
            wanted = (share >= LEAST_SHARE and len(items) >= 2) or (on_path and share >= 0.5)
        else:
            wanted = on_path and share >= LEAST_SHARE
        if not wanted:
            return []
        return [self._item(item, line, one) for item, line, one in zip(items, lines, told, strict=True)]

    def _item(self, item: Block, line: Line, told: Instruction | None) -> Plan:
        plan = self._plan(line, told)
        plan.number, plan.word = str(item.attributes.get("number", "")), "step"
        plan.cites = [Range(item.number)]
        inner = [child for child in item.children[1:] if child.kind is not BlockKind.BLANK]
        plan.children = self._below(inner, line)
        second = next((at for at, one in enumerate(plan.children) if excludes(plan.condition, one.condition)), 0)
        if second:
            return self._two_ways(plan, item, inner, second)
        if plan.children:
            plan.role = Role.GROUP
            plan.cites = [Range(line.block.number)]
        plan.body = inner
        return plan

    def _two_ways(self, plan: Plan, item: Block, inner: list[Block], second: int) -> Plan:
        """An item that goes on with what to do where its own condition fails."""
        assert plan.line is not None
        first, others = plan.children[:second], plan.children[second:]
        plan.children, plan.role, plan.cites = first, Role.GROUP, [Range(plan.line.block.number)]
        choice = Plan(Role.CHOOSE, [Range(item.number)], plan.line, title=plan.title, children=[plan, others[0]])
        if len(others) == 1:
            return choice
        return Plan(Role.GROUP, plan.cites, plan.line, title=plan.title, children=[choice, *others[1:]], body=inner)

    def _below(self, inner: list[Block], head: Line) -> list[Plan]:
        """The steps nested in an item: its fences and the instructions among its lists and paragraphs."""
        if not inner or self.depth == MAXIMUM_DEPTH:
            return []
        marker = Plan(Role.STEP, [], head)
        self.depth += 1
        plans = self.find(inner, True) if not is_taught(head) else []
        self.depth -= 1
        if not plans and inner[0].kind is BlockKind.FENCE:
            self._fence(inner[0], True, head, marker, plans)
        return plans or marker.children

    def _fence(self, fence: Block, on_path: bool, lead: Line | None, leading: Plan | None, plans: list[Plan]) -> None:
        """Commands go to the step that introduces them, else stand for themselves; other code only explains."""
        found = self._commands(fence) if (on_path or leading is not None) and not is_taught(lead) else []
        if not found and on_path and leading is None:
            plans += self._commented(fence)
            return
        if leading is not None:
            leading.body.append(fence)
        if not found:
            return
        if leading is None or (leading.children and leading.role is Role.STEP):
            plans += found
        elif leading.command is not None:
            first = Plan(
                Role.STEP, leading.cites[1:], title=leading.command.comment, command=leading.command, leaf=leading.leaf
            )
            leading.cites, leading.command, leading.leaf = leading.cites[:1], None, None
            leading.children, leading.role = [first, *found], Role.GROUP
        elif len(found) == 1 and not leading.children and leading.told is not None and leading.told.kind not in SPEAKS:
            leading.command, leading.leaf = found[0].command, fence
            leading.cites = [*leading.cites, *found[0].cites]
        else:
            leading.children += found
            leading.role = Role.GROUP

    def _commands(self, fence: Block) -> list[Plan]:
        language = str(fence.attributes.get("lang", "")).lower()
        lists = words()
        if language and language not in lists.shells:
            return []
        text = self.reader.text(fence)
        commands = fence_commands(text, bool(fence.attributes.get("indented")), bool(fence.attributes.get("open")))
        if not language and not (commands and all(is_command(command.text) for command in commands)):
            return []
        return [
            Plan(Role.STEP, [self.reader.cite(fence, one.start, one.end)], title=one.comment, command=one, leaf=fence)
            for one in commands
        ]

    def _commented(self, fence: Block) -> list[Plan]:
        """One step for each numbered comment of a fence in a programming language."""
        text, at = self.reader.text(fence), 0
        starts: list[tuple[int, str, str]] = []
        for text_line in text.splitlines(keepends=True):
            match = _COMMENT_STEP.match(text_line)
            if match:
                starts.append((at, match.group(2), match.group(3).strip()))
            at += len(text_line)
        if len(starts) < 2:
            return []
        ends = [start for start, _, _ in starts[1:]] + [text.rstrip().rfind("\n") + 1 or len(text)]
        plans: list[Plan] = []
        for (start, number, title), end in zip(starts, ends, strict=True):
            code = Instruction("exec", "")
            cited = self.reader.cite(fence, start, max(end, start + 1))
            step = Plan(Role.STEP, [cited], told=code, title=title, number=number, word="step", leaf=fence, start=start)
            plans.append(step)
        return plans


SPEAKS = frozenset({"ask", "invoke", "generate", "call"})
"""Kinds of a step that a command below it does not carry out."""


def inline_commands(line: Line) -> list[tuple[int, int, str]]:
    """The first command in backticks of a step and those joined to it ("then `x`"): characters of the leaf, text."""
    found: list[tuple[int, int, str]] = []
    end = 0
    for match in _CODE.finditer(line.text, 0, 600):
        told_to_run = _RUN.search(line.text, max(0, match.start() - 40), match.start()) is not None
        if not is_command(match.group(1)) and not (told_to_run and _RUNNABLE.match(match.group(1))):
            continue
        if found and not _JOINED.fullmatch(line.text, end, match.start()):
            break
        found.append((line.offset + match.start(1), line.offset + match.end(1), match.group(1)))
        end = match.end()
    return found


def _told(line: Line) -> Instruction | None:
    """What an item tells to do; one that is nothing but a command tells to run it."""
    code = _CODE.match(line.text)
    if code and is_command(code.group(1)) and not line.text[code.end() :].strip(" .;:*"):
        return Instruction("exec", "run")
    return line.told


def gather_choices(plans: list[Plan]) -> list[Plan]:
    """Put steps that exclude each other ("If X … Otherwise …") under one choice each."""
    result: list[Plan] = []
    for plan in plans:
        before = result[-1] if result else None
        if before is not None and plan.otherwise and (before.role is Role.CHOOSE or before.condition):
            if before.role is not Role.CHOOSE:
                first = _first_way(result)
                before = Plan(Role.CHOOSE, [], children=result[first:])
                result[first:] = [before]
            before.children.append(plan)
        else:
            result.append(plan)
    result = _pair_opposites(result)
    if len(result) >= 2 and all(map(_is_way, result)):
        return [Plan(Role.CHOOSE, [], children=result)]
    return result


def _first_way(plans: list[Plan]) -> int:
    """Where the ways begin whose last resort comes next: a row of arrows is one choice, of other "if" only the last."""
    first = len(plans) - 1
    while first > 0 and _is_way(plans[first]) and _is_way(plans[first - 1]):
        first -= 1
    return first


def _pair_opposites(plans: list[Plan]) -> list[Plan]:
    """Put two neighbours under one choice where the second applies when the first does not."""
    result: list[Plan] = []
    for plan in plans:
        before = result[-1] if result else None
        if before is not None and before.role is not Role.CHOOSE and excludes(before.condition, plan.condition):
            result[-1] = Plan(Role.CHOOSE, [], children=[before, plan])
        else:
            result.append(plan)
    return result


def excludes(first: str, second: str) -> bool:
    """True when ``second`` is ``first`` denied: "a git remote exists", "there is no git remote"."""
    if not first or not second or bool(_DENIAL.search(first)) == bool(_DENIAL.search(second)):
        return False
    one, other = (set(_DENIAL.sub("", text.lower()).split()) - _EMPTY for text in (first, second))
    return bool(one and other) and (one <= other or other <= one)


def _is_way(plan: Plan) -> bool:
    """True for "If X → do Y": an arrow says that one way is taken, where a row of "if" may apply one by one."""
    return (
        plan.line is not None and bool(plan.condition or plan.otherwise) and _ARROW.search(plan.line.text) is not None
    )


def is_taught(lead: Line | None) -> bool:
    """True when the paragraph before says that what follows is an example."""
    if lead is None:
        return False
    last = lead.plain.lower().rstrip(" *_")
    sentence = last.rpartition(". ")[2].rstrip(": ")
    return last.endswith(":") and len(sentence) <= 60 and words().teaching.match(sentence) is not None


def _introduces(plan: Plan) -> bool:
    """True when what follows spells the step out ("Run these in order:")."""
    return plan.line is not None and plan.line.text.rstrip("*_ ").endswith(":")


def _runs(blocks: list[Block]) -> list[list[Block]]:
    """Blocks in groups: the items of one list together, every other block alone."""
    runs: list[list[Block]] = []
    shown = [block for block in blocks if block.kind is not BlockKind.BLANK]
    for before, block in pairwise([None, *shown]):
        assert block is not None
        if before is not None and before.kind is block.kind is BlockKind.ITEM and _same_list(before, block):
            runs[-1].append(block)
        else:
            runs.append([block])
    return runs


def _same_list(before: Block, block: Block) -> bool:
    return ("number" in before.attributes) == ("number" in block.attributes)
