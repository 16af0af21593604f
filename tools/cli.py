"""The commands ``skvm``, ``skvm-cc``, ``skvm-opt`` and ``skvm-llc``; a verb is a file, imported when asked for."""

import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper

import click

from ..backends.version import VERSION
from .spelling import CompilerGroup

VERBS: dict[str, str] = {
    "cc": "Compile skills for targets.",
    "opt": "Run passes over SIR.",
    "llc": "Turn SIR into files for a target.",
    "view": "Draw the flow of a skill.",
    "analyze": "Show what the compiler finds in a skill.",
}
"""Each verb and its line of help, so that the list of verbs imports none of them."""


class VerbGroup(CompilerGroup):
    """A group whose commands live in modules of their names."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs in the order of a compile."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command ``cmd_name``, imported now; None for an unknown verb."""
        return load_verb(cmd_name) if cmd_name in VERBS else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of verbs, from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The verb that ``args`` begin with; an unknown one is a usage error that names the nearest."""
        verb = args[0]
        if verb not in VERBS and not verb.startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(verb, VERBS, n=1)
            hint = f"Did you mean '{near[0]}'?" if near else f"The commands are {', '.join(VERBS)}."
            raise click.UsageError(f"No such command '{verb}'. {hint}", ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=VerbGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="skvm")
def skvm() -> None:
    """Compile agent skills: SKILL.md in, a skill made fit for each model and harness out."""


def load_verb(verb: str) -> click.Command:
    """The click command of ``verb``, from its module."""
    command = getattr(import_module(f".{verb}", __package__), verb)
    assert isinstance(command, click.Command)
    return command


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of ``skvm``."""
    _run(skvm, sys.argv[1:] if arguments is None else arguments, "skvm")


def main_cc() -> None:
    """Entry point of ``skvm-cc``."""
    _run(load_verb("cc"), sys.argv[1:], "skvm-cc")


def main_opt() -> None:
    """Entry point of ``skvm-opt``."""
    _run(load_verb("opt"), sys.argv[1:], "skvm-opt")


def main_llc() -> None:
    """Entry point of ``skvm-llc``."""
    _run(load_verb("llc"), sys.argv[1:], "skvm-llc")


def _run(command: click.Command, arguments: Sequence[str], name: str) -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A terminal that cannot show a character gets its number, not a traceback.
            stream.reconfigure(errors="backslashreplace")
    command.main(args=list(arguments), prog_name=name, windows_expand_args=False)


if __name__ == "__main__":
    main()
