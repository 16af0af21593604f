"""The types of values: what a step hands to the next."""

from enum import Enum
from functools import cache

from attrs import evolve, frozen


class TypeName(Enum):
    """The closed set of type constructors; ``list`` alone takes an element."""

    TEXT = "text"
    NUMBER = "number"
    BOOL = "bool"
    JSON = "json"
    TABLE = "table"
    CODE = "code"
    FILE = "file"
    URL = "url"
    LIST = "list"
    ANY = "any"


@frozen
class Type:
    """A value type. ``element`` is that of a list, ``schema`` a JSON Schema text (json and table only), ``optional``
    says that the value may be missing (``T?``)."""

    name: TypeName
    element: "Type | None" = None
    schema: str = ""
    optional: bool = False

    def __str__(self) -> str:
        inner = ""
        if self.element is not None:
            inner = f"<{self.element}>"
        elif self.schema:
            inner = f"<{quote(self.schema)}>"
        return f"{self.name.value}{inner}{'?' if self.optional else ''}"

    def accepts(self, other: "Type") -> bool:
        """True when a value of type ``other`` may stand where this type is wanted."""
        if TypeName.ANY in (self.name, other.name):
            return True
        if other.optional and not self.optional:
            return False
        if self.name is not other.name:
            return False
        if self.element is not None and other.element is not None:
            return self.element.accepts(other.element)
        return not self.schema or self.schema == other.schema

    def as_optional(self) -> "Type":
        """The same type, maybe missing."""
        return self if self.optional else evolve(self, optional=True)


def quote(text: str) -> str:
    """``text`` as a SIR string: escapes ``\\\\ \\" \\n \\r \\t \\u{X}``, everything else as it is."""
    if text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return f'"{text.translate(_escapes())}"'


@cache
def _escapes() -> dict[int, str]:
    """Characters that are written as an escape: the usual ones, other controls, bidi marks, BOM, line separators."""
    table = {ord("\\"): "\\\\", ord('"'): '\\"', ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t"}
    others = [*range(0x20), *range(0x7F, 0xA0), 0x61C, 0xAD, 0x200E, 0x200F, *range(0x2028, 0x202F), 0xFEFF]
    others += [*range(0x2066, 0x206A), *range(0xFFF9, 0xFFFC), 0x200B, 0x200C, 0x200D, 0x2060, *range(0xE0000, 0xE0080)]
    for code in others:
        table.setdefault(code, f"\\u{{{code:X}}}")
    return table


TEXT = Type(TypeName.TEXT)
NUMBER = Type(TypeName.NUMBER)
BOOL = Type(TypeName.BOOL)
JSON = Type(TypeName.JSON)
TABLE = Type(TypeName.TABLE)
CODE = Type(TypeName.CODE)
FILE = Type(TypeName.FILE)
URL = Type(TypeName.URL)
ANY = Type(TypeName.ANY)


def list_of(element: Type) -> Type:
    """``list<element>``."""
    return Type(TypeName.LIST, element)
