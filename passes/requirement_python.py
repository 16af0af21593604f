"""What Python code imports, from statements that parse; strings, comments and prompts are read as such."""

import re
from collections.abc import Iterable, Iterator

from attrs import frozen

from .requirement_base import Finding, Kind, Piece
from .requirement_hosts import hosts
from .requirement_tables import modules, names

# Strings and comments are matched so that what looks like a statement inside of them is none.
_LEXEME = re.compile(
    r'"""(?:\\.|[^\\])*?(?:"""|\Z)'
    r"|'''(?:\\.|[^\\])*?(?:'''|\Z)"
    r'|"(?:\\.|[^"\\\n])*"?'
    r"|'(?:\\.|[^'\\\n])*'?"
    r"|\#[^\n]*"
    r"|^(?P<before>[ \t>]*(?:>>>[ ]|\.\.\.[ ]|In \[\d+\]:[ ])?[ \t]*)(?P<statement>(?:import|from)[ \t]+[A-Za-z_][\w.]*"
    r"(?:[ \t]+import[ \t]*\([^)]*\)|[^\n#;'\"]*))",
    re.M | re.S,
)
_ENVIRON = re.compile(r"(?:os\.)?(?:environ(?:\.get\(|\[)|getenv\()[ \t]*['\"]([A-Z][A-Z0-9_]{2,})['\"]")
_TRY = re.compile(r"^[ \t>]*(?:>>>[ ])?try:[ \t]*\n(?:[ \t>]*(?:#[^\n]*)?\n)*\Z", re.M)
_PROMPT = re.compile(r"^[ \t>]*\.\.\.[ ]?", re.M)


@frozen
class Import:
    """One imported module by its dotted name, at characters ``start`` to ``end`` of the code."""

    module: str
    start: int
    end: int
    optional: bool = False


def imports(text: str) -> Iterator[Import]:
    """The modules that ``text`` imports, in order; relative imports are none. A statement in a ``try`` is optional."""
    if "import" not in text:
        return
    for match in _LEXEME.finditer(text):
        statement = match["statement"]
        if statement is None:
            continue
        optional = (
            len(match["before"]) > 0 and _TRY.search(text[max(0, match.start() - 400) : match.start()]) is not None
        )
        for module in _modules(statement):
            yield Import(module, match.start("statement"), match.end(), optional)


def _modules(statement: str) -> list[str]:
    """The dotted names a statement imports, none where it is no Python. ``from a import b`` may mean ``a.b``."""
    import ast  # few skills import anything

    try:
        tree = ast.parse(_PROMPT.sub("", statement).strip()).body
    except (SyntaxError, ValueError):
        return []
    found: list[str] = []
    for node in tree:
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found += [f"{node.module}.{alias.name}" for alias in node.names if alias.name != "*"] or [node.module]
    return found


def python_findings(pieces: Iterable[Piece], own: frozenset[str]) -> Iterator[Finding]:
    """The distributions that code of the document needs; ``own`` are the modules that the bundle itself has."""
    table = modules()
    for piece in pieces:
        imported = False
        own_path = piece.text.find("sys.path.")
        for found in imports(piece.text):
            imported = True
            name = table.distribution(found.module)
            if 0 <= own_path < found.start and name not in names().spoken:
                continue  # behind a change of the path stands what is found there
            if name and found.module.partition(".")[0] not in own:
                cited = piece.cite(found.start, found.end)
                yield Finding(Kind.PIP, name, "import", cited, found.optional, path=piece.path)
        if not imported and piece.blocks:
            yield from _by_alias(piece)
        if "environ" in piece.text or "getenv" in piece.text:
            for match in _ENVIRON.finditer(piece.text):
                yield Finding(Kind.ENV, match[1], "read-variable", piece.cite_line(match.start()), path=piece.path)
        if "://" in piece.text:
            for host, at in hosts(piece.text):
                yield Finding(Kind.NETWORK, host, "code-host", piece.cite_line(at), path=piece.path)


def _by_alias(piece: Piece) -> Iterator[Finding]:
    """What a fence without imports uses under its usual short name (``np.zeros``)."""
    table = modules()
    seen: set[str] = set()
    for match in table.alias_use.finditer(piece.text):
        name = table.aliases[match[1]]
        if name not in seen:
            seen.add(name)
            yield Finding(Kind.PIP, name, "alias", piece.cite_line(match.start()))
