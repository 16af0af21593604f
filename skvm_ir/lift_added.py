"""Steps that no rule found and a reader would still name: plans for them, put where they stand in the text."""

from .lift_classify import Instruction
from .lift_commands import Command
from .lift_outline import Section
from .lift_places import Place
from .lift_plan import Plan, Role
from .lift_reader import Reader
from .lift_shape import LEAST_OPERATIONS
from .op import Range

_ON_PATH = "procedure"
_MENU = "menu"


def add_chosen(shape: str, plans: list[Plan], chosen: list[Place], reader: Reader) -> tuple[str, list[Plan]]:
    """The shape and plans of a text with a step for each of the ``chosen`` places that has none.

    What is added to a path is put into it. What is added beside one is an operation of its section: a text without a
    path stays without one, unless all that was chosen are parts of one section, done one after the other.
    """
    missing = [
        place for place in chosen if not place.found and (place.kind != "heading" or not _holds_found(place, chosen))
    ]
    if not missing:
        return shape, plans
    if shape == _ON_PATH:
        for place in missing:
            _insert(plans, step_at(place, reader), place.section)
        return shape, plans
    sections = {id(place.section): place.section for place in missing}
    if shape != _MENU and len(sections) == 1:
        return (_ON_PATH, [step_at(place, reader) for place in missing]) if len(missing) > 1 else (shape, plans)
    groups = [
        _operation(section, [step_at(p, reader) for p in missing if p.section is section])
        for section in sections.values()
    ]
    merged = sorted([*plans, *groups], key=_start)
    return (_MENU, merged) if len(merged) >= LEAST_OPERATIONS else (shape, plans)


def _holds_found(heading: Place, chosen: list[Place]) -> bool:
    """True when steps stand below a heading: it titles them and is none itself."""
    return any(place.section is heading.section and place is not heading for place in chosen)


def step_at(place: Place, reader: Reader) -> Plan:
    """A plan for the step at a place: a command, code to be run, or what its words tell to do."""
    leaf, told = place.leaf, place.told
    if place.kind == "command":
        text = reader.text(leaf)[place.start : place.end]
        command = Command(place.start, place.end, text)
        return Plan(
            Role.STEP, [reader.cite(leaf, place.start, place.end)], title=place.text, command=command, leaf=leaf
        )
    if place.kind in ("comment", "fence"):
        end = max(place.end, place.start + 1) if place.end >= 0 else len(reader.text(leaf))
        code = Instruction("exec", "")
        title = place.text or place.section.title
        return Plan(
            Role.STEP, [reader.cite(leaf, place.start, end)], told=code, title=title, leaf=leaf, start=place.start
        )
    line = reader.line(leaf)
    plan = Plan(Role.STEP, [Range(leaf.number)], line, told or Instruction("act", ""), title=line.plain)
    if told is not None:
        plan.condition = told.condition
    return plan


def _operation(section: Section, steps: list[Plan]) -> Plan:
    cites = [Range(section.heading.number)] if section.heading is not None else steps[0].cites[:1]
    return Plan(Role.ASIDE, cites, title=section.title or steps[0].title, section=section, children=steps)


def _insert(plans: list[Plan], step: Plan, section: Section) -> None:
    """Put ``step`` behind the last plan that stands before it, inside the group of its section where there is one."""
    inside = set[int]()
    around: Section | None = section
    while around is not None:
        inside.add(id(around))
        around = around.parent
    while True:
        at = sum(_start(plan) <= _start(step) for plan in plans)
        group = plans[at - 1] if at else None
        if group is None or group.role not in (Role.GROUP, Role.STEP) or id(group.section) not in inside:
            break
        if group.role is Role.STEP:
            # A heading that was one step with its section as explanation now has a step inside.
            group.role, group.cites, group.body = Role.GROUP, group.cites[:1], []
        plans = group.children
    plans.insert(at, step)


def _start(plan: Plan) -> tuple[int, int]:
    """Where a plan begins: its first own citation, or that of its first case."""
    while not plan.cites and plan.children:
        plan = plan.children[0]
    return (plan.cites[0].block, plan.cites[0].start) if plan.cites else (0, 0)
