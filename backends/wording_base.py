"""What wording is made for and made of, and how text is put into Markdown unharmed."""

import re
from collections.abc import Sequence
from enum import Enum

from attrs import frozen

from ..grammar.block import Block
from ..skvm_ir.module import Skill
from ..skvm_ir.op import Op, Range


class Placement(Enum):
    """What new wording stands in: whole blocks, part of a sentence, or lines of a fence."""

    BLOCK = "block"
    INLINE = "inline"
    CODE = "code"


@frozen
class Site:
    """Where new wording goes; ``lang`` is the language of the fence for CODE."""

    placement: Placement
    lang: str = ""


@frozen
class Wording:
    """``inline`` stands in the replaced bytes of an INLINE site.

    ``lines`` (no prefix, no line end) are those of a BLOCK or CODE site; for an INLINE site blocks behind the leaf."""

    inline: str = ""
    lines: tuple[str, ...] = ()


_TICKS = re.compile(r"`+")
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def code_span(text: str) -> str:
    """``text``, one line, as inline code, whatever backticks it holds (CommonMark 0.31.2, 6.1)."""
    runs = {len(run) for run in _TICKS.findall(text)}
    width = next(size for size in range(1, len(runs) + 2) if size not in runs)
    pad = " " if text[:1] == "`" or text[-1:] == "`" or (text[:1] == text[-1:] == " " and text.strip()) else ""
    return f"{'`' * width}{pad}{text}{pad}{'`' * width}"


def fence(lang: str, lines: Sequence[str]) -> tuple[str, ...]:
    """``lines`` as a fenced block that none of them closes."""
    longest = max((len(run) for line in lines for run in _TICKS.findall(line)), default=0)
    marks = "`" * max(3, longest + 1)
    return (f"{marks}{lang}", *lines, marks)


def cell(text: str) -> str:
    """``text`` as the content of a table's cell: one line, bars escaped (GFM 0.29, 4.10)."""
    return re.sub(r"(?<!\\)\|", r"\\|", " ".join(text.split()))


def number_word(count: int) -> str:
    """``count`` as running text has it."""
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def rewritten_need(op: Op) -> str:
    """The primitive that ``op`` was made for, as its origin says; empty where none is named."""
    words = op.origin.reason.split(" ", 2) if op.origin is not None else []
    return words[1] if len(words) > 2 and words[0] in ("compensate", "substitute") else ""


def cited_text(skill: Skill, ranges: Sequence[Range]) -> str:
    """The cited bytes put together, as text."""
    return "".join(skill.text_of(cited) for cited in ranges)


def block_of(skill: Skill, op: Op, attribute: str) -> Block | None:
    """The block that the first range in ``attribute`` cites."""
    ranges = op.ranges(attribute)
    return skill.block(ranges[0].block) if ranges and not ranges[0].skill else None
