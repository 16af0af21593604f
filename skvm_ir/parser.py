"""Text to SIR: the grammar gives nodes, and here they become a module, with every operand found by its name."""

from hashlib import sha256
from typing import Any, NoReturn

from attrs import define, field

from ..grammar.block import Block
from ..grammar.diagnostic import Diagnostic, Note, SkvmError
from ..grammar.load import load
from ..grammar.sir_lexer import Token, lex_sir
from ..grammar.source import Source, Span
from .dialect import OPS
from .edits import Edit
from .module import Module, Reference, Skill, SkillSource
from .op import Op, Region, Value
from .parser_errors import check_version, malformed, nearest, unexpected
from .parser_nodes import BlockNode, EditNode, Malformed, ModuleNode, OpNode, Part, Placed, ReferenceNode, SkillNode
from .parser_rules import SirRules
from .parser_values import name_of, plain_attributes


def parse_module(source: Source) -> Module:
    """The module that a ``.sir`` text holds, with places in the text. Whether it means something is for the verifier.

    Raises ``SkvmError`` with diagnostics SKV1xx: at the first place that does not follow the grammar, else at every
    value, op and source that does not hold with the rest.
    """
    check_version(source)

    def refuse(error: Any) -> NoReturn:
        raise SkvmError([unexpected(source, error.token, error.expected)])

    try:
        tree: Any = load("sir", SirRules, lex_sir).parse(source, on_error=refuse)
        return _module(source, tree)
    except Malformed as error:
        raise SkvmError([malformed(source, error)]) from error


def _module(source: Source, tree: ModuleNode) -> Module:
    findings: list[Diagnostic] = []
    module = Module(target=tree.target)
    for node in tree.skills:
        module.skills.append(_SkillBuilder(source, node, findings).build())
    if findings:
        raise SkvmError(sorted(findings, key=lambda finding: finding.span.start if finding.span else 0))
    return module


@define(eq=False)
class _SkillBuilder:
    """Makes one skill of its node; what is wrong goes to ``findings``, so that one run shows all of it."""

    source: Source
    node: SkillNode
    findings: list[Diagnostic]
    names: dict[str, Token] = field(factory=dict[str, Token])
    values: dict[str, Value] = field(factory=dict[str, Value])
    uses: list[tuple[Op, list[Token]]] = field(factory=list[tuple[Op, list[Token]]])

    def build(self) -> Skill:
        """The skill."""
        node = self.node
        skill = Skill(name_of(node.name), plain_attributes(node.attributes), place=self.span(node))
        declared: list[tuple[Part, dict[str, Any]]] = []
        blocks: list[BlockNode] = []
        declarations: list[OpNode] = []
        for section in node.sections:
            if isinstance(section, OpNode):
                declarations.append(section)
            elif section.kind == "source":
                declared.append((section, self.source_attributes(section, len(declared))))
            elif section.kind == "text":
                blocks = [item for item in section.items if isinstance(item, BlockNode)]
                skill.references = [self.reference(i) for i in section.items if isinstance(i, ReferenceNode)]
            elif section.kind == "flow":
                self.flow(skill.flow, section)
            elif section.kind == "edits":
                skill.edits = [self.edit(item) for item in section.items]
            else:
                skill.notes = self.ops(section.items, Region(), root=None)
        skill.declarations = self.ops(declarations, Region(), root=None)
        self.document(skill, declared, blocks)
        self.resolve()
        return skill

    def span(self, at: Placed) -> Span:
        """The place of a token or node."""
        return Span(self.source, at.start_pos, at.end_pos)

    def report(self, code: str, message: str, at: Placed, help: str = "", notes: tuple[Note, ...] = ()) -> None:
        """Note a mistake and go on."""
        self.findings.append(Diagnostic(code, message, self.span(at), help=help, notes=notes))

    # ---- the document

    def source_attributes(self, part: Part, wanted: int) -> dict[str, Any]:
        """What a ``source`` line says: ``path``, and where it is there ``sha256`` and ``bytes``."""
        number, attributes = part.items
        if number != wanted:
            help_text = "sources are numbered from 0, without a gap"
            self.report("SKV113", f"found source {number}, wanted source {wanted}", part, help_text)
        found = plain_attributes(attributes)
        for key, kind in (("path", str), ("sha256", str), ("bytes", int)):
            if key in found and type(found[key]) is not kind:
                noun = "a string" if kind is str else "an integer"
                self.report("SKV113", f"'{key}' of a source is not {noun}", attributes)
                del found[key]
        for key in found.keys() - {"path", "sha256", "bytes"}:
            self.report("SKV113", f"a source has no attribute '{key}'", attributes, "it has path, sha256 and bytes")
        if "path" not in found:
            self.report("SKV113", 'a source has no path, wanted one such as "SKILL.md"', attributes)
        return found

    def document(self, skill: Skill, declared: list[tuple[Part, dict[str, Any]]], roots: list[BlockNode]) -> None:
        """Blocks, and the bytes of each source from its leaves."""
        data: list[list[bytes]] = [[] for _ in declared]
        at = [0] * len(declared)
        tiled = [True] * len(declared)
        stack = roots[::-1]
        while stack:
            node = stack.pop()
            block = node.block
            block.place = self.span(node)
            if block.source >= len(declared):
                self.report("SKV113", f"b{block.number} is in source {block.source}, which is not declared", node)
                continue
            if node.children:
                block.children = [child.block for child in node.children]
                for child in block.children:
                    child.parent = block
                stack += node.children[::-1]
                continue
            self.check_length(node)
            tiled[block.source] &= block.start == at[block.source]
            at[block.source] += len(node.data)
            data[block.source].append(node.data)
        skill.blocks = [node.block for node in roots]
        for (part, attributes), pieces, is_tiled in zip(declared, data, tiled, strict=True):
            path = attributes.get("path", "")
            source = SkillSource(path, Source(path, b"".join(pieces)))
            skill.sources.append(source)
            # Where leaves overlap or leave a gap, that is the mistake, and the verifier shows its place.
            if is_tiled:
                self.check_source(part, attributes, source)

    def check_length(self, node: BlockNode) -> None:
        """SKV110 where a leaf has not the bytes its header speaks of."""
        block: Block = node.block
        if len(node.data) != block.length:
            message = f"the strings of b{block.number} hold {len(node.data)} bytes, its header says {block.length}"
            right = f"@{block.source}:{block.start}+{len(node.data)}"
            self.report("SKV110", message, node, f"write {right}, or mend the strings")

    def check_source(self, part: Part, attributes: dict[str, Any], source: SkillSource) -> None:
        """SKV111 and SKV112 where hash or size are not those of the leaves."""
        size = len(source.source.data)
        if attributes.get("bytes", size) != size:
            message = f"the leaves hold {size} bytes, the source says {attributes['bytes']}"
            self.report("SKV112", message, part, f"write bytes = {size}, or leave it out")
        elif "sha256" in attributes and attributes["sha256"] != sha256(source.source.data).hexdigest():
            message = "the hash of the leaves is not the one the source says"
            self.report("SKV111", message, part, f"leaves were changed: the hash is {source.sha256}, or leave it out")

    def reference(self, node: ReferenceNode) -> Reference:
        """A reference, with its place."""
        return Reference(node.range, node.target, node.state, self.span(node))

    def edit(self, node: EditNode) -> Edit:
        """An edit, with its place."""
        change = node.change
        return Edit(
            node.number,
            change.kind,
            change.ranges,
            node.origin,
            change.content,
            change.target,
            change.side,
            node.was,
            self.span(node),
        )

    # ---- the program

    def flow(self, flow: Region, part: Part) -> None:
        """The ops of the flow, and its arguments."""
        if len(part.items) > 1:
            flow.arguments = self.typed(part.items[0], flow)
        flow.ops = self.ops(part.items[-1].items, flow, root=flow)

    def ops(self, nodes: list[OpNode], region: Region, root: Region | None) -> list[Op]:
        """The ops of ``nodes`` with all below them; ``root`` is the region they say they stand in. Nesting may be
        deeper than Python's calls, so this walks with a stack of its own."""
        stack = [(nodes, region, root)]
        while stack:
            inner, held, parent = stack.pop()
            for node in inner:
                op = self.op(node, parent)
                held.ops.append(op)
                if op.region is not None:
                    stack.append((node.parts["region"].items, op.region, op.region))
        return region.ops

    def op(self, node: OpNode, parent: Region | None) -> Op:
        """One op; its operands follow when all values are known."""
        kind = OPS.get(node.name.text)
        if kind is None:
            kind = Op
            help_text = nearest(node.name.text, OPS) or f"the ops are {', '.join(OPS)}"
            self.report("SKV122", f"'{node.name.text}' is no op", node.name, help_text)
        parts = node.parts
        op = kind(parent=parent, place=self.span(node))
        if node.results is not None:
            op.results = self.typed(node.results, op)
        if node.symbol is not None:
            op.symbol = name_of(node.symbol)
            self.name(op.symbol, node.symbol)
        for part in parts.values():
            setting = _SETTINGS.get(part.kind)
            if setting is not None:
                setattr(op, setting, part.items)
        if "region" in parts:
            op.region = Region(parent=op)
        if "operands" in parts:
            self.uses.append((op, parts["operands"].items))
        if "takes" in parts:
            self.takes(op, parts["takes"])
        return op

    def takes(self, op: Op, part: Part) -> None:
        """The arguments of the region of ``op``."""
        if op.region is None:
            self.report("SKV108", "'takes' names what enters a region, and the op has none", part, "add { … }")
            self.typed(part, Region())
        else:
            op.region.arguments = self.typed(part, op.region)

    def typed(self, part: Part, owner: Op | Region) -> list[Value]:
        """New values of results or arguments."""
        made: list[Value] = []
        for token, name, its_type in part.items:
            value = Value(name, its_type, owner)
            made.append(value)
            self.values[name] = value
            self.name(name, token)
        return made

    def name(self, name: str, token: Token) -> None:
        """A name of the skill; SKV121 where it is one already."""
        known = self.names.setdefault(name, token)
        if known is token:
            return
        first, second = sorted((known, token), key=lambda either: either.start_pos)
        self.names[name] = first
        notes = (Note("the first is here", self.span(first)),)
        help_text = "values and symbols of a skill share one namespace: give one of the two another name"
        self.report("SKV121", f"a second thing of the skill is called '{name}'", second, help_text, notes)

    def resolve(self) -> None:
        """Find the value of each operand by its name; SKV120 where there is none."""
        for op, tokens in self.uses:
            for token in tokens:
                name = name_of(token)
                value = self.values.get(name)
                if value is not None:
                    op.operands.append(value)
                else:
                    self.undefined(name, token)

    def undefined(self, name: str, token: Token) -> None:
        """SKV120, with what may have been meant."""
        if name in self.names:
            help_text = f"'{self.names[name].text}' has no result to use; to run behind it write after [@{name}]"
        else:
            help_text = (
                nearest(f"%{name}", [f"%{known}" for known in self.values])
                or "give it to the op that makes it: %name: type = …"
            )
        self.report("SKV120", f"undefined value '{token.text}'", token, help_text)


_SETTINGS = {
    "attributes": "attributes",
    "after": "after",
    "needs": "needs",
    "by": "origin",
    "from": "citations",
}
"""Where the parts of a header go that are values already."""
