"""A text that the compiler reads, and places in it; all offsets are bytes."""

from bisect import bisect_right
from functools import cached_property

from attrs import frozen


@frozen(slots=False)
class Source:
    """One input text: ``path`` as it is shown to people, ``data`` its bytes (UTF-8)."""

    path: str
    data: bytes

    @cached_property
    def line_starts(self) -> list[int]:
        """Byte offset of the first byte of each line."""
        starts = [0]
        find = self.data.find
        at = find(b"\n")
        while at >= 0:
            starts.append(at + 1)
            at = find(b"\n", at + 1)
        return starts

    def line_of(self, offset: int) -> int:
        """The line that holds byte ``offset``, counted from 1."""
        return bisect_right(self.line_starts, max(offset, 0))

    def column_of(self, offset: int) -> int:
        """The column of byte ``offset`` in its line, in characters, counted from 1."""
        start = self.line_starts[self.line_of(offset) - 1]
        return len(self.data[start:offset].decode("utf-8", "replace")) + 1

    def line_text(self, line: int) -> str:
        """Line number ``line`` (from 1) without its line end."""
        starts = self.line_starts
        end = starts[line] if line < len(starts) else len(self.data)
        return self.data[starts[line - 1] : end].decode("utf-8", "replace").rstrip("\r\n")


@frozen
class Span:
    """The bytes ``start`` to ``end`` (exclusive) of ``source``."""

    source: Source
    start: int
    end: int

    @property
    def line(self) -> int:
        """Line of the first byte, from 1."""
        return self.source.line_of(self.start)

    @property
    def column(self) -> int:
        """Column of the first byte in characters, from 1."""
        return self.source.column_of(self.start)
