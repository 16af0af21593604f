"""What CommonMark says about one line: where it stands in its containers and which block it opens.

Facts: the CommonMark specification 0.31.2 (sections 2, 4 and 5) and, for tables, GFM 0.29 (section 4.10). Lines are
bytes without their line end; everything that gives structure is ASCII, so nothing is decoded. Repetitions are
possessive wherever two of them could share a blank: no input makes a rule look at a byte more than a few times.
"""

import re

from attrs import define, field

SPACES = re.compile(rb"[ \t]*")
HEADING = re.compile(rb"#{1,6}(?=[ \t]|$)")
UNDERLINE = re.compile(rb"(?:=+|-+)$")
BREAK = re.compile(rb"(?:(?:\*[ \t]*+){3,}|(?:-[ \t]*+){3,}|(?:_[ \t]*+){3,})$")
MARKER = re.compile(rb"(?:[-+*]|([0-9]{1,9})[.)])(?=[ \t]|$)")
TASK = re.compile(rb"\[([ xX])\](?=[ \t]|$)")
FENCE = re.compile(rb"(`{3,}+(?!.*`)|~{3,}+)[ \t]*([^ \t]*)")
PIPE = re.compile(rb"(?<!\\)\|")
DELIMITER = re.compile(rb"\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)*+\|?$")

# Section 4.6: what opens an HTML block of the kinds 1 to 5, and what closes it.
HTML = (
    (
        re.compile(rb"<(?:script|pre|style|textarea)(?:[ \t>]|$)", re.I),
        re.compile(rb"</(?:script|pre|style|textarea)>", re.I),
    ),
    (re.compile(rb"<!--"), re.compile(rb"-->")),
    (re.compile(rb"<\?"), re.compile(rb"\?>")),
    (re.compile(rb"<![A-Za-z]"), re.compile(rb">")),
    (re.compile(rb"<!\[CDATA\["), re.compile(rb"\]\]>")),
)
# Kinds 6 and 7 of the same section: a line that begins with a tag of HTML's block elements, and a line that is one tag.
# Skills mark their parts with XML tags: names may hold what XML allows (``<anti_patterns>``), not only what HTML does.
BLOCK_TAG = re.compile(
    rb"</?(?:address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|"
    rb"dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|"
    rb"menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|"
    rb"track|ul)(?:[ \t]|/?>|$)",
    re.I,
)
_TAG_NAME = rb"[A-Za-z][A-Za-z0-9_.:-]*+"
WHOLE_TAG = re.compile(
    rb"(?:<" + _TAG_NAME + rb"(?:[ \t]++[A-Za-z_:][A-Za-z0-9:._-]*+"
    rb"(?:[ \t]*+=[ \t]*+(?:[^\"'=<>` \t]++|'[^']*+'|\"[^\"]*+\"))?+)*+[ \t]*+/?>|</" + _TAG_NAME + rb"[ \t]*+>)$"
)

# Section 4.7, over the lines of a paragraph joined by line feeds.
_LABEL = rb"\[(?=[ \t\n]*+[^\] \t\n])((?:[^\\\[\]]|\\[\s\S]){1,3996}+)\]:"
_DESTINATION = rb"(<(?:[^<>\n\\]|\\[^\n])*+>|[^<\x00-\x20\x7f][^\x00-\x20\x7f]*+)"
_TITLE = rb"(?:\"(?:[^\"\\]|\\[\s\S])*+\"|'(?:[^'\\]|\\[\s\S])*+'|\((?:[^()\\]|\\[\s\S])*+\))"
_GAP = rb"(?>[ \t]*\n?[ \t]*)"
DEFINITION = re.compile(
    _LABEL + _GAP + _DESTINATION + rb"(?:(?=[ \t\n])" + _GAP + _TITLE + rb"[ \t]*+(?=\n|\Z)|[ \t]*+(?=\n|\Z))\n?"
)
_PARENTHESIS = re.compile(rb"\\.|([()])", re.S)


@define
class Cursor:
    """A place in a line, moved over the markers and the indentation of the containers around its content.

    ``position`` is the first byte not yet used and ``column`` where it would stand on paper; ``spare`` are the columns
    of a tab that is used in part. ``start`` is the first byte that is no blank, ``indent`` the columns up to it.
    """

    text: bytes
    position: int = 0
    column: int = 0
    spare: int = 0
    start: int = field(init=False)
    indent: int = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._look()

    @property
    def blank(self) -> bool:
        """True when nothing but blanks is left."""
        return self.start == len(self.text)

    def skip(self, length: int) -> None:
        """Move behind the indentation and the ``length`` bytes of a marker."""
        self.column += self.indent + length
        self.position = self.start + length
        self.spare = 0
        self._look()

    def take(self, columns: int) -> None:
        """Move over at most ``columns`` columns of blanks."""
        columns = min(columns, self.indent)
        while columns:
            if not self.spare:
                self.spare = 4 - self.column % 4 if self.text[self.position] == 9 else 1
                self.position += 1
            used = min(columns, self.spare)
            self.spare -= used
            self.column += used
            columns -= used
        self._look()

    def take_quote(self) -> bool:
        """Move behind a quote's ``>`` and the blank after it; False when there is none."""
        if self.indent > 3 or self.text[self.start : self.start + 1] != b">":
            return False
        self.skip(1)
        self.take(1)
        return True

    def take_item(self, width: int) -> bool:
        """Move behind the ``width`` columns by which an item's lines are indented; a blank line needs none."""
        if self.indent < width and not self.blank:
            return False
        self.take(width)
        return True

    def take_marker(self, marker: re.Match[bytes]) -> int:
        """Move behind an item's ``marker``; gives the columns by which the item's further lines are indented."""
        length = marker.end() - marker.start()
        width = self.indent + length
        self.skip(length)
        # Five blanks or more are one blank and the indentation of a code block.
        after = 1 if self.blank or self.indent > 4 else self.indent
        self.take(after)
        return width + after

    def _look(self) -> None:
        text, position = self.text, self.position
        if text[position : position + 1] > b" ":
            self.start, self.indent = position, self.spare
            return
        start = SPACES.match(text, position).end()  # pyright: ignore[reportOptionalMemberAccess]
        self.start = start
        if start == position or b"\t" not in text[position:start]:
            self.indent = self.spare + start - position
            return
        column = self.column + self.spare
        for byte in text[position:start]:
            column += 4 - column % 4 if byte == 9 else 1
        self.indent = column - self.column


def definition_end(text: bytes, start: int) -> int:
    """Where the link reference definition at ``start`` of a paragraph's text ends, its line end included; ``start``
    when there is none."""
    found = DEFINITION.match(text, start)
    if found is None or len(found[1].decode()) > 999:
        return start
    depth = 0
    for parenthesis in _PARENTHESIS.finditer(found[2] if found[2][:1] != b"<" else b""):
        depth += {b"(": 1, b")": -1}.get(parenthesis[1], 0)
        if depth < 0:
            return start
    return start if depth else found.end()


def is_table_head(head: bytes, delimiter: bytes) -> bool:
    """True when the line ``head`` and the line ``delimiter`` below it begin a table: as many cells here as there."""
    if b"|" not in head or not DELIMITER.match(delimiter):
        return False
    return _cells(head) == _cells(delimiter)


def _cells(row: bytes) -> int:
    row = row.strip(b" \t")
    pipes = len(PIPE.findall(row))
    return pipes + 1 - row.startswith(b"|") - (len(row) > 1 and row.endswith(b"|") and not row.endswith(b"\\|"))
