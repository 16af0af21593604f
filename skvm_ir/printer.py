"""SIR to text, in its one canonical form: one pass, one list of lines."""

import re
from collections.abc import Iterable, Iterator

from ..grammar.block import Block
from .edits import Edit
from .module import Module, Reference, Skill
from .op import Attribute, Name, Op, Range, Region, Value
from .value_types import quote

_BARE_NAME = re.compile(r"[A-Za-z0-9_.\-]+")
_PLAIN_ATTRIBUTES = {key: rank for rank, key in enumerate(("shape", "level", "lang", "indented", "open", "number"))}


def print_module(module: Module) -> str:
    """The text of ``module``. ``parse_module`` of it gives the same module, and printing that the same text."""
    lines = ["sir 1"]
    if module.target:
        lines.append(f"target {quote(module.target)}")
    for skill in module.skills:
        lines.append("")
        lines += _skill(skill)
    lines.append("")
    return "\n".join(lines)


def print_op(op: Op) -> str:
    """The header of ``op``: its line without the region."""
    parts: list[str] = []
    if op.results:
        parts.append(f"{', '.join([_typed(value) for value in op.results])} =")
    parts.append(op.name)
    if op.symbol:
        parts.append(_name("@", op.symbol))
    if op.operands:
        parts[-1] += f"({', '.join([_name('%', value.name) for value in op.operands])})"
    if op.attributes:
        parts.append(_attributes(op.attributes, op.signature.attributes))
    if op.after:
        parts.append(f"after {spell(op.after)}")
    if op.needs:
        parts.append(f"needs [{', '.join([str(need) for need in op.needs])}]")
    if op.origin is not None:
        parts.append(_origin(op.origin.pass_name, op.origin.reason, op.origin.plan))
    if op.citations:
        parts.append(f"from {spell(op.citations)}")
    if op.region is not None and op.region.arguments:
        parts.append(_takes(op.region))
    return " ".join(parts)


def print_edit(edit: Edit) -> str:
    """The line of ``edit``."""
    parts = [f"e{edit.number} {edit.kind.value}"]
    if edit.side is not None:
        parts.append(edit.side.value)
    match edit.kind.value:
        case "set":
            parts.append(quote(edit.target))
        case "insert" if edit.target:
            parts.append(quote(edit.target))
        case "move":
            parts.append(f"{spell(edit.ranges)} to {quote(edit.target)}")
        case "keep":
            parts.append(f"{spell(edit.ranges)} of {spell(Name(edit.target))}")
        case _:
            parts.append(spell(edit.ranges))
    if edit.content is not None:
        parts.append(f"with {spell(edit.content)}")
    parts.append(_origin(edit.origin.pass_name, edit.origin.reason, edit.origin.plan))
    if edit.was:
        parts.append(f"was [{', '.join([f'e{number}' for number in edit.was])}]")
    return " ".join(parts)


def spell(value: Attribute) -> str:
    """What an attribute holds, as it is written."""
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"[{', '.join([spell(item) for item in value])}]"
    if isinstance(value, Name):
        return _name(value.text[:1], value.text[1:])
    if isinstance(value, Range) and value.skill and not _BARE_NAME.fullmatch(value.skill):
        return f"{_name('@', value.skill)}/{Range(value.block, value.start, value.length)}"
    return str(value)


def _skill(skill: Skill) -> Iterator[str]:
    header = f"skill {_name('@', skill.name)}"
    yield f"{header} {_attributes(skill.attributes, _PLAIN_ATTRIBUTES)} {{" if skill.attributes else f"{header} {{"
    for number, source in enumerate(skill.sources):
        says = f"path = {quote(source.path)}, sha256 = {quote(source.sha256)}, bytes = {len(source.source.data)}"
        yield f"  source {number} {{{says}}}"
    yield from _ops(skill.declarations, "  ")
    yield "  text {"
    yield from _blocks(skill)
    for reference in skill.references:
        yield f"    {_reference(reference)}"
    yield "  }"
    yield f"  flow {_takes(skill.flow)} {{" if skill.flow.arguments else "  flow {"
    yield from _ops(skill.flow.ops, "    ")
    yield "  }"
    if skill.edits:
        yield "  edits {"
        for edit in skill.edits:
            yield f"    {print_edit(edit)}"
        yield "  }"
    if skill.notes:
        yield "  notes {"
        yield from _ops(skill.notes, "    ")
        yield "  }"
    yield "}"


def _blocks(skill: Skill) -> Iterator[str]:
    stack: list[tuple[Iterator[Block], str]] = [(iter(skill.blocks), "    ")]
    while stack:
        blocks, indent = stack[-1]
        for block in blocks:
            yield f"{indent}{_block(block)}{' {' if block.children else ''}"
            if block.children:
                stack.append((iter(block.children), indent + "  "))
                break
            if block.length:
                yield _strings(skill.block_bytes(block).decode(), indent + "  ")
        else:
            stack.pop()
            if stack:
                yield f"{stack[-1][1]}}}"


def _block(block: Block) -> str:
    says = f" {_attributes(block.attributes, _PLAIN_ATTRIBUTES)}" if block.attributes else ""
    return f"b{block.number} {block.kind.value}{says} @{block.source}:{block.start}+{block.length}"


def _strings(text: str, indent: str) -> str:
    """The bytes of a leaf, a string for each of its lines."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t").replace("\r", "\\r")
    if escaped.replace("\n", "").isprintable():
        last = escaped.endswith("\n")
        body = (escaped[:-1] if last else escaped).replace("\n", f'\\n"\n{indent}"')
        return f'{indent}"{body}\\n"' if last else f'{indent}"{body}"'
    # Something is neither printable nor usual: `quote` knows which of these are escaped.
    lines = text.split("\n")
    quoted = [quote(line + "\n") for line in lines[:-1]]
    if lines[-1]:
        quoted.append(quote(lines[-1]))
    return "\n".join([indent + line for line in quoted])


def _reference(reference: Reference) -> str:
    target = reference.target
    if isinstance(target, Range):
        to = spell(target)
    elif reference.state:
        to = f"{reference.state} {quote(target)}"
    else:
        to = _name("@", target.removeprefix("@"))
    return f"ref [{spell(reference.range)}] to {to}"


def _ops(ops: list[Op], indent: str) -> Iterator[str]:
    # Nesting may be deeper than Python's calls: the parser and a pass may hand over more than the verifier takes.
    stack: list[tuple[Iterator[Op], str]] = [(iter(ops), indent)]
    while stack:
        inner, indent = stack[-1]
        for op in inner:
            if op.region is None:
                yield indent + print_op(op)
                continue
            yield f"{indent}{print_op(op)} {{"
            stack.append((iter(op.region.ops), indent + "  "))
            break
        else:
            stack.pop()
            if stack:
                yield f"{stack[-1][1]}}}"


def _attributes(attributes: dict[str, Attribute] | dict[str, str | int | bool], order: Iterable[str]) -> str:
    keys: Iterable[str] = attributes
    if len(attributes) > 1:
        known = [key for key in order if key in attributes]
        keys = known if len(known) == len(attributes) else [*known, *sorted(attributes.keys() - set(known))]
    return f"{{{', '.join([f'{key} = {spell(attributes[key])}' for key in keys])}}}"


def _takes(region: Region) -> str:
    return f"takes ({', '.join([_typed(value) for value in region.arguments])})"


def _typed(value: Value) -> str:
    return f"{_name('%', value.name)}: {value.type}"


def _name(sigil: str, name: str) -> str:
    return sigil + name if _BARE_NAME.fullmatch(name) else sigil + quote(name)


def _origin(name: str, reason: str, plan: bool) -> str:
    return f"by {name} for {quote(reason)}{' plan' if plan else ''}"
