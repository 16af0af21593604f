"""One method a rule of ``sir.lark``: from what the rule matched to a node. Without state: one serves all parses."""

from collections.abc import Sequence
from typing import Any

from ..grammar.block import Block, BlockKind
from ..grammar.sir_lexer import Token
from .edits import Content, EditKind, Side
from .op import Origin
from .parser_nodes import BlockNode, Change, EditNode, Malformed, ModuleNode, OpNode, Part, ReferenceNode, SkillNode
from .parser_values import (
    attribute_of,
    block_number,
    name_of,
    names_of,
    need_of,
    plain_attributes,
    range_of,
    ranges_of,
    sigil_name,
    string_of,
    text_bytes,
    type_of,
)

PARTS = ("operands", "attributes", "after", "needs", "by", "from", "takes", "region")
SECTIONS = ("source", "declarations", "text", "flow", "edits", "notes")
_PART_RANK = {kind: rank for rank, kind in enumerate(PARTS)}
_SECTION_RANK = {kind: rank for rank, kind in enumerate(SECTIONS)}
_REPEATED = ("source", "declarations")
_BLOCK_KINDS = {kind.value.encode(): kind for kind in BlockKind}


class SirRules:
    """The rules; each takes the tokens and nodes it matched, punctuation included."""

    def start(self, c: list[Any]) -> ModuleNode:
        """``sir 1``, the target and the skills."""
        target = string_of(c[3]) if len(c) > 3 and isinstance(c[3], Token) else ""
        return ModuleNode(target, [item for item in c if isinstance(item, SkillNode)])

    def skill(self, c: list[Any]) -> SkillNode:
        """The header, and the sections in their order."""
        attributes = c[2] if isinstance(c[2], Part) else None
        sections: list[Part | OpNode] = c[4 if attributes else 3 : -1]
        before: Part | OpNode | None = None
        for section in sections:
            if before is not None:
                _check_order(before, section, _SECTION_RANK, "sections")
            before = section
        return SkillNode(c[1], attributes, sections, c[0].start_pos, (attributes or c[1]).end_pos)

    def source(self, c: list[Any]) -> Part:
        """One Markdown text: its number and what is said of it."""
        return Part("source", c[0].start_pos, c[2].end_pos, (int(c[1].value), c[2]))

    def text(self, c: list[Any]) -> Part:
        """The document."""
        return Part("text", c[0].start_pos, c[-1].end_pos, c[2:-1])

    def flow(self, c: list[Any]) -> Part:
        """The program."""
        return Part("flow", c[0].start_pos, c[-1].end_pos, c[1:])

    def edits(self, c: list[Any]) -> Part:
        """The edits."""
        return Part("edits", c[0].start_pos, c[-1].end_pos, c[2:-1])

    def notes(self, c: list[Any]) -> Part:
        """The notes."""
        return Part("notes", c[0].start_pos, c[-1].end_pos, c[2:-1])

    def block(self, c: list[Any]) -> BlockNode:
        """A leaf with its bytes, or a container with its blocks."""
        number = block_number(c[0])
        kind = _BLOCK_KINDS.get(c[1].value)
        if kind is None:
            kinds = ", ".join(kind.value for kind in BlockKind)
            raise Malformed("SKV124", f"'{c[1].text}' is no kind of block", c[1], f"the kinds are {kinds}")
        attributes = c[2] if isinstance(c[2], Part) else None
        position = c[3 if attributes else 2]
        body: list[Any] = c[4 if attributes else 3 :]
        source, _, where = position.value[1:].partition(b":")
        start, _, length = where.partition(b"+")
        block = Block(number, kind, int(source), int(start), int(length), plain_attributes(attributes))
        node = BlockNode(block, c[0].start_pos, position.end_pos)
        if body and body[0].type == "LBRACE":
            node.children = body[1:-1]
        else:
            node.data = text_bytes(body[0]) if len(body) == 1 else b"".join([text_bytes(token) for token in body])
        return node

    def reference(self, c: list[Any]) -> ReferenceNode:
        """A place that refers to a place."""
        target: Token = c[5]
        state = ""
        if target.type == "RANGE":
            to: Any = range_of(target)
        elif target.type == "SYMBOL":
            to = sigil_name(target).text
        else:
            state, to = target.text, string_of(c[6])
        return ReferenceNode(range_of(c[2]), to, state, c[0].start_pos, c[-1].end_pos)

    def op(self, c: list[Any]) -> OpNode:
        """The header's parts in their order, and the region."""
        results = c[0] if isinstance(c[0], Part) else None
        at = 1 if results else 0
        name: Token = c[at]
        last: Any = name
        symbol = None
        at += 1
        if at < len(c) and c[at].__class__ is Token:
            last = symbol = c[at]
            at += 1
        parts: dict[str, Part] = {}
        before: Part | None = None
        for part in c[at:]:
            if before is not None:
                _check_order(before, part, _PART_RANK, "parts of an op")
            parts[part.kind] = before = part
            if part.kind != "region":
                last = part
        return OpNode(name, symbol, results, parts, c[0].start_pos, last.end_pos)

    def results(self, c: list[Any]) -> Part:
        """Names and types of results."""
        return Part("results", c[0].start_pos, c[-1].end_pos, _typed(c[:-1]))

    def operands(self, c: list[Any]) -> Part:
        """The values an op uses."""
        return Part("operands", c[0].start_pos, c[-1].end_pos, c[1:-1:2])

    def attributes(self, c: list[Any]) -> Part:
        """The attributes by key."""
        found: dict[str, Any] = {}
        for key, name, value in c[1:-1:2]:
            if name in found:
                raise Malformed("SKV108", f"the attribute '{name}' stands twice", key, "keep one of the two")
            found[name] = value
        return Part("attributes", c[0].start_pos, c[-1].end_pos, found)

    def attribute(self, c: list[Any]) -> tuple[Token, str, Any]:
        """A key, and what it holds."""
        return c[0], c[0].value[:-1].rstrip().decode(), attribute_of(c[1])

    def values(self, c: list[Any]) -> Part:
        """The tokens of a list."""
        return Part("list", c[0].start_pos, c[-1].end_pos, c[1:-1:2])

    def after(self, c: list[Any]) -> Part:
        """What must have run."""
        return Part("after", c[0].start_pos, c[1].end_pos, names_of(c[1]))

    def needs(self, c: list[Any]) -> Part:
        """What the op asks of the model."""
        return Part("needs", c[0].start_pos, c[-1].end_pos, tuple([need_of(token) for token in c[2:-1:2]]))

    def origin(self, c: list[Any]) -> Part:
        """The pass that made an op or edit, and why."""
        name = c[0].value.split()[1].decode()
        return Part("by", c[0].start_pos, c[-1].end_pos, Origin(name, string_of(c[1]), len(c) > 2))

    def citations(self, c: list[Any]) -> Part:
        """What an op cites."""
        return Part("from", c[0].start_pos, c[1].end_pos, ranges_of(c[1]))

    def takes(self, c: list[Any]) -> Part:
        """What enters a region."""
        return Part("takes", c[0].start_pos, c[-1].end_pos, _typed(c[2:-1]))

    def region(self, c: list[Any]) -> Part:
        """The ops of a region."""
        return Part("region", c[0].start_pos, c[-1].end_pos, c[1:-1])

    def edit(self, c: list[Any]) -> EditNode:
        """One edit."""
        was = c[3] if len(c) > 3 else ()
        end = c[3][-1].end_pos if was else c[2].end_pos
        superseded = tuple([_edit_number(token) for token in was[2:-1:2]])
        return EditNode(_edit_number(c[0]), c[1], c[2].items, superseded, c[0].start_pos, end)

    def was(self, c: list[Any]) -> list[Any]:
        """The edits that another supersedes."""
        return c

    def replace(self, c: list[Any]) -> Change:
        """Bytes give way to new content."""
        return Change(EditKind.REPLACE, ranges_of(c[1]), c[2])

    def delete(self, c: list[Any]) -> Change:
        """Bytes go."""
        return Change(EditKind.DELETE, ranges_of(c[1]))

    def move(self, c: list[Any]) -> Change:
        """Bytes go to another file; a text may stand in their place."""
        return Change(EditKind.MOVE, ranges_of(c[1]), c[4] if len(c) > 4 else None, string_of(c[3]))

    def insert(self, c: list[Any]) -> Change:
        """New content beside or in an anchor, or a new file of it."""
        side = Side(c[1].text)
        if isinstance(c[2], Token):
            return Change(EditKind.INSERT, (), c[3], string_of(c[2]), side)
        return Change(EditKind.INSERT, ranges_of(c[2]), c[3], side=side)

    def set(self, c: list[Any]) -> Change:
        """A field of the frontmatter."""
        return Change(EditKind.SET, (), c[2], string_of(c[1]))

    def keep(self, c: list[Any]) -> Change:
        """Bytes stay although the op that cited them is gone."""
        return Change(EditKind.KEEP, ranges_of(c[1]), None, sigil_name(c[3]).text)

    def content(self, c: list[Any]) -> Content:
        """A text, ops to be worded, or leaves to be copied."""
        if isinstance(c[1], Token):
            return string_of(c[1])
        items = c[1].items
        return ranges_of(c[1]) if items and items[0].type == "RANGE" else names_of(c[1])


def _check_order(before: Part | OpNode, found: Part | OpNode, rank: dict[str, int], noun: str) -> None:
    if rank[before.kind] < rank[found.kind] or (before.kind == found.kind and found.kind in _REPEATED):
        return
    where = "twice" if before.kind == found.kind else f"behind '{before.kind}'"
    order = ", ".join(rank)
    note = (f"'{before.kind}' is here", before)
    raise Malformed("SKV108", f"'{found.kind}' stands {where}", found, f"{noun} stand in this order: {order}", note)


def _typed(tokens: Sequence[Token]) -> list[tuple[Token, str, Any]]:
    """Names with types, as results and ``takes`` have them: token, name, type."""
    return [(name, name_of(name), type_of(its)) for name, its in zip(tokens[0::3], tokens[1::3], strict=True)]


def _edit_number(token: Token) -> int:
    return int(token.value[1:])
