"""The text of a pipeline, ``infer-needs,capability-lower{threshold=60}``, to passes; ``str()`` of these goes back."""

import json
from typing import Any, NoReturn

from attrs import frozen

from ..grammar.diagnostic import Diagnostic, SkvmError
from ..grammar.load import load
from ..grammar.source import Source, Span
from .base import OptionValue, Pass, field_name, options_of, spelled
from .pipeline import Pipeline
from .registry import PASSES, did_you_mean, listed, unknown_pass


def parse_pipeline(text: str, path: str = "-pass") -> Pipeline:
    """The pipeline that ``text`` spells; ``path`` is what findings call the text.

    Raises ``SkvmError``: SKV300 (not the grammar of pipelines), SKV301 (no such pass), SKV302 (no such option), SKV303
    (a value that the option does not take), SKV305 (an option twice).
    """
    source = Source(path, text.encode())

    def refuse(error: Any) -> NoReturn:
        raise SkvmError([_unexpected(text, source, error)])

    tree: Any = load("pipeline").parse(text, on_error=refuse)  # pyright: ignore[reportUnknownMemberType]
    reader = _Reader(text, source, [])
    passes = tuple(made for step in tree.children if (made := reader.step(step)) is not None)
    if reader.findings:
        raise SkvmError(reader.findings)
    return Pipeline(passes)


@frozen
class _Reader:
    """Makes passes of the tree; what is wrong goes to ``findings``, so that one run shows all of it."""

    text: str
    source: Source
    findings: list[Diagnostic]

    def step(self, tree: Any) -> Pass | None:
        """The pass of one ``step`` of the grammar, None where something in it is wrong."""
        name, *options = tree.children
        kind = PASSES.get(str(name))
        if kind is None:
            self.findings.append(unknown_pass(str(name), self.span(name)))
            return None
        before = len(self.findings)
        values: dict[str, OptionValue] = {}
        for option in options:
            self._option(kind, option.children[0], option.children[1], values)
        if len(self.findings) > before:
            return None
        return kind(**{field_name(option): value for option, value in values.items()})

    def _option(self, kind: type[Pass], name: Any, token: Any, values: dict[str, OptionValue]) -> None:
        option, known = str(name), options_of(kind)
        if option not in known:
            has = f"'{kind.name}' has {listed(known)}" if known else f"'{kind.name}' has no options"
            help = did_you_mean(option, known) or has
            self._report("SKV302", name, f"'{kind.name}' has no option '{option}'", help)
        elif option in values:
            self._report("SKV305", name, f"option '{option}' is given twice", "keep one of the two")
        else:
            value = _value(token, known[option])
            if value is None:
                wanted = _WANTED[type(known[option])]
                help = f"write it like {spelled(option, known[option])}, which is the default"
                self._report("SKV303", token, f"option '{option}' takes {wanted}, found '{token}'", help)
            elif self._suits(kind, option, value, token):
                values[option] = value

    def _suits(self, kind: type[Pass], option: str, value: OptionValue, token: Any) -> bool:
        try:
            kind(**{field_name(option): value})
        except ValueError as error:
            said = str(error.args[0]).replace(f"'{field_name(option)}'", f"'{option}'")
            help = f"the default is {spelled(option, options_of(kind)[option])}"
            self._report("SKV303", token, f"option '{option}' does not take '{token}': {said}", help)
            return False
        return True

    def _report(self, code: str, token: Any, message: str, help: str) -> None:
        self.findings.append(Diagnostic(code, message, self.span(token), help=help))

    def span(self, token: Any) -> Span:
        """The bytes of a token."""
        return _span(self.text, self.source, token.start_pos, token.end_pos)


_WANTED: dict[type, str] = {bool: "true or false", int: "a whole number", str: "a word, or a string as JSON writes it"}


def _value(token: Any, default: OptionValue) -> OptionValue | None:
    """The value of a token as the type of the option's default; None where it is not of that type."""
    text = str(token)
    if isinstance(default, bool):
        return {"true": True, "false": False}.get(text)
    if isinstance(default, int):
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
    if not text.startswith('"'):
        return text
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return None


def _span(text: str, source: Source, start: int, end: int) -> Span:
    return Span(source, len(text[:start].encode()), len(text[:end].encode()))


def _unexpected(text: str, source: Source, error: Any) -> Diagnostic:
    """The finding for lark's exception, be it about a character or a token."""
    token = getattr(error, "token", None)
    allowed: set[str] = set(error.allowed or ()) if token is None else set(error.expected)
    wanted = " or ".join(words for name, words in _TERMINALS.items() if name in allowed)
    if token is not None and token.type == "$END":
        found, span = "the end of the pipeline", Span(source, len(source.data), len(source.data))
    else:
        start: int = error.pos_in_stream if token is None else token.start_pos
        word = text[start] if token is None else str(token)
        found, span = f"'{word}'", _span(text, source, start, start + len(word))
    help = "put commas between passes, options in braces: a,b{option=1 other=true}"
    return Diagnostic("SKV300", f"expected {wanted}, found {found}", span, help=help)


_TERMINALS = {
    "WORD": "a name",
    "STRING": "a string",
    "COMMA": "','",
    "LBRACE": "'{'",
    "RBRACE": "'}'",
    "EQUAL": "'='",
    "$END": "the end of the pipeline",
}
