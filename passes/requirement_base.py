"""What the readers of ``find-requirements`` give: findings, each with the bytes that show it."""

import re
from bisect import bisect_right
from enum import Enum

from attrs import frozen

from ..skvm_ir.op import Range

_DISTRIBUTION = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")
_NPM = re.compile(r"(?:@[a-z0-9~-][a-z0-9._~-]{0,98}/)?[a-z0-9~-][a-z0-9._~-]{0,98}")
_SYSTEM = re.compile(r"[A-Za-z0-9][A-Za-z0-9@+._-]{0,98}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,98}")
_HOST = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._&-]{0,62}")
_SEPARATORS = re.compile(r"[-_.]+")


class Kind(Enum):
    """The kinds of a ``require``."""

    PIP = "pip"
    NPM = "npm"
    SYSTEM = "system"
    SERVICE = "service"
    ENV = "env"
    NETWORK = "network"
    MCP = "mcp"


_SHAPES = {
    Kind.PIP: _DISTRIBUTION,
    Kind.NPM: _NPM,
    Kind.SYSTEM: _SYSTEM,
    Kind.SERVICE: _PLAIN,
    Kind.ENV: _VARIABLE,
    Kind.NETWORK: _HOST,
    Kind.MCP: _PLAIN,
}


@frozen(eq=False)
class Piece:
    """Text that is read in one: neighbouring leaves of the document, or a file of the bundle, which nothing cites.

    ``blocks`` are the numbers of the leaves, ``starts`` the bytes of the text where each begins. ``path`` is that of
    the file; ``preparing`` is True in a section on prerequisites, requirements or installation.
    """

    text: str
    blocks: tuple[int, ...] = ()
    starts: tuple[int, ...] = ()
    path: str = ""
    preparing: bool = False

    def cite(self, start: int, end: int) -> Range | None:
        """The bytes of the characters ``start`` to ``end`` without the blanks around them."""
        if not self.blocks:
            return None
        cut = self.text[start:end]
        start += len(cut) - len(cut.lstrip())
        end -= len(cut) - len(cut.rstrip())
        length = max(end - start, 0)
        if not self.text.isascii():
            start, length = len(self.text[:start].encode()), len(self.text[start:end].encode())
        at = bisect_right(self.starts, start) - 1
        return Range(self.blocks[at], start - self.starts[at], length)

    def cite_line(self, at: int) -> Range | None:
        """The bytes of the line that character ``at`` stands in."""
        end = self.text.find("\n", at)
        return self.cite(self.text.rfind("\n", 0, at) + 1, len(self.text) if end < 0 else end)


@frozen
class Finding:
    """Something that must be there at run time: what, and the rule and the bytes that say so.

    ``optional`` is True where the place itself says that it goes without.
    """

    kind: Kind
    name: str
    rule: str
    citation: Range | None = None
    optional: bool = False
    version: str = ""
    path: str = ""
    """The bundle file that shows it, where no bytes of the document do."""

    @property
    def key(self) -> tuple[str, str]:
        """What two findings about the same thing share: the kind's word and the name."""
        return self.kind.value, self.name


def normalized(name: str) -> str:
    """The name of a distribution as PEP 503 compares it."""
    return _SEPARATORS.sub("-", name).lower()


def is_plausible(kind: Kind, name: str) -> bool:
    """True when ``name`` has the shape that names of ``kind`` have; placeholders and paths have not."""
    return _SHAPES[kind].fullmatch(name) is not None
