"""Chains of commands as the calls they can be made of: which commands may stand alone, which have to stay together."""

import re

from attrs import frozen

from ..skvm_ir.shell_words import (
    Chain,
    Connector,
    Uncut,
    assigned_names,
    changes_shell,
    first_word,
    only_asks,
    split_chain,
)

_FIXED_FOLDER = re.compile(r"cd\s+(?:[/~]|\$\{?[A-Z_]+\}?|\{\w+\}/?)\S*$|cd\s+\"(?:[/~]|\$)[^\"]*\"$")
_VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w*)")


@frozen
class Unit:
    """One call: the pieces of the line it is made of, put together as they are (a ``cd`` in front may be repeated)."""

    pieces: tuple[tuple[int, int], ...]


@frozen
class Calls:
    """A chain as single calls, in order."""

    connector: Connector
    units: tuple[Unit, ...]


def as_calls(text: str) -> Calls | Uncut:
    """The calls that do what the command line ``text`` does, each in a shell of its own.

    What changes the shell (a folder, a variable) stays together with all behind it. A ``cd`` to a folder that is named
    in full is repeated instead: that changes nothing where the folder outlives a call, and is right where it does not.
    """
    chain = split_chain(text)
    if isinstance(chain, Uncut):
        return chain
    commands = chain.commands(text)
    if any(only_asks(command) for command in commands):
        return Uncut("a command in it is a test or a message")
    names = assigned_names(text)
    if names & set(_VARIABLE.findall(text)):
        return Uncut("a variable that is set in it is used in it")
    units = _units(text, chain, commands)
    if len(units) < 2:
        return Uncut("each command depends on the shell of the one before")
    return Calls(chain.connector, tuple(units))


def _units(text: str, chain: Chain, commands: tuple[str, ...]) -> list[Unit]:
    units: list[Unit] = []
    front: tuple[int, int] | None = None
    for at, (command, (start, end)) in enumerate(zip(commands, chain.spans, strict=True)):
        if not changes_shell(command):
            units.append(Unit((front, (start, end)) if front else ((start, end),)))
        elif front is None and _repeats(chain, command, at, len(commands)):
            front = (start, chain.spans[at + 1][0])
        else:
            if all(map(changes_shell, commands[at:])):
                return []
            units.append(Unit((front, (start, len(text.rstrip()))) if front else ((start, len(text.rstrip())),)))
            break
    return units


def _repeats(chain: Chain, command: str, at: int, count: int) -> bool:
    """True for a ``cd`` that may be put before every later command of the chain."""
    if chain.connector is not Connector.AND or first_word(command) != "cd" or at + 1 == count:
        return False
    return _FIXED_FOLDER.match(command) is not None
