"""What shape a skill has, and which of its sections hold the steps: procedure, menu or reference."""

import re
from enum import Enum
from functools import cached_property

from attrs import define, field

from ..grammar.block import Block, BlockKind
from .lift_classify import instruction
from .lift_outline import Section
from .lift_plan import Plan, Role
from .lift_reader import Reader
from .lift_steps import StepFinder
from .lift_words import ends_with, holds, starts_with, words
from .op import Range

LEAST_OPERATIONS = 2
LEAST_STEPS = 2

_ARROW = re.compile(r"\s*(?:→|->|=>)\s*")
_TOOL_LINE = re.compile(r"\*\*(?:primary )?tools?(?: sequence)?:?\*\*:?\s*`", re.I)


class Standing(Enum):
    """How much a section's steps say that the skill is a procedure."""

    STRONG = "strong"
    PREPARATION = "preparation"
    WEAK = "weak"


@define(eq=False)
class Survey:
    """What the sections of one source hold: their steps in document order, each with its standing."""

    reader: Reader
    finder: StepFinder
    found: list[tuple[Standing, list[Plan]]] = field(factory=list[tuple[Standing, list[Plan]]])
    sections: list[Section] = field(factory=list[Section])

    @cached_property
    def operations(self) -> list[Plan]:
        """What a menu offers; looked for only where no path is found first."""
        return [plan for section in self.sections for plan in operations(section, self)]

    @property
    def shape(self) -> str:
        """``procedure``, ``menu`` or ``reference``."""
        if self._steps(Standing.STRONG) >= LEAST_STEPS:
            return "procedure"
        if len(self.operations) >= LEAST_OPERATIONS:
            return "menu"
        return "procedure" if self._steps(*Standing) >= LEAST_STEPS else "reference"

    @property
    def main_path(self) -> list[Plan]:
        """The steps of a procedure: a first taste is left out where there is a proper path."""
        strong = self._steps(Standing.STRONG) >= LEAST_STEPS
        return [plan for standing, plans in self.found for plan in plans if not (strong and standing is Standing.WEAK)]

    def prepared_groups(self) -> list[Plan]:
        """The steps outside the operations of a menu, each section a group off the path."""
        groups: list[Plan] = []
        shown = {id(plan.section) for plan in self.operations}
        for _, plans in self.found:
            for plan in plans:
                if plan.section is None or id(plan.section) not in shown:
                    children = plan.children if plan.role is Role.GROUP and plan.children else [plan]
                    group = Plan(Role.ASIDE, plan.cites, title=plan.title, section=plan.section, children=children)
                    groups.append(group)
        return groups

    def _steps(self, *standings: Standing) -> int:
        return sum(_size(plan) for standing, plans in self.found if standing in standings for plan in plans)


def survey(root: Section, reader: Reader) -> Survey:
    """Look through all sections of a source, in document order."""
    found = Survey(reader, StepFinder(reader))
    _container(root, found)
    return found


def _container(container: Section, found: Survey) -> None:
    """Sort the sections of a whole text; the one heading that titles it is looked into."""
    found.found.append((Standing.STRONG, found.finder.find(container.blocks, False)))
    numbered = _numbered_path(container.children, False)
    for at, section in enumerate(container.children):
        if container.heading is None and at == 0 and section.level == 1 and not section.is_step:
            _container(section, found)
        else:
            _top(section, found, numbered and section.number != "")


def _top(section: Section, found: Survey, on_path: bool) -> None:
    """Sort one top section into path, weak and operations."""
    lists, title = words(), section.lowered
    if on_path or section.is_step:
        found.found.append((Standing.STRONG, section_plans(section, found, on_path)))
    elif _is_off_path(section):
        return
    elif starts_with(title, lists.preparation):
        found.found.append((Standing.PREPARATION, section_plans(section, found, True)))
    elif starts_with(title, lists.weak):
        steps = sum(child.is_step for child in section.children) >= LEAST_STEPS
        standing = Standing.STRONG if steps else Standing.WEAK
        found.found.append((standing, section_plans(section, found, True)))
    else:
        found.found.append((Standing.STRONG, section_plans(section, found, False)))
    found.sections.append(section)


def section_plans(section: Section, found: Survey, on_path: bool) -> list[Plan]:
    """The steps of a section and those below it; one group where they are more than one."""
    lists, title = words(), section.lowered
    own = section.is_step or (len(title.split()) <= 6 and holds(title, lists.path))
    if not section.is_step and not (on_path and section.number) and _is_off_path(section):
        return []
    on = on_path or own
    plans = found.finder.find(section.blocks, on)
    plans += _children(section, found, on)
    if section.is_step or (on_path and section.number):
        return [_step_section(section, plans, found.reader)]
    if len(plans) > 1 and section.heading is not None:
        return [Plan(Role.GROUP, [Range(section.heading.number)], title=section.title, section=section, children=plans)]
    return plans


def _children(section: Section, found: Survey, on: bool) -> list[Plan]:
    arrows = {id(child) for child in section.children if on and _ARROW.search(child.title)}
    numbered_path = _numbered_path(section.children, on)
    plans: list[Plan] = []
    cases: Plan | None = None
    for child in section.children:
        below = section_plans(child, found, on or (numbered_path and child.number != ""))
        if len(arrows) >= 2 and id(child) in arrows:
            case = _group(child, _opened(child, below))
            case.condition = _ARROW.split(child.title)[0]
            if cases is None:
                cases = Plan(Role.CHOOSE, [Range(child.heading.number)] if child.heading else [], title=section.title)
                plans.append(cases)
            cases.children.append(case)
        elif on and below and holds(child.lowered, words().aside) and not child.number:
            plans.append(_aside(child, below))
        else:
            plans += below
    return plans


def _group(section: Section, plans: list[Plan]) -> Plan:
    cites = [Range(section.heading.number)] if section.heading else []
    return Plan(Role.GROUP, cites, title=section.title, section=section, children=plans)


def _aside(section: Section, plans: list[Plan]) -> Plan:
    aside = _group(section, _opened(section, plans))
    aside.role = Role.ASIDE
    return aside


def _opened(section: Section, plans: list[Plan]) -> list[Plan]:
    """The steps of a section without the group that its heading made of them."""
    only = plans[0] if len(plans) == 1 and plans[0].section is section else None
    return only.children if only is not None and only.children else plans


def _step_section(section: Section, plans: list[Plan], reader: Reader) -> Plan:
    """A heading that is a step: a group of what stands below it, or one step with its section as explanation."""
    assert section.heading is not None
    line = reader.line(section.heading)
    told = instruction(section.title)
    step = _group(section, plans)
    step.number, step.word, step.line = section.number, section.word or "step", line
    step.condition = told.condition if told is not None else _bare_condition(section.title)
    if not plans:
        step.role, step.told, step.body = Role.STEP, told, section.blocks
        step.cites += [Range(block.number) for block in section.blocks]
    return step


def _bare_condition(title: str) -> str:
    match = re.match(r"(?:if|when)\s+(.+?):?$", title, re.I)
    return match.group(1) if match else ""


def operations(section: Section, found: Survey) -> list[Plan]:
    """The operations of a section and those below, for a menu: each with its commands or its tool."""
    if _is_off_path(section):
        return []
    plans = [plan for block in section.blocks for plan in _operation(block, found)]
    below = [plan for child in section.children for plan in operations(child, found)]
    if not plans:
        return below
    group = _group(section, plans)
    group.role = Role.ASIDE
    return [group, *below]


def _operation(block: Block, found: Survey) -> list[Plan]:
    if block.kind is BlockKind.FENCE:
        return found.finder.find([block], True) if block.attributes.get("lang") else []
    if block.kind is BlockKind.PARAGRAPH and _TOOL_LINE.search(found.reader.text(block)):
        line = found.reader.line(block)
        return [Plan(Role.STEP, [Range(block.number)], line, instruction("Call " + line.plain), title=line.plain)]
    return []


def _numbered_path(sections: list[Section], on: bool) -> bool:
    """True when numbered headings are steps: below a workflow, named so, or nearly all instructions."""
    numbered = [section for section in sections if section.number]
    if len(numbered) < 2:
        return False
    return on or all(section.is_step for section in numbered) or (_share_told(numbered) >= 0.75 and _in_order(numbered))


def _share_told(sections: list[Section]) -> float:
    told = [instruction(section.title) is not None or _bare_condition(section.title) != "" for section in sections]
    return sum(told) / len(told)


def _is_off_path(section: Section) -> bool:
    """True when the title promises advice, examples or references; "Gather inputs" is an instruction all the same."""
    lists, title = words(), section.lowered
    if starts_with(title, lists.off_path, whole=True) or starts_with(title, lists.off_path_start):
        return True
    return ends_with(title, lists.off_path) and instruction(section.title) is None


def _in_order(sections: list[Section]) -> bool:
    return sections[0].number in ("0", "1", "1.1")


def _size(plan: Plan) -> int:
    return sum(map(_size, plan.children)) or 1
