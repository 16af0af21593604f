"""Jumps that prose makes: "return to Phase 1", "repeat until it passes", "skip to the fallback below"."""

import re
from itertools import zip_longest

from attrs import define, field

from ..grammar.block import Block
from .control_ops import Aside, Back, Do, Go, Seq
from .declaration_ops import Remark
from .lift_build import Builder
from .lift_plan import Plan
from .module import Reference
from .op import Attribute, Name, Op, Range, Region, Value

MAXIMUM_JUMPS = 1_000
"""Jumps of one skill that are looked into; nobody follows more of them."""

_PLACE = (
    r"(?:the\s+)?(?:\*\*|`)?(?:(?P<word>step|phase|stage)\s+(?P<number>\d+(?:\.\d+)*[a-z]?)\b"
    r"|(?P<title>[A-Za-z][\w -]{2,50}?)(?:\*\*|`)?\s+(?:below|above|section|path|phase|step)\b)"
)
_JUMP = re.compile(
    r"\b(?P<how>return(?:ing)?|go back|loop back|jump back|fall back|back|start over|restart|go|proceed|skip|jump"
    r"|continue)"
    r"(?:\s+(?:on|directly|straight|ahead|immediately|forward|again))?\s+(?:to|from|at|with)\s+" + _PLACE,
    re.I,
)
_BACKWARD = frozenset({"return", "returning", "go back", "loop back", "jump back", "back", "start over", "restart"})
_REPEAT_STEPS = re.compile(r"\brepeat\s+(?:from\s+)?(?P<word>step|phase|stage)s?\s+(?P<number>\d+(?:\.\d+)*)\b", re.I)
_REPEAT_UNTIL = re.compile(
    r"\b(?:repeat|iterate|loop|keep going|retry)\b[^.;\n]{0,40}?\buntil\s+(?P<until>[^.;\n]{3,120})", re.I
)
_MENTION = re.compile(r"\b(?P<word>step|phase|stage)\s+(?P<number>\d+(?:\.\d+)*[a-z]?)\b", re.I)
_WHEN = re.compile(r"\b(?:if|when|where|unless)\s+([^,;:.\n]{3,120})", re.I)
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10, "once": 1, "twice": 2}
_AT_MOST = re.compile(
    r"\b(?:at most|up to|max(?:imum)?(?: of)?|no more than|(?:give\s+up|stop|abort|quit)\s+after)\s+"
    r"(?:(?P<times>once|twice)\b|(?P<count>\d{1,3}|one|two|three|four|five|six|ten)\s+"
    r"(?:failed\s+|more\s+)?(?:times|attempts?|iterations?|tries|rounds?|cycles?))",
    re.I,
)
_CUE = re.compile(r"\b(?:step|phase|stage|repeat|iterate|loop|retry|below|above|section)", re.I)
_TELLING = re.compile(r"[a-z0-9]{3,}")


@define(eq=False)
class Jumps:
    """Finds jumps in the leaves that steps own, and puts them behind the steps."""

    builder: Builder
    owners: dict[int, tuple[Plan, Op]]
    numbered: dict[tuple[str, str], list[Op]] = field(factory=dict[tuple[str, str], list[Op]])
    titled: list[tuple[set[str], Op]] = field(factory=list[tuple[set[str], Op]])
    order: dict[int, int] = field(factory=dict[int, int])
    count: int = 0

    def run(self, leaves: list[Block]) -> None:
        """Add a jump for each one that ``leaves`` (in document order) word; one that leads nowhere is a remark."""
        for plan, op in self.builder.made:
            if isinstance(op, Aside):
                self.titled.append((set(_TELLING.findall(plan.title.lower())), op))
            if plan.number:
                self.numbered.setdefault((plan.word, plan.number), []).append(op)
        self.order = {id(op): at for at, op in enumerate(self.builder.region.walk())}
        for leaf in leaves:
            owner = self.owners.get(leaf.number)
            if owner is not None and _CUE.search(self.builder.reader.text(leaf)):
                self._leaf(leaf, owner[0], owner[1])

    def _leaf(self, leaf: Block, plan: Plan, op: Op) -> None:
        reader = self.builder.reader
        line = plan.line if plan.line is not None and plan.line.block is leaf else reader.line(leaf)
        text = reader.text(leaf)
        sentences = list(reader.sentences(line))
        for (start, end), follower in zip_longest(sentences, sentences[1:]):
            sentence = text[start:end]
            # "Go back to step 2. Give up after three rounds."
            counted = text[start : follower[1]] if follower is not None else sentence
            cited = reader.cite(leaf, start, end)
            jump = _JUMP.search(sentence)
            repeat = _REPEAT_STEPS.search(sentence) or _REPEAT_UNTIL.search(sentence)
            self.count += bool(repeat or jump)
            if self.count > MAXIMUM_JUMPS:
                return
            if repeat:
                self._repeat(repeat, sentence, counted, cited, op)
            elif jump:
                self._jump(jump, sentence, counted, cited, op)
            self._mentions(leaf, start, sentence)

    def _jump(self, match: re.Match[str], sentence: str, counted: str, cited: Range, op: Op) -> None:
        backward = match["how"].lower() in _BACKWARD
        target = self._numbered(match, op) if match["number"] else self._titled(match["title"])
        if target is None:
            called = f"{match['word']} {match['number']}".lower() if match["number"] else f"{match['title'].lower()!r}"
            self._missed(f"found no one place that is {called}", cited)
            return
        self._place(target, op, cited, _condition(sentence, match), _count(counted), backward)

    def _repeat(self, match: re.Match[str], sentence: str, counted: str, cited: Range, op: Op) -> None:
        groups = match.groupdict()
        target = self._numbered(match, op) if groups.get("number") else _enclosing(op)
        if target is None:
            self._missed("nothing that is to be repeated", cited)
            return
        until = (groups.get("until") or "").strip()
        when = f"not ({_tidy(until)})" if until else _condition(sentence, match)
        self._place(target, op, cited, when, _count(counted), True)

    def _numbered(self, match: re.Match[str], op: Op) -> Op | None:
        """The step of that number: the one beside the jump where several lists count alike."""
        found = self.numbered.get((match["word"].lower(), match["number"].lower()), [])
        if len(found) < 2:
            return found[0] if found else None
        around = set(map(id, _regions(op)))
        near = [one for one in found if id(one.parent) in around]
        return near[0] if len(near) == 1 else None

    def _titled(self, title: str) -> Op | None:
        """The one group off the path whose title has all telling words of ``title``, first come of a common start."""
        wanted = set(_TELLING.findall(title.lower())) - {"the", "your"}
        found = [op for words, op in self.titled if wanted and wanted <= words]
        return found[0] if len(found) == 1 else None

    def _place(self, target: Op, op: Op, cited: Range, when: str, at_most: int, backward: bool) -> None:
        attributes: dict[str, Attribute] = {}
        if when:
            attributes["when"] = when
        name = self.builder.names.take(f"to {target.label or ''}", "jump")
        if isinstance(target, Aside):
            if target not in _ancestors(op):
                _insert(
                    Go(symbol=name, attributes={"to": Name(f"@{target.symbol}"), **attributes}, citations=(cited,)), op
                )
            return
        encloses = target in _ancestors(op) or target is op
        before = self.order.get(id(target), 0) < self.order.get(id(op), 0)
        if not (encloses or before):
            if backward or not _follows(target, op):
                self._missed("a jump forward that leaves steps out stays prose", cited)
            return
        if not encloses and not _is_visible(target, op):
            self._missed("a jump into a branch stays prose", cited)
            return
        if at_most:
            attributes["at_most"] = at_most
        operands: list[Value] = []
        if when.lower() == "not" and op.results:
            # "If not, go back": what has just been checked does not hold.
            operands, attributes["when"] = [op.results[0]], "not $0"
        group = self._as_group(target)
        _insert(
            Back(
                symbol=name,
                operands=operands,
                attributes={"to": Name(f"@{group.symbol}"), **attributes},
                citations=(cited,),
            ),
            op,
        )

    def _as_group(self, op: Op) -> Op:
        """``op`` where it is a named group, else a new group around it."""
        if isinstance(op, Seq):
            return op
        region = op.parent
        assert region is not None, "an op of the flow stands in a region"
        group = Seq(
            symbol=self.builder.names.take(f"again {op.symbol}", "again"), citations=op.citations, after=op.after
        )
        group.region = Region(ops=[op], parent=group)
        group.parent, op.parent, op.after = region, group.region, ()
        region.ops[region.ops.index(op)] = group
        self.order[id(group)] = self.order.get(id(op), 0)
        for (_, _), ops in self.numbered.items():
            ops[:] = [group if one is op else one for one in ops]
        return group

    def _mentions(self, leaf: Block, start: int, sentence: str) -> None:
        """A ``ref`` for every step or phase that a sentence names by its number, where there is just one such."""
        for match in _MENTION.finditer(sentence):
            found = self.numbered.get((match["word"].lower(), match["number"].lower()), [])
            if len(found) == 1 and found[0].citations and found[0].citations[0].block != leaf.number:
                cited = self.builder.reader.cite(leaf, start + match.start(), start + match.end())
                self.builder.skill.references.append(Reference(cited, Range(found[0].citations[0].block)))

    def _missed(self, message: str, cited: Range) -> None:
        note: dict[str, Attribute] = {"kind": "missed", "pass": "lift", "rule": "jump", "message": message}
        self.builder.skill.notes.append(Remark(attributes=note, citations=(cited,)))


def enter_texts(builder: Builder, asides: dict[int, Op]) -> None:
    """Put a ``do`` behind each step of the path that names a text, whose group is in ``asides`` by its first block."""
    named: dict[int, list[int]] = {}
    for reference in builder.skill.references:
        if isinstance(reference.target, Range) and reference.target.block in asides:
            named.setdefault(reference.range.block, []).append(reference.target.block)
    for plan, op in list(builder.made):
        if any(isinstance(around, Aside) for around in (op, *_ancestors(op))) or plan.line is None:
            continue
        for block in dict.fromkeys(named.get(plan.line.block.number, ())):
            target = asides[block]
            cited = (Range(plan.line.block.number),)
            name = builder.names.take(f"do {target.symbol}", "do")
            _insert(Do(symbol=name, attributes={"to": Name(f"@{target.symbol}")}, citations=cited), op)


def _insert(jump: Op, op: Op) -> None:
    """Put ``jump`` behind ``op`` (at its end, when it is a group) and chain what follows to it."""
    region, at = op.parent, -1
    if isinstance(op, Seq) and op.region is not None:
        region, at = op.region, len(op.region.ops)
    assert region is not None, "an op of the flow stands in a region"
    at = region.ops.index(op) + 1 if at < 0 else at
    while at < len(region.ops) and isinstance(region.ops[at], (Back, Go, Do)):
        at += 1
    before = region.ops[at - 1].label if at else None
    jump.parent = region
    jump.after = (before,) if before is not None else ()
    region.ops.insert(at, jump)
    label = jump.label
    if at + 1 < len(region.ops) and before is not None and label is not None:
        follower = region.ops[at + 1]
        follower.after = tuple(label if name == before else name for name in follower.after)


def _regions(op: Op) -> list[Region]:
    found: list[Region] = []
    region = op.parent
    while region is not None:
        found.append(region)
        region = region.parent.parent if region.parent is not None else None
    return found


def _ancestors(op: Op) -> list[Op]:
    return [region.parent for region in _regions(op) if region.parent is not None]


def _enclosing(op: Op) -> Op | None:
    """The nearest group around ``op``; ``op`` itself when it is one."""
    if isinstance(op, Seq):
        return op
    return next((around for around in _ancestors(op) if isinstance(around, Seq)), None)


def _is_visible(target: Op, op: Op) -> bool:
    """True when only transparent groups stand between ``target`` and a region around ``op``."""
    around = set(map(id, _regions(op)))
    region = target.parent
    while region is not None and id(region) not in around:
        if not isinstance(region.parent, Seq):
            return False
        region = region.parent.parent
    return region is not None


def _follows(target: Op, op: Op) -> bool:
    """True when ``target`` is what comes next anyway."""
    for one in (op, *_ancestors(op)):
        region = one.parent
        if region is None:
            return False
        at = region.ops.index(one)
        if at + 1 < len(region.ops):
            return region.ops[at + 1] is target
    return False


def _condition(sentence: str, jump: re.Match[str]) -> str:
    found = list(_WHEN.finditer(sentence, 0, jump.start())) or list(_WHEN.finditer(sentence, jump.end()))
    return _tidy(found[-1].group(1)) if found else ""


def _count(text: str) -> int:
    """How often at most, in digits or a word; 0 where nothing is said."""
    found = _AT_MOST.search(text)
    said = (found["times"] or found["count"]).lower() if found else "0"
    return _NUMBERS[said] if said in _NUMBERS else int(said)


def _tidy(text: str) -> str:
    return " ".join(text.replace("**", "").split()).strip(" *_")
