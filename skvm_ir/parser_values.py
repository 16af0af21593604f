"""From the tokens of SIR to the values they spell: strings, names, ranges, types, needs and lists of these."""

import re
from functools import lru_cache
from typing import Any

from ..grammar.diagnostic import SkvmError
from ..grammar.sir_lexer import Token, string_bytes
from .needs import Need, parse_need
from .op import Attribute, Name, Range
from .parser_nodes import Malformed, Part, Placed
from .value_types import Type, TypeName

DEEPEST_TYPE = 16
"""Levels of ``list<…>``; nobody means more, and walks over types recurse."""

_TYPES = {name.value: name for name in TypeName}
_CONSTRUCTOR = re.compile(r"([A-Za-z_][\w.-]*)(?:<(\"(?:[^\"\\]|\\.)*\")>)?(\??)")


def text_bytes(token: Token) -> bytes:
    """The UTF-8 bytes that a string, or several lines of strings, stand for."""
    return _unescaped(token.value, token)


def string_of(token: Token) -> str:
    """The text of a string."""
    return _unescaped(token.value, token).decode()


def name_of(token: Token) -> str:
    """The name that ``%name`` or ``@"any name"`` stands for, without sigil and quotes."""
    return _plain_name(token.value[1:], token)


def sigil_name(token: Token) -> Name:
    """The name with its sigil, as attributes hold it."""
    return Name(token.value[:1].decode() + name_of(token))


def range_of(token: Token) -> Range:
    """The range that a token spells."""
    value, skill = token.value, ""
    if value[:1] == b"@":
        where, _, value = value.rpartition(b"/")
        skill = _plain_name(where[1:], token)
    number, _, cut = value.partition(b":")
    if not cut:
        return Range(int(number[1:]), skill=skill)
    start, _, length = cut.partition(b"+")
    return Range(int(number[1:]), int(start), int(length), skill)


def block_number(token: Token) -> int:
    """The number of the block that a token names; a part of a block has none."""
    cited = range_of(token)
    if not cited.is_whole or cited.skill:
        raise Malformed("SKV109", f"found '{token.text}', wanted the name of a block such as 'b{cited.block}'", token)
    return cited.block


def type_of(token: Token) -> Type:
    """The type that ``: list<file>?`` spells. ``Malformed`` (SKV123) where it spells none."""
    found = _type(token.text[1:].strip())
    if isinstance(found, Type):
        return found
    constructors = ", ".join(name if name != "list" else "list<…>" for name in _TYPES)
    raise Malformed("SKV123", f"'{token.text[1:].strip()}' {found}", token, help=f"the types are {constructors}")


@lru_cache(maxsize=256)
def _type(text: str) -> Type | str:
    """The type, or what is wrong with the text of it."""
    lists, inner = 0, text
    while inner.startswith("list<"):
        lists, inner = lists + 1, inner[5:]
    if lists > DEEPEST_TYPE:
        return f"nests lists more than {DEEPEST_TYPE} levels deep"
    match = _CONSTRUCTOR.match(inner)
    name = _TYPES.get(match[1]) if match else None
    if match is None or name is None or name is TypeName.LIST:
        return "is not a type"
    if match[2] and name not in (TypeName.JSON, TypeName.TABLE):
        return "has a schema, which only json and table may carry"
    schema = string_bytes(match[2].encode()).decode() if match[2] else ""
    found = Type(name, schema=schema, optional=bool(match[3]))
    ends = re.fullmatch(rf"(?:>\??){{{lists}}}", inner[match.end() :])
    if ends is None:
        return "is not a type"
    for end in re.findall(r">\??", ends[0]):
        found = Type(TypeName.LIST, found, optional=end == ">?")
    return found


def need_of(token: Token) -> Need:
    """The need that a token spells."""
    try:
        return parse_need(token.text)
    except SkvmError as error:
        [finding] = error.diagnostics
        raise Malformed(finding.code, finding.message, token, finding.help) from error


_VALUE_OF: dict[str, Any] = {
    "STRING": string_of,
    "VALUE": sigil_name,
    "SYMBOL": sigil_name,
    "RANGE": range_of,
}


def value_of(token: Token) -> str | int | bool | Name | Range:
    """What one token of an attribute or a list stands for."""
    if token.type == "INT":
        return int(token.value)
    if token.type in ("TRUE", "FALSE"):
        return token.type == "TRUE"
    return _VALUE_OF[token.type](token)


def attribute_of(found: Token | Part) -> Attribute:
    """What an attribute holds: one value, or a list as a tuple."""
    return list_of(found) if isinstance(found, Part) else value_of(found)


def list_of(part: Part) -> tuple[Any, ...]:
    """The values of a list."""
    return tuple([value_of(token) for token in part.items])


def ranges_of(part: Part) -> tuple[Range, ...]:
    """The values of a list that holds nothing but ranges."""
    for token in part.items:
        if token.type != "RANGE":
            raise Malformed("SKV109", f"found {token.text} in the list, wanted ranges such as b14 or b14:3+57", token)
    return tuple([range_of(token) for token in part.items])


def names_of(part: Part) -> tuple[Name, ...]:
    """The values of a list that holds nothing but names."""
    for token in part.items:
        if token.type not in ("VALUE", "SYMBOL"):
            raise Malformed("SKV109", f"found {token.text} in the list, wanted names: %value or @symbol", token)
    return tuple([sigil_name(token) for token in part.items])


def plain_attributes(part: Part | None) -> dict[str, str | int | bool]:
    """Attributes that may hold only strings, integers and truth values: those of skills, sources and blocks."""
    found: dict[str, Attribute] = part.items if part else {}
    plain: dict[str, str | int | bool] = {}
    for key, value in found.items():
        if not isinstance(value, str | int):
            at: Placed = part  # pyright: ignore[reportAssignmentType]
            raise Malformed("SKV109", f"'{key}' holds a name, a range or a list, wanted a string or a number", at)
        plain[key] = value
    return plain


def _plain_name(spelled: bytes, token: Token) -> str:
    return (_unescaped(spelled, token) if spelled[:1] == b'"' else spelled).decode()


def _unescaped(value: bytes, token: Token) -> bytes:
    try:
        return string_bytes(value)
    except ValueError:  # a surrogate, or beyond the last character
        message = "an escape names no character, wanted one of Unicode"
        raise Malformed("SKV105", message, token, r"\u{0} to \u{10FFFF}, without \u{D800} to \u{DFFF}") from None
