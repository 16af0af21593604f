"""Grammars: ``.lark`` files to LALR parsers, from their pre-built tables where these are at hand.

The only file that imports lark. ``python -m skvm.grammar.load --build [FOLDER]`` writes the tables of every grammar
(``NAME.pickle``) beside the grammars or into FOLDER; a table that was made from other text or by another lark is passed
over, so a stale one costs time and never changes a result.
"""

import pickle
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol, cast

FOLDER = Path(__file__).parent


class Parser(Protocol):
    """What ``load`` gives: lark's parser, as far as it is used here."""

    def parse(self, text: Any, start: str | None = None, on_error: Callable[[Any], bool] | None = None) -> Any:
        """What the callbacks make of ``text``; ``on_error`` is given lark's exception, and raises what to say of it."""
        ...


@cache
def load(name: str, callbacks: type | None = None, lex: Callable[[Any], Iterable[Any]] | None = None) -> Parser:
    """The parser of grammar ``name``, made once.

    ``callbacks`` is a class without state whose methods, named like the rules, make the result (else: lark's trees).
    ``lex`` replaces lark's lexer: it gets what is given to ``parse`` and yields tokens, which are any objects with the
    attributes of ``lark.Token`` that are not text: ``type``, and the places ``line`` to ``end_pos``.
    """
    from lark import Lark

    tables = _read_tables(name) or _make_tables(name)
    if lex:
        lexer = _lexer_class(lex)
        tables["data"]["options"]["lexer"] = lexer
        tables["data"]["parser"]["lexer_conf"]["lexer_type"] = lexer
    transformer = callbacks() if callbacks else None
    lark: Any = Lark
    return lark._load_from_dict(tables["data"], tables["memo"], transformer=transformer)


def build(folder: Path = FOLDER) -> list[Path]:
    """Write the tables of all grammars into ``folder``, the same bytes every time; gives the files written."""
    written: list[Path] = []
    for grammar in sorted(FOLDER.glob("*.lark")):
        path = folder / f"{grammar.stem}.pickle"
        stamped = (_stamp(grammar.read_bytes()), _make_tables(grammar.stem))
        path.write_bytes(pickle.dumps(_shared(stamped), protocol=5))
        written.append(path)
    return written


def _read_tables(name: str) -> dict[str, Any] | None:
    path = FOLDER / f"{name}.pickle"
    if not path.exists():
        return None
    stamp, tables = pickle.loads(path.read_bytes())
    return tables if stamp == _stamp((FOLDER / f"{name}.lark").read_bytes()) else None


def _make_tables(name: str) -> dict[str, Any]:
    from io import BytesIO

    from lark import Lark

    text = (FOLDER / f"{name}.lark").read_text("utf-8")
    out = BytesIO()
    # The grammar's own path stays out of the tables: they are the same wherever they are made.
    parser: Any = Lark(text, parser="lalr", maybe_placeholders=False, source_path=f"{name}.lark")
    parser.save(out)
    tables: dict[str, Any] = pickle.loads(out.getvalue())
    tables["data"]["parser"]["parser"] = _in_order(tables["data"]["parser"]["parser"])
    return tables


def _in_order(table: dict[str, Any]) -> dict[str, Any]:
    """The same table, its symbols numbered by name and its states as they are reached from the start.

    Lark numbers them in the order of sets, which is another one in every process.
    """
    names = sorted(table["tokens"].values())
    symbol = {old: names.index(name) for old, name in table["tokens"].items()}
    starts: dict[str, int] = dict(sorted(table["start_states"].items()))
    reached = dict.fromkeys(starts.values())
    states: list[list[tuple[int, tuple[int, Any]]]] = []
    waiting = list(reached)
    for state in waiting:
        states.append(
            sorted(
                ((symbol[old], action) for old, action in table["states"][state].items()), key=lambda entry: entry[0]
            )
        )
        new = [target for _, (is_reduction, target) in states[-1] if not is_reduction and target not in reached]
        reached.update(dict.fromkeys(new))
        waiting += dict.fromkeys(new)
    number = {state: at for at, state in enumerate(reached)}

    def renumbered(action: tuple[int, Any]) -> tuple[int, Any]:
        return action if action[0] else (0, number[action[1]])

    return {
        "tokens": dict(enumerate(names)),
        "states": {at: {key: renumbered(action) for key, action in state} for at, state in enumerate(states)},
        "start_states": {start: number[state] for start, state in starts.items()},
        "end_states": {start: number[state] for start, state in sorted(table["end_states"].items())},
    }


def _shared(value: Any) -> Any:
    """``value`` with equal texts made one: what a pickle writes once depends on what is the same object."""
    match value:
        case dict():
            entries = cast("dict[Any, Any]", value)
            return {_shared(key): _shared(entry) for key, entry in entries.items()}
        case list() | tuple():
            parts: list[Any] = [_shared(part) for part in cast("Sequence[Any]", value)]
            return parts if isinstance(value, list) else tuple(parts)
        case str():
            return sys.intern(str(value))
        case _:
            return value


def _stamp(grammar: bytes) -> str:
    import lark

    return f"{lark.__version__} {sha256(grammar).hexdigest()}"


def _lexer_class(lex: Callable[[Any], Iterable[Any]]) -> type:
    from lark.lexer import Lexer

    class CallingLexer(Lexer):
        def __init__(self, lexer_conf: object) -> None:
            pass

        def lex(self, lexer_state: Any, parser_state: object = None) -> Any:
            return iter(lex(lexer_state))

    return CallingLexer


def main(arguments: list[str]) -> int:
    """``--build [FOLDER]``; gives the exit code."""
    if arguments[:1] != ["--build"] or len(arguments) > 2:
        print("usage: python -m skvm.grammar.load --build [FOLDER]", file=sys.stderr)
        return 2
    for path in build(*map(Path, arguments[1:])):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
