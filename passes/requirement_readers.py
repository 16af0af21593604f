"""What ``find-requirements`` reads, and by whom: the leaves of the document, the bundle, and what follows from both."""

from collections.abc import Iterable, Iterator, Mapping

from attrs import frozen

from ..grammar.block import Block
from ..skvm_ir.lift_text import frontmatter_of
from ..skvm_ir.module import Skill
from .requirement_base import Finding, Kind, is_plausible, normalized
from .requirement_bundle import bundle_findings, own_modules
from .requirement_commands import shell_findings
from .requirement_frontmatter import frontmatter_findings
from .requirement_javascript import javascript_findings
from .requirement_pieces import Pieces, pieces_of
from .requirement_prose import prose_findings
from .requirement_python import python_findings
from .requirement_tables import names

_ROUTERS = {"rube": ("RUBE_", "COMPOSIO_"), "composio": ("RUBE_", "COMPOSIO_")}
"""MCP servers that pass calls on: their tools are called as the service is, but for the server's own."""


@frozen(eq=False)
class Evidence:
    """All findings on a skill, those of the document first, and the leaves that they cite, by number."""

    findings: tuple[Finding, ...]
    leaves: Mapping[int, Block]


def find(skill: Skill, files: Mapping[str, bytes], references: bool = False) -> Evidence:
    """What shows requirements of ``skill``; ``references`` has the Markdown behind ``SKILL.md`` read too."""
    pieces = pieces_of(skill, range(1))
    found = [*frontmatter_findings(frontmatter_of(skill))]
    found += _of_document(pieces, files, found)
    leaves = pieces.leaves
    if references and len(skill.sources) > 1:
        further = pieces_of(skill, range(1, len(skill.sources)))
        found += map(_optional, _of_document(further, files, found))
        leaves = leaves | further.leaves
    found += bundle_findings(files, own_modules(files))
    found = _without_own(skill, found)
    found += list(_following(found))
    meant = {key for key in dict.fromkeys(one.key for one in found) if _is_meant(Kind(key[0]), key[1])}
    return Evidence(tuple(one for one in found if one.key in meant), leaves)


def _is_meant(kind: Kind, name: str) -> bool:
    """False for placeholders and what cannot be a name of its kind."""
    return name.replace("-", "_") not in names().placeholders and is_plausible(kind, name)


def _without_own(skill: Skill, found: list[Finding]) -> list[Finding]:
    """A module called as the skill, which nothing installs or speaks of, is the skill's own, its file here or not."""
    name = normalized(skill.name)
    same = [one for one in found if one.kind is Kind.PIP and one.name == name]
    if not same or any(one.rule != "import" for one in same) or name in names().spoken:
        return found
    return [one for one in found if one not in same]


def _of_document(pieces: Pieces, files: Mapping[str, bytes], stated: list[Finding]) -> Iterator[Finding]:
    own = own_modules(files) | pieces.modules
    routed = tuple(start for one in stated if one.kind is Kind.MCP for start in _ROUTERS.get(one.name, ()))
    yield from python_findings((*pieces.python, *pieces.plain), own)
    yield from shell_findings(pieces.shell, own)
    yield from shell_findings(pieces.plain, own, only_installs=True)
    yield from javascript_findings(pieces.javascript)
    yield from prose_findings(pieces.prose, pieces.spoken, own, routed)


def _following(found: Iterable[Finding]) -> Iterator[Finding]:
    """What comes with what was found: the host that a credential is for, the program that a package drives."""
    table = names()
    for one in found:
        if one.kind is Kind.ENV and one.name in table.credential_hosts:
            yield _other(one, Kind.NETWORK, table.credential_hosts[one.name], "credential-host")
        for host in table.command_hosts.get(one.name, ()) if one.kind is Kind.SYSTEM else ():
            yield _other(one, Kind.NETWORK, host, "command-host")
        if one.key in table.companions:
            yield _other(one, *table.companions[one.key], "companion")


def _other(one: Finding, kind: Kind, name: str, rule: str) -> Finding:
    return Finding(kind, name, rule, one.citation, one.optional, "", one.path)


def _optional(one: Finding) -> Finding:
    return Finding(one.kind, one.name, one.rule, one.citation, True, one.version, one.path)
