"""The verifier's part on edits: each well-formed, none in the way of another, nothing left dangling or unworded."""

from bisect import bisect_right
from collections.abc import Iterable

from attrs import define, field

from .edits import Edit, EditKind, Side
from .effects import OpRole
from .module import Skill
from .op import Name, Op, Range
from .verify_findings import Findings, counted, nearest
from .verify_names import Names, called
from .verify_text import RangeCheck
from .walk import enclosing

Interval = tuple[int, int, int]
"""Source, first byte, and the byte behind the last."""

_WORDED_ROLES = (OpRole.STEP, OpRole.RULE, OpRole.JUMP)
_DELETED = (EditKind.DELETE,)
_GONE = (EditKind.DELETE, EditKind.MOVE)
_REWRITTEN = (EditKind.DELETE, EditKind.REPLACE)


@define(eq=False)
class EditCheck:
    """The checks of one skill's edits; ``run`` first, then ``references`` once every skill has run."""

    found: Findings
    names: Names
    ranges: RangeCheck
    live: list[Edit] = field(factory=list[Edit])
    extents: dict[Edit, list[Interval]] = field(factory=dict[Edit, list[Interval]])

    def run(self, skill: Skill) -> None:
        """Check all edits and what they word: SKV260 to SKV268."""
        if skill.edits:
            self.live = skill.live_edits()
            by_number: dict[int, Edit] = {}
            for edit in skill.edits:
                self._edit(edit)
                self._supersedes(edit, by_number)
                if edit.number in by_number:
                    message = f"e{edit.number} is given twice"
                    self.found.at_edit("SKV260", edit, message, f"e{edit.number}", help="edits have unique numbers")
                by_number[edit.number] = edit
            self._overlaps()
            self._fields()
        if skill.edits or self.names.made:
            self._wording(skill)

    def cover(self, kinds: tuple[EditKind, ...]) -> list[Interval]:
        """The bytes that live edits of these kinds name, merged."""
        return merged(part for edit in self.live if edit.kind in kinds for part in self.extents[edit])

    def _edit(self, edit: Edit) -> None:
        rule = _RULES[edit.kind]
        kind = edit.kind.value
        count = len(edit.ranges)
        new_file = edit.kind is EditKind.INSERT and edit.side is Side.INTO and not count and bool(edit.target)
        if not rule.least <= count <= rule.most and not new_file:
            wanted = {(0, 0): "none", (1, 1): "one"}.get((rule.least, rule.most), "at least one")
            self.found.at_edit("SKV262", edit, f"'{kind}' names {counted(count, 'range')}, wanted {wanted}", kind)
        for what, is_there, wanted in (
            ("content", edit.content is not None, rule.content),
            ("target", bool(edit.target), rule.target),
            ("side", edit.side is not None, rule.side),
        ):
            if wanted is not None and is_there is not wanted and not (new_file and what == "target"):
                message = f"'{kind}' has {'no' if wanted else 'a'} {what}, wanted {'one' if wanted else 'none'}"
                self.found.at_edit("SKV262", edit, message, kind, help=rule.form)
        if rule.text_only and edit.content is not None and not isinstance(edit.content, str):
            self.found.at_edit("SKV262", edit, f"the content of '{kind}' is a list, wanted a string", "with")
        if not edit.origin.pass_name or not edit.origin.reason:
            self.found.at_edit("SKV262", edit, f"e{edit.number} does not say which pass made it and what for", kind)
        self._ranges(edit)
        self._target(edit)
        if isinstance(edit.content, tuple):
            self._content(edit, edit.content)

    def _ranges(self, edit: Edit) -> None:
        extents = self.extents[edit] = []
        for cited in edit.ranges:
            if cited.skill:
                message = f"{cited} is another skill's; an edit changes the bytes of its own"
                self.found.at_edit("SKV262", edit, message, str(cited))
                continue
            wrong = self.ranges.wrong(cited, anchor=edit.kind is EditKind.INSERT)
            if wrong:
                self.found.at_edit(wrong[0], edit, wrong[1], str(cited), help=wrong[2])
                continue
            interval = self.ranges.interval(cited)
            if interval is not None:
                extents.append(interval)
        if edit.kind is EditKind.MOVE and extents != sorted(extents):
            self.found.at_edit("SKV262", edit, "the pieces of 'move' are not in source order", "move")

    def _target(self, edit: Edit) -> None:
        target = edit.target
        if edit.kind in (EditKind.MOVE, EditKind.INSERT) and (target.startswith("/") or ".." in target.split("/")):
            message = f"'{edit.kind.value}' goes to {target!r}, wanted a path inside the skill's folder"
            self.found.at_edit("SKV262", edit, message, "", "to" if edit.kind is EditKind.MOVE else "into")
        if edit.kind is EditKind.KEEP and target and edit in self.live and self.names.knows(Name(target)):
            message = f"e{edit.number} keeps the text of {target}, which is still there"
            self.found.at_edit("SKV266", edit, message, target, help="'keep' is for ops that are gone; drop the edit")

    def _content(self, edit: Edit, content: tuple[Name, ...] | tuple[Range, ...]) -> None:
        if not content:
            self.found.at_edit("SKV262", edit, f"e{edit.number} has an empty list as content", "with")
        live = edit in self.live
        for item in content:
            if isinstance(item, Range):
                wrong = self.ranges.wrong(item)
                if wrong:
                    self.found.at_edit(wrong[0], edit, wrong[1], str(item), "with", wrong[2])
            elif live:
                self._worded_op(edit, item)

    def _worded_op(self, edit: Edit, name: Name) -> None:
        op = self.names.op(name)
        if op is None or op not in self.names.first:
            help = nearest(name.text, self.names.spellings()) or "an edit words ops of the flow"
            message = f"e{edit.number} words {name}, which is no op of the flow"
            self.found.at_edit("SKV266", edit, message, name.text, "with", help)
        elif op.origin is None:
            message = f"e{edit.number} words {name}, which no pass has made or changed"
            self.found.at_edit("SKV266", edit, message, name.text, "with", "give the op its 'by PASS for \"reason\"'")
        elif op.origin.plan:
            message = f"e{edit.number} words {name}, which is for the plan alone"
            self.found.at_edit("SKV266", edit, message, name.text, "with", "drop 'plan' from the op, or the op here")

    def _supersedes(self, edit: Edit, earlier: dict[int, Edit]) -> None:
        for number in edit.was:
            old = earlier.get(number)
            if old is None:
                message = f"e{edit.number} supersedes e{number}, which is not an earlier edit"
                self.found.at_edit("SKV261", edit, message, f"e{number}", "was")
            elif not self._covers(edit, old):
                message = f"e{edit.number} supersedes e{number}, but does not cover all it changed"
                self.found.at_edit("SKV269", edit, message, f"e{number}", "was", f"name all bytes of e{number} as well")

    def _covers(self, edit: Edit, old: Edit) -> bool:
        if old.kind is EditKind.SET:
            return edit.kind is EditKind.SET and edit.target == old.target
        return not uncovered(self.extents[old], merged(self.extents[edit]))

    def _overlaps(self) -> None:
        """Live edits do not overlap; what lies wholly inside a moved piece is carried along with it."""
        pieces: list[tuple[int, int, int, Edit]] = []
        for edit in self.live:
            for source, start, end in self.extents[edit]:
                if edit.kind is EditKind.INSERT:
                    start = end = start if edit.side is Side.BEFORE else end
                pieces.append((source, start, end, edit))
        pieces.sort(key=lambda piece: piece[:3])
        open_pieces: list[tuple[int, int, int, Edit]] = []
        for piece in pieces:
            source, start, end, edit = piece
            # A piece that ends where this one begins is behind us; an insertion there is between the two.
            open_pieces = [one for one in open_pieces if one[0] == source and one[2] > start]
            for other in open_pieces:
                if not _may_share(piece, other):
                    self._overlap(edit, other[3], max(start, other[1]), min(end, other[2]))
                    break
            if end > start:
                open_pieces.append(piece)

    def _overlap(self, edit: Edit, other: Edit, start: int, end: int) -> None:
        later, earlier = (edit, other) if edit.number >= other.number else (other, edit)
        what = f"bytes {start} to {end}" if end > start else f"byte {start}"
        if later is earlier:
            self.found.at_edit("SKV263", later, f"e{later.number} names {what} twice", f"e{later.number}")
            return
        message = f"e{later.number} and e{earlier.number} both change {what}"
        help = f"supersede it: name all its bytes and say 'was [e{earlier.number}]'"
        self.found.at_edit("SKV263", later, message, f"e{later.number}", help=help)

    def _fields(self) -> None:
        seen: dict[str, Edit] = {}
        for edit in self.live:
            if edit.kind is EditKind.SET:
                if edit.target in seen:
                    message = f"e{edit.number} and e{seen[edit.target].number} both set '{edit.target}'"
                    help = f"say 'was [e{seen[edit.target].number}]'"
                    self.found.at_edit("SKV268", edit, message, "", "set", help)
                seen[edit.target] = edit

    def _wording(self, skill: Skill) -> None:
        """What a pass made is worded, and what lost all its bytes to a ``delete`` is worded elsewhere."""
        worded = {op for edit in self.live for name in edit.worded if (op := self.names.op(name)) is not None}
        for op in self.names.made:
            if op.signature.role in _WORDED_ROLES and not _is_worded(op, worded):
                reason = op.origin.pass_name if op.origin else ""
                message = f"{called(op)} was made by {reason}, but no live edit words it"
                self.found.at_op("SKV267", op, message, "by", help="add an edit 'with' it, or mark the op 'plan'")
        deleted = self.cover(_DELETED)
        if not deleted:
            return
        for op in skill.flow.walk():
            if self._lost(op, deleted) and not _is_worded(op, worded) and not (op.origin and op.origin.plan):
                message = f"all bytes that {called(op)} cites are deleted, but it is still in the flow"
                self.found.at_op("SKV265", op, message, "from", help="erase the op, or word it in another edit")

    def _lost(self, op: Op, deleted: list[Interval]) -> bool:
        """True when ``op`` cites something and all of it is deleted; a group lives as long as anything in it."""
        cited = [part for each in op.citations if (part := self.ranges.interval(each)) is not None]
        if not cited or len(cited) < len(op.citations) or uncovered(cited, deleted):
            return False
        if op.signature.role is not OpRole.GROUP or op.region is None:
            return True
        inner = [each for below in op.region.walk() for each in below.citations]
        parts = [part for each in inner if (part := self.ranges.interval(each)) is not None]
        return not uncovered(parts, deleted)

    def references(self, skill: Skill, others: "dict[str, EditCheck]") -> None:
        """What a live reference points to must stay where it is: SKV264."""
        rewritten = self.cover(_REWRITTEN)
        for reference in skill.references:
            target = reference.target
            if not isinstance(target, Range):
                continue
            there = others.get(target.skill, self) if target.skill else self
            goal = there.ranges.interval(Range(target.block, target.start, target.length))
            own = self.ranges.interval(reference.range)
            gone = there.cover(_GONE)
            if goal is None or own is None or not gone or uncovered([goal], gone) or touches(own, rewritten):
                continue
            if there is self and self._moved_together(own, goal):
                continue
            edit = next(edit for edit in there.live if edit.kind in _GONE and touches(goal, there.extents[edit]))
            verb = "deletes" if edit.kind is EditKind.DELETE else "moves"
            message = f"the reference goes to {target}, which e{edit.number} {verb}"
            help = f"edit {reference.range} as well, or leave {target} where it is"
            self.found.at_reference("SKV264", reference, message, str(target), help)

    def _moved_together(self, own: Interval, goal: Interval) -> bool:
        moves = [self.extents[edit] for edit in self.live if edit.kind is EditKind.MOVE]
        return any(touches(own, extents) and touches(goal, extents) for extents in moves)


@define(frozen=True)
class _Rule:
    """What an edit of a kind has: how many ranges, and whether content, target and side (None: as it likes)."""

    form: str
    least: int = 1
    most: int = 1 << 30
    content: bool | None = True
    target: bool = False
    side: bool = False
    text_only: bool = False


_RULES: dict[EditKind, _Rule] = {
    EditKind.REPLACE: _Rule("write: replace [ranges] with content"),
    EditKind.DELETE: _Rule("write: delete [ranges]", content=False),
    EditKind.MOVE: _Rule('write: move [ranges] to "path"', content=None, target=True, text_only=True),
    EditKind.INSERT: _Rule("write: insert after [range] with content", most=1, side=True),
    EditKind.SET: _Rule('write: set "field" with "value"', least=0, most=0, target=True, text_only=True),
    EditKind.KEEP: _Rule("write: keep [ranges] of %op", content=False, target=True),
}


def merged(parts: Iterable[Interval]) -> list[Interval]:
    """The same bytes as sorted intervals that do not touch."""
    result: list[Interval] = []
    for source, start, end in sorted(parts):
        if result and result[-1][0] == source and start <= result[-1][2]:
            result[-1] = (source, result[-1][1], max(end, result[-1][2]))
        else:
            result.append((source, start, end))
    return result


def uncovered(parts: Iterable[Interval], cover: list[Interval]) -> list[Interval]:
    """Those of ``parts`` that no one interval of the merged ``cover`` holds."""
    return [part for part in parts if not _held(part, cover)]


def _held(part: Interval, cover: list[Interval]) -> bool:
    # Intervals that do not touch: only the last one that begins at or before the part can hold it.
    at = bisect_right(cover, part[:2], key=lambda one: one[:2])
    return at > 0 and cover[at - 1][0] == part[0] and part[2] <= cover[at - 1][2]


def touches(part: Interval, cover: list[Interval]) -> bool:
    """True when ``part`` and ``cover`` have a byte in common."""
    return any(one[0] == part[0] and one[1] < part[2] and part[1] < one[2] for one in cover)


def _may_share(piece: tuple[int, int, int, Edit], other: tuple[int, int, int, Edit]) -> bool:
    """True when ``piece`` may overlap ``other``, which begins at the same byte or before it."""
    one, two = piece[3].kind, other[3].kind
    if one is EditKind.KEEP and two is EditKind.KEEP:
        return True
    if one is EditKind.INSERT and piece[1] <= other[1]:
        return True
    if two is EditKind.MOVE and one is not EditKind.MOVE:
        return piece[2] <= other[2]
    return one is EditKind.MOVE and two is not EditKind.MOVE and piece[1] == other[1] and other[2] <= piece[2]


def _is_worded(op: Op, worded: set[Op]) -> bool:
    return op in worded or any(holder in worded for holder in enclosing(op))
