"""Reads YAML into plain data with places; the only file that imports the YAML library, and only when called.

The pure Python parser is used even where the C one is installed: the two differ (tabs, marks, messages), and a
compile has to say the same on every machine. See docs/decisions/0004-yaml-library.md.
"""

import re
from typing import Any

from attrs import define, evolve, field, frozen

from .frontmatter_simple import MAX_CHARACTERS, Entry, Plain, resolve

MAX_NODES = 10_000
"""Values a frontmatter may hold, each alias counted as all it stands for: a "billion laughs" ends here."""
MAX_DEPTH = 64

_TAG = "tag:yaml.org,2002:"
_TEXT_TAGS = frozenset(["!", *(_TAG + name for name in ("str", "timestamp", "binary", "value"))])
_RESOLVED_TAGS = frozenset(_TAG + name for name in ("null", "bool", "int", "float", "merge"))
_COLLECTION_TAGS = frozenset(["!", *(_TAG + name for name in ("map", "seq", "set", "omap", "pairs"))])

_MISTAKES = (
    ("mapping values are not allowed", "a second ': ' stands in an unquoted value", "put the whole value in quotes"),
    ("found character '\\t'", "a tab stands where only spaces may", "indent with spaces instead of the tab"),
    ("found character '@'", "an unquoted value begins with '@'", "put the value in quotes"),
    ("found character '`'", "an unquoted value begins with a backtick", "put the value in quotes"),
    ("found character '%'", "an unquoted value begins with '%'", "put the value in quotes"),
    ("found unexpected end of stream", "a quote is never closed", "close the quote at the end of the value"),
    ("found unexpected document separator", "a quote is never closed", "close the quote at the end of the value"),
    ("could not find expected ':'", "a line is neither 'key: value' nor indented", "indent it, or give it a key"),
    ("found unknown escape", "an unknown escape stands in double quotes", "double the backslash, or use single quotes"),
    ("expected alphabetic or numeric", "an unquoted value begins with '*', '&' or '!'", "put the value in quotes"),
    ("found undefined tag handle", "an unquoted value begins with '!'", "put the value in quotes"),
    ("expected ',' or", "a '[' or '{' is never closed", "put the value in quotes, or close the bracket"),
    (
        "expected <block end>",
        "a line has text or an indentation that fits nothing",
        "align the keys, or put the value in quotes",
    ),
    ("expected '<document start>'", "a '...' or '%' line ends the fields early", "delete that line"),
    ("special characters are not allowed", "a control character stands in it", "delete the character"),
)


@frozen
class Finding:
    """Something to say about the characters ``start`` to ``end``; ``fatal`` when the YAML could not be read."""

    code: str
    message: str
    start: int
    end: int
    help: str
    fatal: bool = False


def read_yaml(text: str) -> tuple[list[Entry], list[Finding]]:
    """The fields of ``text`` (without the ``---`` lines) and what is amiss; a fatal finding says why there are none."""
    if len(text) > MAX_CHARACTERS:
        wanted = f"the frontmatter has {len(text)} characters, more than the {MAX_CHARACTERS} that are read"
        return [], [_fatal(wanted, 0, "move the text into the body", "SKV024")]
    import yaml

    builder = _Builder(text)
    loader: Any = None
    try:
        # A character that YAML forbids makes the constructor itself raise.
        loader = yaml.SafeLoader(text)
        while builder.fatal is None and loader.check_event():
            builder.take(loader.get_event())
    except yaml.MarkedYAMLError as error:
        builder.fatal = _explain(error, text)
    except yaml.reader.ReaderError as error:
        builder.fatal = _fatal(
            f"the frontmatter holds the control character U+{ord(text[error.position]):04X}",
            error.position,
            "delete the character",
        )
    except (ValueError, OverflowError):
        # The scanner hands escapes such as "\UFFFFFFFF" to chr() unchecked.
        at: int = loader.get_mark().index if loader is not None else 0
        builder.fatal = _fatal("an escape or a number in the frontmatter is out of range", at, "use single quotes")
    if builder.fatal is not None:
        return [], [*builder.findings, builder.fatal]
    return builder.finish()


def _fatal(message: str, at: int, help: str, code: str = "SKV020") -> Finding:
    return Finding(code, message, at, at + 1, help, fatal=True)


def _explain(error: Any, text: str) -> Finding:
    """The library's complaint as one of the usual mistakes, placed where the author has to write."""
    problem = str(error.problem or error.context or "")
    unclosed = "end of stream" in problem or "document separator" in problem
    mark = error.context_mark if unclosed and error.context_mark else error.problem_mark or error.context_mark
    at = min(mark.index, max(len(text) - 1, 0)) if mark else 0
    line = text[text.rfind("\n", 0, at) + 1 : at]
    if "mapping values" in problem and re.fullmatch(r"[\w.-]+", line):
        # A line without a colon joins the next line's key.
        problem = "could not find expected ':'"
        at = max(text.rfind("\n", 0, max(at - len(line) - 1, 0)) + 1, 0)
    known = ((message, help) for part, message, help in _MISTAKES if part in problem)
    message, help = next(known, (problem, "put the value in double quotes"))
    keys = re.findall(r"^([A-Za-z][\w-]*):", text[: at + 1], re.MULTILINE)
    example = f': {keys[-1]}: "..."' if keys and "quotes" in help else ""
    return _fatal(f"the frontmatter is not valid YAML: {message}", at, help + example)


@define(eq=False)
class _Node:
    """A value that is read, or being read while it is on the builder's stack."""

    value: Plain
    start: int
    end: int
    size: int = 1
    height: int = 1
    key: str | None = None
    """The text of a scalar, as which it serves as a key."""
    merges: bool = False
    anchor: str | None = None
    children: "list[_Node]" = field(factory=list["_Node"])
    fields: "dict[str, tuple[_Node, _Node]] | None" = None
    """Key and value of each entry of a mapping, in source order, merged ones first."""
    items: "list[_Node]" = field(factory=list["_Node"])
    """What a list holds, for ``<<``."""
    block: bool = False


@define(eq=False)
class _Builder:
    """Builds values from parser events without recursion, and stops at the limits before anything is expanded."""

    text: str
    findings: list[Finding] = field(factory=list[Finding])
    fatal: Finding | None = None
    stack: list[_Node] = field(factory=list[_Node])
    anchors: dict[str, _Node] = field(factory=dict[str, _Node])
    open_anchors: set[str] = field(factory=set[str])
    root: _Node | None = None
    documents: int = 0
    total: int = 0

    def take(self, event: Any) -> None:
        """Use the parser's next event."""
        name = type(event).__name__
        if name == "ScalarEvent":
            self._close(self._scalar(event))
        elif name in ("MappingStartEvent", "SequenceStartEvent"):
            self._open(event, mapping=name[0] == "M")
        elif name in ("MappingEndEvent", "SequenceEndEvent"):
            self._end(event)
        elif name == "AliasEvent":
            self._alias(event)
        elif name == "DocumentStartEvent":
            self.documents += 1
            self.anchors = {}
            if self.documents == 2:
                self._find("SKV025", "the frontmatter holds a second document", event, "delete the '---' or '...' line")

    def finish(self) -> tuple[list[Entry], list[Finding]]:
        """The fields of the first document."""
        root = self.root
        if root is None or (root.value is None and root.fields is None):
            return [], self.findings
        if root.fields is None:
            kind = "a list" if isinstance(root.value, list) else "text"
            wanted = f"the frontmatter is {kind}, not 'key: value' lines"
            end = self.text.find("\n", root.start)
            finding = Finding(
                "SKV022", wanted, root.start, end if end > 0 else root.end, "write name: and description:"
            )
            return [], [*self.findings, finding]
        return (
            [
                Entry(name, value.value, (key.start, key.end), (value.start, value.end), key.merges)
                for name, (key, value) in root.fields.items()
            ],
            self.findings,
        )

    def _find(self, code: str, message: str, event: Any, help: str) -> None:
        start = event.start_mark.index
        self.findings.append(Finding(code, message, start, max(event.end_mark.index, start + 1), help))

    def _count(self, size: int, depth: int, at: int) -> bool:
        self.total += size
        if self.total > MAX_NODES:
            wanted = f"the frontmatter stands for more than {MAX_NODES} values"
        elif depth > MAX_DEPTH:
            wanted = f"the frontmatter nests deeper than {MAX_DEPTH} levels"
        else:
            return True
        self.fatal = _fatal(wanted, at, "move the data into a file of the skill", "SKV024")
        return False

    def _scalar(self, event: Any) -> _Node:
        start, end = event.start_mark.index, event.end_mark.index
        value: str = event.value
        if any("\ud800" <= character <= "\udfff" for character in value):
            value = self._pairs(value, start)
        plain: Plain = value
        tag = event.tag
        if (tag is None and event.implicit[0]) or tag in _RESOLVED_TAGS:
            plain = resolve(value)
        elif tag is not None and tag not in _TEXT_TAGS:
            self._find("SKV023", f"the tag '{tag}' is unknown; the value is read as text", event, "delete the tag")
        if event.style in ("|", ">"):
            end = start + len(self.text[start:end].rstrip())
        self._count(1, len(self.stack) + 1, start)
        merges = value == "<<" and event.style is None and tag in (None, _TAG + "merge")
        return _Node(plain, start, end, key=value, merges=merges, anchor=event.anchor)

    def _pairs(self, value: str, start: int) -> str:
        """Join the escaped surrogate pairs of JSON, which YAML's escapes leave apart."""
        try:
            return value.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            self.fatal = _fatal("an escape names half a character", start, "write the character itself")
            return ""

    def _open(self, event: Any, mapping: bool) -> None:
        start = event.start_mark.index
        if event.tag is not None and event.tag not in _COLLECTION_TAGS:
            self._find(
                "SKV023", f"the tag '{event.tag}' is unknown; the value is read without it", event, "delete the tag"
            )
        node = _Node(None, start, event.end_mark.index, anchor=event.anchor, block=not event.flow_style)
        if mapping:
            node.fields = {}
        if event.anchor is not None:
            self.anchors.pop(event.anchor, None)
            self.open_anchors.add(event.anchor)
        if self._count(1, len(self.stack) + 1, start):
            self.stack.append(node)

    def _end(self, event: Any) -> None:
        node = self.stack.pop()
        # The library ends a block where the next token begins, which may be lines further down.
        node.end = event.end_mark.index if not node.block else max([node.start, *(c.end for c in node.children)])
        if node.fields is None:
            node.value = [child.value for child in node.children]
        else:
            self._fill(node)
        node.items, node.children = (node.children if node.fields is None else []), []
        if node.anchor is not None:
            self.open_anchors.discard(node.anchor)
        self._close(node)

    def _alias(self, event: Any) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        target = self.anchors.get(event.anchor)
        if target is None:
            what = "inside itself" if event.anchor in self.open_anchors else "before any '&' of that name"
            self.fatal = _fatal(f"'*{event.anchor}' stands {what}", start, "put the value in quotes, if '*' is text")
        elif self._count(target.size, len(self.stack) + target.height, start):
            self._close(evolve(target, start=start, end=end, anchor=None, merges=False))

    def _close(self, node: _Node) -> None:
        if node.anchor is not None:
            self.anchors[node.anchor] = node
        if not self.stack:
            if self.documents == 1:
                self.root = node
            return
        parent = self.stack[-1]
        parent.children.append(node)
        parent.size += node.size
        parent.height = max(parent.height, node.height + 1)

    def _fill(self, node: _Node) -> None:
        """Make the mapping of the keys and values read: own keys win over merged ones, later over earlier."""
        own: dict[str, tuple[_Node, _Node]] = {}
        merged: dict[str, tuple[_Node, _Node]] = {}
        pairs = iter(node.children)
        for key, value in zip(pairs, pairs, strict=True):
            if key.merges and self._merge(value, merged):
                continue
            name = key.key
            if name is None:
                name = self.text[key.start : key.end]
                self._note("SKV026", "a key is a list or a map, not text", key, "write the key as plain text")
            if name in own:
                self._note("SKV021", f"'{name}' is given twice; the last one counts", key, "delete one of the two")
                del own[name]
            own[name] = (key, value)
        node.fields = {name: pair for name, pair in merged.items() if name not in own} | own
        node.value = {name: value.value for name, (_, value) in node.fields.items()}

    def _merge(self, value: _Node, into: dict[str, tuple[_Node, _Node]]) -> bool:
        """Take over the fields of ``value``, a map or a list of maps, as ``<<`` means; False when it is neither."""
        sources = [value] if value.fields is not None else value.items
        if not sources or any(source.fields is None for source in sources):
            return False
        for source in sources:
            for name, (key, item) in (source.fields or {}).items():
                into.setdefault(name, (_Node(name, key.start, key.end, key=name, merges=True), item))
        return True

    def _note(self, code: str, message: str, node: _Node, help: str) -> None:
        self.findings.append(Finding(code, message, node.start, max(node.end, node.start + 1), help))
