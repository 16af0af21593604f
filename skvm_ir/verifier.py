"""The verifier: it runs after lifting, after parsing and after each pass, always, and this page lists what it holds to.

A module
- SKV200  has skills with unique names; each has a source, a shape (procedure, menu, reference); sources are UTF-8

Text: leaves own each source, byte for byte
- SKV201  no gap · SKV202  no overlap, nothing out of order · SKV203  nothing beyond the end of the source
- SKV204  a leaf owns something and is whole lines · SKV205  block numbers are unique and rise in document order
- SKV206  a container is exactly the blocks in it · SKV207  a block has the attributes of its kind, heading its level
- SKV208  blocks and regions nest 64 levels at most · SKV209  blocks stand with the source they are of

Ranges (citations, attributes, refs, edits)
- SKV210  the block exists · SKV211  the range lies in it · SKV212  and begins and ends on character boundaries
- SKV213  another skill's range names a skill of the module · SKV214  a part is of a leaf and is not empty
- SKV215  a reference goes to a block, a file, or a path that is missing or outside

Names
- SKV220  names resolve (after, binds, to, on, of, run, path, refs) · SKV221  no name twice, sigil apart
- SKV222  a name means the right thing: ``to`` a group, ``run`` a file, ``after`` and ``binds`` an op of the flow
- SKV223  what needs a name has one

Single ops
- SKV230  the op stands in the section it belongs to · SKV231  its attributes are known · SKV232  of the right kind
- SKV233  and complete · SKV234  closed values (force, kind, mode, path, counts) · SKV235  ``$N`` is an operand
- SKV236  exec has run or shell · SKV237  no more holes than operands · SKV238  needs are in the catalogue, once
- SKV239  a region, and arguments of it, only where the op has them · SKV240  operand counts · SKV242  result counts

Values
- SKV241  types fit · SKV243  no use before the definition · SKV244  none out of the scope · SKV245  none without one
- SKV246  ``yield`` ends the region of a case, foreach, repeat or parallel, and is there where results are
- SKV247  it hands out what the results say; a result that a case may leave out is ``T?``
- SKV248  ``choose`` holds cases, which say when they apply, ``otherwise`` last · SKV249  a rule holds jumps only

Control
- SKV250  ``back`` goes to a group that encloses it or stands before it (in a rule: seen from what it binds)
- SKV251  ``do`` and ``go`` have an operand for each parameter · SKV252  what the group uses is visible at the jump
- SKV253  no op has to run after itself · SKV254  parent and owner links are right, no op stands in two places

Edits
- SKV260  numbers are unique · SKV261  ``was`` names earlier edits · SKV269  and the edit covers what they changed
- SKV262  an edit has what its kind needs, pass and reason included · SKV263  live edits do not overlap, a move apart
- SKV264  no live edit deletes or moves what a live ref points to · SKV268  no field is set twice
- SKV265  an op whose bytes are all deleted is worded elsewhere or gone · SKV266  edits word ops that are there and say
  ``by``, ``keep`` is for an op that is gone · SKV267  what a pass made is worded, or marked ``plan``
- SKV270  bytes that an op cited are cited, edited or kept after the next pass (``check`` with a snapshot)
"""

from attrs import evolve, frozen

from ..grammar.diagnostic import Diagnostic, SkvmError
from ..grammar.source import Span
from .module import Module, Skill
from .needs import Catalogue
from .op import Range
from .verify_edits import EditCheck, Interval, merged, uncovered
from .verify_findings import Findings, listed, nearest
from .verify_flow import FlowCheck
from .verify_names import Names
from .verify_ops import OpCheck
from .verify_text import RangeCheck, TextCheck, check_reference

SHAPES = ("procedure", "menu", "reference")


@frozen
class Snapshot:
    """Which bytes the flow of each skill cited, taken before a pass runs."""

    cited: dict[str, list[Interval]]


def check(
    module: Module, culprit: str = "", before: Snapshot | None = None, catalogue: Catalogue | None = None
) -> None:
    """Raise ``SkvmError`` with all findings when ``module`` is not sound.

    ``culprit`` is the pass that ran last; with ``before``, the snapshot taken before it, what vanished without an edit
    is a finding as well.
    """
    findings = verify(module, catalogue)
    if before is not None and not findings:
        findings = vanished(before, module)
    if findings:
        raise SkvmError(_blame(finding, culprit) for finding in findings)


def verify(module: Module, catalogue: Catalogue | None = None) -> list[Diagnostic]:
    """All findings about ``module``, in the order of their places; empty when it is sound.

    ``catalogue`` holds the primitives that needs may name, the built-in ones without it.
    """
    found: list[Diagnostic] = []
    if not module.skills:
        found.append(Diagnostic("SKV200", "the module has no skill", help="a module holds one or more skills"))
    ranges: dict[str, RangeCheck] = {}
    texts: list[tuple[Findings, RangeCheck]] = []
    for skill in module.skills:
        findings = Findings(skill, found)
        text = TextCheck(findings)
        text.run()
        _check_skill(findings, skill, ranges)
        one = RangeCheck(skill, text.blocks, ranges, not text.torn)
        ranges[skill.name] = one
        if not text.too_deep:
            texts.append((findings, one))
    edits: dict[str, EditCheck] = {}
    for findings, one in texts:
        program = _check_program(findings, one, catalogue)
        if program is not None:
            edits[one.skill.name] = program
    for edit_check in edits.values():
        skill = edit_check.ranges.skill
        if skill.references:
            edit_check.references(skill, edits)
    if len(found) > 1:
        found.sort(key=_place)
    return found


def snapshot(module: Module) -> Snapshot:
    """What the flow of each skill of a sound module cites now."""
    return Snapshot({skill.name: _cited(skill) for skill in module.skills})


def vanished(before: Snapshot, module: Module) -> list[Diagnostic]:
    """SKV270: bytes that were cited before and are now neither cited, nor edited, nor kept by an edit."""
    found: list[Diagnostic] = []
    for skill in module.skills:
        findings = Findings(skill, found)
        edited = [part for edit in skill.live_edits() for cited in edit.ranges if (part := _interval(skill, cited))]
        cover = merged([*_cited(skill), *edited])
        for source, start, end in uncovered(before.cited.get(skill.name, []), cover):
            place = Span(skill.sources[source].source, start, end)
            message = f"bytes {start} to {end} were cited by an op and are now neither cited nor edited"
            findings.add("SKV270", message, place, "let the successors cite them, or add an edit ('keep' says why)")
    return found


def _cited(skill: Skill) -> list[Interval]:
    return merged(part for op in skill.flow.walk() for cited in op.citations if (part := _interval(skill, cited)))


def _interval(skill: Skill, cited: Range) -> Interval | None:
    block = None if cited.skill else skill.block(cited.block)
    if block is None:
        return None
    start = block.start if cited.is_whole else block.start + cited.start
    return block.source, start, block.end if cited.is_whole else start + cited.length


def _check_skill(findings: Findings, skill: Skill, known: dict[str, RangeCheck]) -> None:
    if not skill.name or skill.name in known:
        what = f"two skills are called '{skill.name}'" if skill.name else "a skill has no name"
        findings.at_skill("SKV200", what, f"@{skill.name}", help="skills of a module have unique names")
    shape = skill.attributes.get("shape")
    if shape not in SHAPES:
        found = f"its shape is {shape!r}" if shape is not None else "it has no shape"
        help = nearest(str(shape), SHAPES)
        findings.at_skill("SKV200", f"skill '{skill.name}': {found}, wanted {listed(SHAPES)}", "shape", help)


def _check_program(findings: Findings, ranges: RangeCheck, catalogue: Catalogue | None) -> EditCheck | None:
    """Check everything of a skill but its text; its edits' check, None where it nests too deep to go on."""
    skill = ranges.skill
    names = Names(findings)
    names.collect(skill)
    if names.too_deep:
        return None
    run = OpCheck(findings, names, ranges, catalogue).run
    for op in skill.declarations:
        run(op)
    for op in names.first:
        run(op)
    for op in skill.notes:
        run(op)
    FlowCheck(findings, names).run(skill)
    if skill.references:
        files = {op.symbol for op in skill.declarations if op.name in ("file", "import")}
        for reference in skill.references:
            check_reference(findings, ranges, reference, files)
    edits = EditCheck(findings, names, ranges)
    edits.run(skill)
    return edits


def _place(finding: Diagnostic) -> tuple[str, int]:
    return (finding.span.source.path, finding.span.start) if finding.span else (finding.path, -1)


def _blame(finding: Diagnostic, culprit: str) -> Diagnostic:
    if not culprit:
        return finding
    blame = f"the module was sound before '{culprit}' ran"
    return evolve(finding, help=f"{finding.help}; {blame}" if finding.help else blame)
