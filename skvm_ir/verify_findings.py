"""What the verifier collects while it walks a skill: findings, each with its place in the ``.sir`` or SKILL.md."""

import re
from collections.abc import Iterable

from attrs import define, field

from ..grammar.block import Block
from ..grammar.diagnostic import Diagnostic
from ..grammar.source import Span
from .edits import Edit
from .module import Reference, Skill
from .op import Op

_STRING = re.compile(rb'"(?:[^"\\\n]|\\.)*"')
_VALUE = re.compile(rb'\s*("(?:[^"\\\n]|\\.)*"|\[[^\]\n]*\]|[^\s,}\]]+)')


@define(eq=False)
class Findings:
    """The findings about one skill. Places are worked out here, so that a sound skill pays nothing for them."""

    skill: Skill
    found: list[Diagnostic] = field(factory=list[Diagnostic])

    def add(self, code: str, message: str, span: Span | None, help: str = "") -> None:
        """One finding at ``span``; without one it names the skill's first source."""
        path = "" if span or not self.skill.sources else self.skill.sources[0].source.path
        self.found.append(Diagnostic(code, message, span, help=help, path=path))

    def at_skill(self, code: str, message: str, token: str = "", help: str = "") -> None:
        """A finding about the skill itself."""
        place = self.skill.place
        self.add(code, message, narrow(place, token) if place and token else place, help)

    def at_op(self, code: str, op: Op, message: str, token: str = "", behind: str = "", help: str = "") -> None:
        """A finding about ``op``: at the first ``token`` behind ``behind`` in its header, else at what it cites."""
        place = op.place
        if place is not None:
            self.add(code, message, narrow(place, token, behind), help)
            return
        span = self.skill.place_of(op)
        while span is None and op.parent is not None and op.parent.parent is not None:
            op = op.parent.parent
            span = op.place or self.skill.place_of(op)
        self.add(code, message, span, help)

    def at_value(self, code: str, op: Op, message: str, attribute: str, help: str = "") -> None:
        """A finding about the value of ``attribute``."""
        self.at_op(code, op, message, "", f"{attribute} =", help)

    def at_block(self, code: str, block: Block, message: str, token: str = "", help: str = "") -> None:
        """A finding about ``block``: in the ``.sir`` text, else at its bytes."""
        span = narrow(block.place, token) if block.place else None
        if span is None and 0 <= block.source < len(self.skill.sources):
            span = Span(self.skill.sources[block.source].source, block.start, max(block.start, block.end))
        self.add(code, message, span, help)

    def at_edit(self, code: str, edit: Edit, message: str, token: str = "", behind: str = "", help: str = "") -> None:
        """A finding about ``edit``: in the ``.sir`` text, else at the bytes it names."""
        if edit.place is not None:
            span: Span | None = narrow(edit.place, token, behind)
        else:
            span = next((span for cited in edit.ranges if (span := self.skill.span(cited)) is not None), None)
        self.add(code, message, span, help)

    def at_reference(self, code: str, reference: Reference, message: str, token: str = "", help: str = "") -> None:
        """A finding about ``reference``: in the ``.sir`` text, else at the bytes that refer."""
        span = narrow(reference.place, token) if reference.place else self.skill.span(reference.range)
        self.add(code, message, span, help)


def narrow(place: Span, token: str, behind: str = "") -> Span:
    """The first ``token`` in ``place`` behind the first ``behind`` (both as whole words, not inside strings).

    An empty ``token`` asks for the value that follows ``behind``. ``place`` comes back where nothing is found.
    """
    data = place.source.data[place.start : place.end]
    # Strings are blanked out, so that a command that happens to hold `%x` is not taken for a use of it.
    masked = _STRING.sub(lambda match: b'"' + b" " * (len(match[0]) - 2) + b'"', data)
    start = 0
    if behind:
        found = _word(behind).search(masked)
        if found is None:
            return place
        start = found.end()
    match = _VALUE.match(data, start) if not token else _word(token).search(masked, start)
    if match is None or (not token and not behind):
        return place
    first, last = match.span(1) if not token else match.span()
    return Span(place.source, place.start + first, place.start + last)


def _word(token: str) -> re.Pattern[bytes]:
    before = r"(?<![\w%@.:/-])" if token[:1].isalnum() or token[:1] in "%@" else ""
    behind = r"(?![\w.+-]|:\d)" if token[-1:].isalnum() else ""
    return re.compile(f"{before}{re.escape(token)}{behind}".encode())


def nearest(word: str, known: Iterable[str]) -> str:
    """A help sentence with the names most like ``word``, empty when none is."""
    from difflib import get_close_matches  # only a wrong name pays for the import

    matches = get_close_matches(word, list(known), n=2, cutoff=0.6)
    return f"did you mean {' or '.join(repr(match) for match in matches)}?" if matches else ""


def counted(count: int, noun: str) -> str:
    """``1 operand``, ``2 operands``."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def listed(words: Iterable[str]) -> str:
    """``a, b or c``."""
    items = list(words)
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} or {items[-1]}"
