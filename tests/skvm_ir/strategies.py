"""Random modules of SIR for hypothesis: well-formed as text, whether or not they mean anything."""

from collections.abc import Iterator
from itertools import count

from attrs import define, field
from hypothesis import strategies as st
from skvm.grammar.block import Block, BlockKind
from skvm.grammar.source import Source
from skvm.skvm_ir.declaration_ops import DECLARATION_OPS, NOTE_OPS
from skvm.skvm_ir.dialect import OPS
from skvm.skvm_ir.edits import Edit, EditKind, Side
from skvm.skvm_ir.module import Module, Reference, Skill, SkillSource
from skvm.skvm_ir.needs import Need
from skvm.skvm_ir.op import Name, Op, Origin, Range, Region, Value
from skvm.skvm_ir.value_types import Type, TypeName

Draw = st.DrawFn
_ODD = '\\"\n\r\t\0\x1b\x7f\x85\xad\u061c\u200b\u200d\u202e\u2028\u3000\ufeff\U000e0041é中🙂{}[]()%@/:=,+# '
texts = st.text(st.one_of(st.sampled_from(_ODD), st.characters(exclude_categories=["Cs"])), max_size=12)
some_text = texts.filter(bool)
names = st.one_of(st.from_regex(r"[A-Za-z0-9_.\-]{1,8}", fullmatch=True), some_text)
words = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.\-]{0,8}", fullmatch=True)
numbers = st.integers(0, 10**6)
integers = st.integers(-(10**17), 10**17)
sigil_names = st.tuples(st.sampled_from("%@"), names).map("".join).map(Name)
ranges = st.one_of(
    st.builds(Range, numbers, skill=st.one_of(st.just(""), names)),
    st.builds(Range, numbers, numbers, numbers, st.one_of(st.just(""), names)),
)
items = st.one_of(texts, integers, st.booleans(), sigil_names, ranges)
attribute_values = st.one_of(items, st.lists(items, max_size=3).map(tuple))
plain_values = st.one_of(texts, integers, st.booleans())
needs = st.builds(
    Need, st.from_regex(r"[a-z]{1,4}\.[a-z]{1,4}", fullmatch=True), st.integers(1, 3), st.integers(0, 100)
)
origins = st.builds(Origin, words, texts, st.booleans())
_scalar_types = st.one_of(
    st.builds(Type, st.sampled_from([name for name in TypeName if name is not TypeName.LIST]), optional=st.booleans()),
    st.builds(Type, st.sampled_from([TypeName.JSON, TypeName.TABLE]), schema=texts, optional=st.booleans()),
)
types = st.recursive(
    _scalar_types,
    lambda inner: st.builds(Type, st.just(TypeName.LIST), inner, optional=st.booleans()),
    max_leaves=4,
)


@define
class _Skills:
    """Draws one skill: names are unique by a number at their end, operands are values that were drawn before."""

    draw: Draw
    numbers: Iterator[int] = field(factory=count)
    values: list[Value] = field(factory=list[Value])

    def name(self) -> str:
        return f"{self.draw(names)}{next(self.numbers)}"

    def new_values(self, least: int = 0) -> list[Value]:
        return [Value(self.name(), self.draw(types)) for _ in range(self.draw(st.integers(least, 2)))]

    def op(self, kinds: list[type[Op]], depth: int) -> Op:
        draw = self.draw
        kind = draw(st.sampled_from(kinds))
        keys = st.one_of(st.sampled_from([*kind.signature.attributes, "unknown"]), words)
        operands = draw(st.lists(st.sampled_from(self.values), max_size=2)) if self.values else []
        op = kind(
            symbol=draw(st.sampled_from(["", self.name()])),
            operands=operands,
            attributes=draw(st.dictionaries(keys, attribute_values, max_size=3)),
            after=tuple(draw(st.lists(sigil_names, max_size=2))),
            needs=tuple(draw(st.lists(needs, max_size=2))),
            origin=draw(st.one_of(st.none(), origins)),
            citations=tuple(draw(st.lists(ranges, max_size=2))),
            results=self.new_values(),
        )
        if depth < 3 and draw(st.booleans()):
            op.region = self.region(depth + 1)
            op.region.parent = op
        self.values += op.results
        return op

    def region(self, depth: int) -> Region:
        region = Region(self.new_values())
        for value in region.arguments:
            value.owner = region
        self.values += region.arguments
        region.ops = self.ops(list(OPS.values()), depth)
        for op in region.ops:
            op.parent = region
        return region

    def ops(self, kinds: list[type[Op]], depth: int) -> list[Op]:
        return [self.op(kinds, depth) for _ in range(self.draw(st.integers(0, 3)))]

    def block(self, numbers: Iterator[int], source: int, data: bytearray, depth: int) -> Block:
        draw = self.draw
        plain = draw(st.dictionaries(words, plain_values, max_size=2))
        block = Block(next(numbers), draw(st.sampled_from(BlockKind)), source, len(data), 0, plain)
        if depth < 3 and draw(st.integers(0, 3)) == 0:
            children = [self.block(numbers, source, data, depth + 1) for _ in range(draw(st.integers(1, 3)))]
            block.children = children
            for child in children:
                child.parent = block
        else:
            data += draw(texts).encode()
        block.length = len(data) - block.start
        return block

    def skill(self) -> Skill:
        draw = self.draw
        skill = Skill(self.name(), draw(st.dictionaries(st.sampled_from(["shape", "a"]), plain_values)))
        blocks = count()
        for number in range(draw(st.integers(0, 2))):
            data = bytearray()
            skill.blocks += [self.block(blocks, number, data, 0) for _ in range(draw(st.integers(0, 4)))]
            path = draw(texts)
            skill.sources.append(SkillSource(path, Source(path, bytes(data))))
        skill.declarations = self.ops(list(DECLARATION_OPS), 3)
        skill.flow = self.region(0)
        skill.references = draw(st.lists(_references, max_size=2))
        skill.edits = draw(st.lists(edits, max_size=3))
        skill.notes = self.ops(list(NOTE_OPS), 3)
        return skill


_references = st.one_of(
    st.builds(Reference, ranges, ranges),
    st.builds(Reference, ranges, names.map(lambda name: "@" + name)),
    st.builds(Reference, ranges, texts, st.sampled_from(["missing", "outside"])),
)
_content = st.one_of(texts, st.lists(sigil_names, max_size=2).map(tuple), st.lists(ranges, max_size=2).map(tuple))
_some_ranges = st.lists(ranges, max_size=2).map(tuple)


@st.composite
def _edits(draw: Draw) -> Edit:
    """An edit with what its kind asks for."""
    kind = draw(st.sampled_from(EditKind))
    edit = Edit(draw(numbers), kind, draw(_some_ranges), draw(origins), was=tuple(draw(st.lists(numbers, max_size=2))))
    if kind in (EditKind.REPLACE, EditKind.INSERT, EditKind.SET) or (kind is EditKind.MOVE and draw(st.booleans())):
        edit.content = draw(_content)
    if kind in (EditKind.MOVE, EditKind.SET):
        edit.target = draw(texts)
    if kind is EditKind.KEEP:
        edit.target = draw(sigil_names).text
    if kind is EditKind.SET:
        edit.ranges = ()
    if kind is EditKind.INSERT:
        edit.side = draw(st.sampled_from(Side))
        if edit.side is Side.INTO and draw(st.booleans()):
            edit.ranges, edit.target = (), draw(some_text)
    return edit


edits = _edits()


@st.composite
def modules(draw: Draw) -> Module:
    """A module with up to two skills; each uses all parts of the text form, with odd characters in them."""
    built = Module(target=draw(texts))
    numbers = count()
    for _ in range(draw(st.integers(0, 2))):
        built.skills.append(_Skills(draw, numbers).skill())
    return built
