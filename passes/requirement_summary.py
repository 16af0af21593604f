"""Findings about the same thing put together: one requirement each, and whether the skill goes without it."""

import re
from collections.abc import Mapping

from attrs import frozen

from ..grammar.block import Block
from ..skvm_ir.module import Skill
from ..skvm_ir.op import Range
from .requirement_base import Finding, Kind, normalized
from .requirement_readers import Evidence
from .requirement_tables import rules

OFTEN = {Kind.PIP: 3, Kind.SYSTEM: 4, Kind.ENV: 2}
"""What is shown at so many places is required, by kind; fitted on the labelled training skills."""

EARLY = 0.4
"""What is first shown in this part of the document belongs to the main matter; fitted likewise."""

SHORT = 1000
"""So many bytes from the start all is early, however short the document is."""

LONGEST_LINE = 600
"""A line of more bytes says too much for a word of it to be about one name."""

_CUE = re.compile(
    rb"\boptional(?:ly)?\b|\bif (?:available|installed|present|you have)\b|\balternativ|\balready installed\b", re.I
)


@frozen
class Requirement:
    """One thing that must be there, with all that shows it in document order."""

    kind: Kind
    name: str
    version: str
    required: bool
    citations: tuple[Range, ...]
    first_by_rule: Mapping[str, Finding]


def summarize(skill: Skill, evidence: Evidence) -> list[Requirement]:
    """The requirements that ``evidence`` shows, by kind and name."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in evidence.findings:
        groups.setdefault(finding.key, []).append(finding)
    order = [kind.value for kind in Kind]
    keys = sorted(groups, key=lambda key: (order.index(key[0]), key[1].lower(), key[1]))
    return [_summary(skill, groups[key], evidence.leaves) for key in keys]


def _summary(skill: Skill, group: list[Finding], leaves: Mapping[int, Block]) -> Requirement:
    first_by_rule: dict[str, Finding] = {}
    for finding in group:
        first_by_rule.setdefault(finding.rule, finding)
    first = group[0]
    cited = dict.fromkeys(finding.citation for finding in group if finding.citation is not None)
    version = next((finding.version for finding in group if finding.version), "")
    return Requirement(
        first.kind,
        first.name,
        version,
        _is_required(skill, group, leaves),
        tuple(sorted(cited, key=_place)),
        first_by_rule,
    )


def _place(cited: Range) -> tuple[int, int, int]:
    return cited.block, cited.start, cited.length


def _is_required(skill: Skill, group: list[Finding], leaves: Mapping[int, Block]) -> bool:
    """What a place of its own says, else how often and how early it is shown, else what the kind mostly is."""
    if any(finding.rule in _STATED and not finding.optional for finding in group):
        return True
    shown = [finding for finding in group if not finding.optional and not _is_hedged(skill, finding, leaves)]
    if not shown or all(rules()[finding.rule].optional for finding in shown):
        return False
    kind = shown[0].kind
    if kind in (Kind.NETWORK, Kind.MCP, Kind.SERVICE):
        return True
    if normalized(shown[0].name) in normalized(skill.name):
        return True
    places = len({finding.citation or finding.path for finding in group})
    if kind in OFTEN and places >= OFTEN[kind]:
        return True
    return kind is Kind.PIP and (
        any(finding.rule == "prerequisite" for finding in shown) or _is_early(skill, shown, leaves)
    )


_STATED = frozenset(
    {
        "client-metadata",
        "compatibility",
        "requires",
        "requirements-file",
        "script-header",
        "pyproject",
        "package-json",
        "script",
    }
)
"""The rules whose place says itself whether it is optional."""


def _is_early(skill: Skill, shown: list[Finding], leaves: Mapping[int, Block]) -> bool:
    for finding in shown:
        leaf = leaves.get(finding.citation.block) if finding.citation is not None else None
        if leaf is not None and finding.citation is not None:
            size = len(skill.sources[leaf.source].source.data)
            if leaf.start + finding.citation.start < max(EARLY * size, SHORT):
                return True
    return False


def _is_hedged(skill: Skill, finding: Finding, leaves: Mapping[int, Block]) -> bool:
    """True when the line of the finding says that it goes without."""
    leaf = leaves.get(finding.citation.block) if finding.citation is not None else None
    if leaf is None or finding.citation is None:
        return False
    data = skill.block_bytes(leaf)
    start, behind = finding.citation.start, finding.citation.start + finding.citation.length
    end = data.find(b"\n", behind)
    line = data[data.rfind(b"\n", 0, start) + 1 : end if end >= 0 else len(data)]
    return len(line) < LONGEST_LINE and _CUE.search(line) is not None
