"""Options as compilers spell them: ``-pass=p,q`` is ``--pass=p,q``, and ``-O2`` and ``-oOUT`` stay what they are."""

from collections.abc import Iterable

import click


class CompilerCommand(click.Command):
    """A command whose long options may be written with one dash."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As in click, after the missing dashes are put in."""
        return super().parse_args(ctx, double_dashes(args, _names(self, ctx)))


class CompilerGroup(click.Group):
    """A group whose own long options may be written with one dash; what follows the verb is the verb's."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As in click, after the missing dashes are put in."""
        own = next((at for at, argument in enumerate(args) if not argument.startswith("-")), len(args))
        return super().parse_args(ctx, [*double_dashes(args[:own], _names(self, ctx)), *args[own:]])


def double_dashes(arguments: Iterable[str], names: Iterable[str]) -> list[str]:
    """The arguments with a second dash before each long option; what follows ``--`` is left alone.

    ``names`` are the options of the command with their dashes. What none of them begins is doubled as well, so that an
    error names the whole word; ``-j4`` and ``-oOUT`` are the short options ``-j`` and ``-o`` with their values.
    """
    known = set(names)
    result: list[str] = []
    ended = False
    for argument in arguments:
        ended = ended or argument == "--"
        result.append(f"-{argument}" if not ended and _is_long(argument, known) else argument)
    return result


def _is_long(argument: str, known: set[str]) -> bool:
    if not argument.startswith("-") or argument.startswith("--") or len(argument) < 3:
        return False
    return f"-{argument.partition('=')[0]}" in known or argument[:2] not in known


def _names(command: click.Command, context: click.Context) -> list[str]:
    return [name for parameter in command.get_params(context) for name in parameter.opts]
