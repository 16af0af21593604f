"""The one way in which passes change a skill: names, links and edits stay right whatever is done.

A misuse (erasing a value that is still used, a jump left without its group) is a bug of the pass: ``ValueError``.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar, cast

from attrs import define, evolve, field

from .builder import Builder, region_of, unique_name
from .control_ops import Aside, Seq
from .declaration_ops import NOTE_OPS, Remark
from .edits import Content, Edit, EditKind, Side
from .module import Skill
from .needs import Need
from .op import Attribute, Name, Op, Origin, Range, Value
from .walk import all_ops, inside, names_of, uses

_Item = TypeVar("_Item")
Replacement = Callable[[str, Name], tuple[Name, ...]]
"""From the place a name stands in (``after``, ``binds``, ``to``, ``on``, ``of``, ``with`` …) what shall stand there."""


@define(eq=False)
class Rewriter:
    """Changes ``skill`` in the name of the pass ``pass_name``, which all it makes says (``by PASS for "reason"``)."""

    skill: Skill
    pass_name: str
    edits: list[Edit] = field(factory=list[Edit])
    """The edits made by this rewriter, in order."""

    def builder(self, reason: str, plan: bool = False, citations: Iterable[Range] = ()) -> Builder:
        """A builder whose ops say that this pass made them for ``reason``."""
        return Builder(self.skill, origin=self.origin(reason, plan), citations=tuple(citations))

    def origin(self, reason: str, plan: bool = False) -> Origin:
        """This pass, and why."""
        return Origin(self.pass_name, reason, plan)

    # ---- ops

    def insert_before(self, anchor: Op, *ops: Op) -> None:
        """Put ``ops``, which stand nowhere yet, before ``anchor``."""
        builder = Builder(self.skill).before(anchor)
        for op in ops:
            builder.place(op)

    def insert_behind(self, anchor: Op, *ops: Op) -> None:
        """Put ``ops``, which stand nowhere yet, behind ``anchor``."""
        builder = Builder(self.skill).behind(anchor)
        for op in ops:
            builder.place(op)

    def move_op(self, op: Op, *, before: Op | None = None, behind: Op | None = None) -> None:
        """Take ``op`` from where it stands and put it before or behind another op."""
        anchor = before or behind
        if anchor is None or (before is not None and behind is not None) or anchor in inside(op):
            raise ValueError("an op moves before or behind one op outside of itself")
        region_of(op).ops.remove(op)
        if before is not None:
            self.insert_before(before, op)
        else:
            self.insert_behind(anchor, op)

    def replace_op(self, old: Op, new: Sequence[Op], result_map: Mapping[Value, Value], reason: str = "") -> None:
        """Put ``new`` in the place of ``old``; its values become those of ``result_map`` wherever they are used.

        New ops that stand nowhere are placed; those without origin or citations get this pass with ``reason`` and
        the citations of ``old``; those without ``after`` get that of ``old``. Names of ``old`` become: in ``after``
        and ``binds`` and where else lists stand, all of ``new``; in ``to`` the one group of ``new``; else the last.
        """
        if not new:
            raise ValueError("an op is replaced by at least one; erase_op() takes one away")
        self._swap(old, new, result_map, reason)
        for op in new:
            if not op.after:
                op.after = old.after
        self._replace_names(old, new, all_after=True)

    def split(self, old: Op, parts: Sequence[Op], result_map: Mapping[Value, Value], reason: str = "") -> None:
        """Put ``parts``, to be done one after the other, in the place of ``old``.

        Each part without ``after`` comes after the one before, the first after what ``old`` came after. Who came after
        ``old`` comes after the last part; what bound it binds all parts.
        """
        if not parts:
            raise ValueError("an op is split into at least one part")
        self._swap(old, parts, result_map, reason)
        before: tuple[Name, ...] = old.after
        for part in parts:
            if not part.after:
                part.after = before
            before = (self.label(part),)
        self._replace_names(old, parts, all_after=False)

    def erase_op(self, op: Op, *, keep_reason: str = "", edit: Edit | None = None) -> Edit | None:
        """Take ``op`` and all in it away. What it cited is explained: by ``edit``, else by a ``keep`` with that reason.

        Who came after it comes after what it came after. Raises ``ValueError`` where a value of it is still used, a
        jump goes to it, a rule would be left to bind everything, an edit words nothing else, or nothing explains it.
        The edit that explains comes back, None where the op cites nothing.
        """
        gone = set(inside(op))
        self._refuse_uses(op, gone)
        cited = tuple(dict.fromkeys(each for one in inside(op) for each in one.citations if not each.skill))
        if cited and (edit is None) is not bool(keep_reason):
            raise ValueError(f"say why the text of {op.label or op.name} stays, or which edit changes it")
        names = {text for one in gone for text in names_of(one)}
        before = tuple(name for name in self._waits_for(op) if name.text not in names)
        self._erase_names(names, gone, before)
        region_of(op).ops.remove(op)
        op.parent = None
        if not cited or edit is not None:
            return edit if cited else None
        target = str(op.label or f"@{op.name}")
        return self.add_edit(EditKind.KEEP, cited, keep_reason, target=target)

    def set_operand(self, op: Op, index: int, value: Value) -> None:
        """Make ``value`` operand number ``index``; one behind the last adds it."""
        if index == len(op.operands):
            op.operands.append(value)
        else:
            op.operands[index] = value

    def set_attribute(self, op: Op, key: str, value: Attribute | None) -> None:
        """Set an attribute that the op's class declares, or take it away with None."""
        if key not in op.signature.attributes:
            raise ValueError(f"'{op.name}' has no attribute '{key}'")
        if value is None:
            op.attributes.pop(key, None)
        else:
            op.attributes[key] = value

    def set_after(self, op: Op, names: Iterable[Name]) -> None:
        """Make ``names`` what the op comes after, each once."""
        op.after = tuple(dict.fromkeys(names))

    def set_needs(self, op: Op, needs: Iterable[Need]) -> None:
        """Make ``needs`` what the op asks of the model."""
        op.needs = tuple(needs)

    def rename(self, what: Op | Value, name: str) -> None:
        """Call a value, or an op with a symbol, ``name`` everywhere; ``ValueError`` when the name is taken."""
        old = what.name if isinstance(what, Value) else what.symbol
        if not old or (name != old and unique_name(self.skill, name) != name):
            raise ValueError(f"cannot call {what if isinstance(what, Value) else what.name} {name!r}")
        sigil = "%" if isinstance(what, Value) else "@"
        before, now = Name(sigil + old), Name(sigil + name)
        if isinstance(what, Value):
            what.name = name
        else:
            what.symbol = name
        self._each_name({before.text}, lambda _, __: (now,))
        self.skill.references = [
            evolve(one, target=now.text) if one.target == before.text and not one.state else one
            for one in self.skill.references
        ]

    def label(self, op: Op) -> Name:
        """The name of ``op``; one that has none gets a symbol."""
        if op.label is None:
            op.symbol = unique_name(self.skill, op.name)
        return op.label or Name(f"@{op.symbol}")

    # ---- edits and notes

    def add_edit(
        self,
        kind: EditKind,
        ranges: Iterable[Range],
        reason: str,
        *,
        content: Content | None = None,
        target: str = "",
        side: Side | None = None,
        supersedes: Iterable[Edit] = (),
    ) -> Edit:
        """A new edit with the next number. The edits it ``supersedes`` are no longer live; it must cover them.

        Ops that it words are this pass's from now on, where they say nothing of who made them.
        """
        number = max((edit.number for edit in self.skill.edits), default=0) + 1
        was = tuple(sorted(edit.number for edit in supersedes))
        edit = Edit(number, kind, tuple(ranges), self.origin(reason), content, target, side, was)
        self.skill.edits.append(edit)
        self.edits.append(edit)
        worded = {name.text for name in edit.worded}
        if worded:
            for op in self.skill.flow.walk():
                if op.origin is None and not worded.isdisjoint(names_of(op)):
                    op.origin = self.origin(reason)
        return edit

    def supersede(self, old: Sequence[Edit], kind: EditKind, reason: str, *, content: Content | None = None) -> Edit:
        """An edit over all bytes that the edits ``old`` name, in their order, each range once."""
        ranges = dict.fromkeys(cited for edit in old for cited in edit.ranges)
        return self.add_edit(kind, ranges, reason, content=content, supersedes=old)

    def add_note(self, kind: type[Op], citations: Iterable[Range] = (), /, **attributes: Attribute) -> Op:
        """A note of this pass, behind those that are there."""
        if kind not in NOTE_OPS:
            raise ValueError(f"'{kind.name}' is no note")
        note = kind(attributes={"pass": self.pass_name, **attributes}, citations=tuple(citations))
        self.skill.notes.append(note)
        return note

    def remark(self, kind: str, rule: str, message: str, on: Iterable[Op] = (), citations: Iterable[Range] = ()) -> Op:
        """A remark about the ops ``on``; it cites what they cite where no ``citations`` are given."""
        ops = tuple(on)
        cited = tuple(citations) or tuple(dict.fromkeys(each for op in ops for each in op.citations))
        attributes: dict[str, Attribute] = {"kind": kind, "rule": rule, "message": message}
        labels = tuple(op.label for op in ops if op.label is not None)
        if labels:
            attributes["on"] = labels
        return self.add_note(Remark, cited, **attributes)

    # ---- names

    def _swap(self, old: Op, new: Sequence[Op], result_map: Mapping[Value, Value], reason: str) -> None:
        """Place ``new`` where ``old`` stands, take ``old`` away and put the new values in the place of its own."""
        users = uses(self.skill)
        within = set(inside(old))
        for value in old.results:
            if value not in result_map and any(user not in within for user in users.get(value, ())):
                raise ValueError(f"{value} is still used, and the replacement names no value for it")
        self.insert_before(old, *(op for op in new if op.parent is None))
        region_of(old).ops.remove(old)
        for op in new:
            op.citations = op.citations or old.citations
            op.origin = op.origin or self.origin(reason or f"{old.name} replaced")
        for value, other in result_map.items():
            for user in users.get(value, ()):
                user.operands[:] = [other if operand is value else operand for operand in user.operands]

    def _replace_names(self, old: Op, new: Sequence[Op], all_after: bool) -> None:
        old_names = set(names_of(old))
        # An op that is not named anywhere needs no name for the sake of the replacement either.
        labels: list[Name] = []

        def replacement(place: str, name: Name) -> tuple[Name, ...]:
            if not labels:
                labels.extend(self.label(op) for op in new)
            if place == "to":
                groups = [Name(f"@{op.symbol}") for op in new if isinstance(op, Seq | Aside)]
                if len(groups) != 1:
                    raise ValueError(f"a jump goes to {name}, which is replaced by {len(groups)} groups")
                return (groups[0],)
            single = place == "of" or (place == "after" and not all_after)
            return (labels[-1],) if single else tuple(labels)

        kept = {text for op in new for text in names_of(op)}
        self._each_name(old_names - kept, replacement)
        if old_names & kept and len(new) > 1:
            self._each_name(old_names & kept, replacement, skip=set(new))

    def _erase_names(self, names: set[str], gone: set[Op], before: tuple[Name, ...]) -> None:
        def replacement(place: str, name: Name) -> tuple[Name, ...]:
            if place in ("to", "of"):
                raise ValueError(f"'{place}' names {name}, which is to be erased")
            return before if place == "after" else ()

        for op in self.skill.flow.walk():
            bound = op.names("binds")
            if op not in gone and bound and all(name.text in names for name in bound):
                raise ValueError(f"{op.label} binds nothing but what is to be erased, and would bind everything")
        for edit in self.skill.live_edits():
            if edit.worded and all(name.text in names for name in edit.worded):
                raise ValueError(f"e{edit.number} words nothing but what is to be erased: supersede it first")
        self._each_name(names, replacement, skip=gone)

    def _refuse_uses(self, op: Op, gone: set[Op]) -> None:
        made = {value for one in gone for value in one.results}
        for other in self.skill.flow.walk():
            if other not in gone:
                used = next((value for value in other.operands if value in made), None)
                if used is not None:
                    raise ValueError(f"{used} of {op.label or op.name} is still used by {other.label or other.name}")

    def _waits_for(self, op: Op) -> tuple[Name, ...]:
        """What ``op`` comes after, its operands included: who came after it has to come after these."""
        makers = [value.owner for value in op.operands if isinstance(value.owner, Op)]
        flow = set(self.skill.flow.walk()) if makers else set[Op]()
        labels = [maker.label for maker in makers if maker in flow and maker.label is not None]
        return tuple(dict.fromkeys((*op.after, *labels)))

    def _each_name(self, names: set[str], replacement: Replacement, skip: set[Op] | None = None) -> None:
        """Put ``replacement`` in the place of each of ``names``, wherever an op, a note or a live edit holds it."""
        if not names:
            return
        for op in all_ops(self.skill):
            if skip and op in skip:
                continue
            if op.after:
                op.after = _replaced("after", op.after, names, replacement)
            for key, value in op.attributes.items():
                if isinstance(value, Name) and value.text in names:
                    op.attributes[key] = replacement(key, value)[-1]
                elif isinstance(value, tuple) and any(isinstance(item, Name) for item in value):
                    op.attributes[key] = _replaced(key, value, names, replacement)
        for edit in self.skill.live_edits():
            if edit.worded:
                edit.content = _replaced("with", edit.worded, names, replacement)


def _replaced(place: str, items: tuple[_Item, ...], names: set[str], replacement: Replacement) -> tuple[_Item, ...]:
    """``items`` with the replacement of each of ``names`` in its place, no name twice; the same tuple without any."""
    if not any(isinstance(item, Name) and item.text in names for item in items):
        return items
    result: list[_Item | Name] = []
    for item in items:
        found = isinstance(item, Name) and item.text in names
        for one in replacement(place, item) if found and isinstance(item, Name) else (item,):
            # A command line may say the same word twice; a set of names may not.
            if not isinstance(one, Name) or place == "run" or one not in result:
                result.append(one)
    return cast(tuple[_Item, ...], tuple(result))
