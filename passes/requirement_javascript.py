"""What JavaScript and TypeScript import; strings, templates and comments are read as such."""

import re
from collections.abc import Iterable, Iterator

from .requirement_base import Finding, Kind, Piece, is_plausible
from .requirement_tables import names

_LEXEME = re.compile(
    r"//[^\n]*|/\*.*?(?:\*/|\Z)|`(?:\\.|[^`\\])*`?"
    r"|(?:^|(?<=[;{}\n]))[ \t>]*(?:import|export)\b(?![.(])[^;'\"`(]*?"
    r"(?<![\w$])(?:from[ \t]*|import[ \t]+)(?P<quote>['\"])(?P<static>[^'\"\n]+)(?P=quote)"
    r"|(?<![\w$.])(?:require|import)\([ \t]*(?P<q2>['\"])(?P<dynamic>[^'\"\n]+)(?P=q2)[ \t]*\)"
    r"|\"(?:\\.|[^\"\\\n])*\"?|'(?:\\.|[^'\\\n])*'?",
    re.S | re.M,
)
_VARIABLE = re.compile(r"process\.env(?:\.([A-Z][A-Z0-9_]{2,})|\[['\"]([A-Z][A-Z0-9_]{2,})['\"]\])")


def package(specifier: str) -> str:
    """The npm package of a module specifier; empty for a path, an alias, a URL and what Node.js brings."""
    if specifier.startswith((".", "/", "~", "#", "@/", "$")) or ":" in specifier:
        return ""
    parts = specifier.split("/")
    name = "/".join(parts[:2]) if specifier.startswith("@") else parts[0]
    return "" if name in names().node or not is_plausible(Kind.NPM, name) else name


def javascript_findings(pieces: Iterable[Piece]) -> Iterator[Finding]:
    """The packages and variables that JavaScript needs."""
    for piece in pieces:
        text = piece.text
        if "import" in text or "require" in text or " from " in text:
            for match in _LEXEME.finditer(text):
                name = package(match["static"] or match["dynamic"] or "")
                if name:
                    yield Finding(Kind.NPM, name, "javascript", piece.cite(match.start(), match.end()), path=piece.path)
        if "process.env" in text:
            for match in _VARIABLE.finditer(text):
                yield Finding(
                    Kind.ENV, match[1] or match[2], "read-variable", piece.cite_line(match.start()), path=piece.path
                )
