"""The program half of lifting: shape, steps, jumps, rules and variants of a skill whose document is there."""

import re

from attrs import define, field

from ..grammar.block import Block
from .lift_added import add_chosen
from .lift_build import Builder
from .lift_jumps import Jumps, enter_texts
from .lift_names import NameTable
from .lift_outline import Section, outline
from .lift_plan import Plan, Role
from .lift_reader import Reader
from .lift_rules import find_rules
from .lift_shape import survey
from .lift_summary import plans_of, summary
from .lift_variants import find_variants
from .module import Reference, Skill
from .op import Name, Op, Range

_NO_RULES = re.compile(
    r"when (?:not )?to\b|rationali[sz]|red flag|example|signals|reference|resources|anti-?pattern", re.I
)


def lift_flow(skill: Skill, names: NameTable) -> None:
    """Fill in shape, flow and notes of ``skill``, and the parameters and imports its steps speak of."""
    reader = Reader(skill)
    paths = {op.text("path"): op.symbol for op in skill.declarations if op.name == "file"}
    builder = Builder(skill, reader, names, paths, region=skill.flow, known_paths=frozenset(paths))
    roots: dict[int, list[Block]] = {}
    for block in skill.blocks:
        roots.setdefault(block.source, []).append(block)
    main = outline(roots.get(0, []), reader)
    found = survey(main, reader)
    plans = plans_of(found)
    shape, plans = add_chosen(found.shape, plans, summary(main, reader, found, plans), reader)
    skill.attributes["shape"] = shape
    builder.build(plans)
    own = _Ownership(builder, main)
    own.learn()
    leaves = [leaf for root in roots.get(0, []) for leaf in root.leaves()]
    Jumps(builder, own.owners).run(leaves)
    texts = _further_texts(builder, {index: blocks for index, blocks in roots.items() if index})
    enter_texts(builder, texts)
    _add_rules(builder, own)
    skill.notes += find_variants(main)
    skill.references.sort(key=lambda reference: (reference.range.block, reference.range.start))
    _drop_doubles(skill)


def _further_texts(builder: Builder, roots: dict[int, list[Block]]) -> dict[int, Op]:
    """A group off the path for each further text that has a procedure; by the number of its first block."""
    groups: dict[int, Op] = {}
    for index, blocks in roots.items():
        found = survey(outline(blocks, builder.reader), builder.reader)
        if found.shape != "procedure" or not found.main_path:
            continue
        stem = builder.skill.sources[index].path.rpartition("/")[2].rpartition(".")[0]
        plan = Plan(Role.ASIDE, [Range(blocks[0].number)], title=stem, children=found.main_path)
        groups[blocks[0].number] = builder.aside(plan)
    return groups


@define(eq=False)
class _Ownership:
    """Which op each leaf and section of the main text belongs to."""

    builder: Builder
    main: Section
    owners: dict[int, tuple[Plan, Op]] = field(factory=dict[int, tuple[Plan, Op]])
    heads: dict[int, Op] = field(factory=dict[int, Op])
    sections: dict[int, Op] = field(factory=dict[int, Op])

    def learn(self) -> None:
        """Give each leaf to the innermost step that is worded or explained by it."""
        for plan, op in self.builder.made:
            for block in plan.body:
                for leaf in block.leaves():
                    self.owners[leaf.number] = (plan, op)
            if plan.section is not None:
                self.sections.setdefault(id(plan.section), op)
        for plan, op in self.builder.made:
            if plan.line is not None:
                self.owners[plan.line.block.number] = (plan, op)
                self.heads.setdefault(plan.line.block.number, op)

    def rule_leaves(self) -> list[tuple[Block, Name | None]]:
        """The leaves where rules may stand, each with what a rule there binds."""
        found: list[tuple[Block, Name | None]] = []
        for section in self.main.walk():
            if _NO_RULES.search(section.title):
                continue
            name = self._of_section(section)
            for block in section.blocks:
                for leaf in block.leaves():
                    owner = self.owners.get(leaf.number)
                    found.append((leaf, owner[1].label if owner is not None else name))
        return found

    def _of_section(self, section: Section | None) -> Name | None:
        while section is not None:
            op = self.sections.get(id(section))
            if op is not None:
                return op.label
            section = section.parent
        return None


def _add_rules(builder: Builder, own: _Ownership) -> None:
    """Rules stand in front of the flow, so that they hold from its start."""
    rules = find_rules(own.rule_leaves(), own.heads, builder.reader, builder.names)
    for rule in rules:
        rule.parent = builder.skill.flow
    builder.skill.flow.ops[:0] = rules


def _drop_doubles(skill: Skill) -> None:
    """Keep one reference for each place: what a path says goes before what a sentence says."""
    kept: list[Reference] = []
    end, block = -1, -1
    for reference in skill.references:
        cited = reference.range
        if cited.block != block or cited.start >= end:
            kept.append(reference)
            block, end = cited.block, cited.start + cited.length
    skill.references = kept
