"""Options that several verbs share: targets, optimisation levels, pipelines and what the pass manager shall say."""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from ..passes.manager import ManagerOptions
from ..passes.pipeline import Pipeline
from ..passes.presets import LEVELS, preset

Command = TypeVar("Command", bound=Callable[..., Any])

_LEVELS = [name.removeprefix("O") for name in LEVELS]


def pass_options(command: Command) -> Command:
    """Add the options of the pass manager to ``command``; they arrive as keywords for ``pipeline_of`` and
    ``manager_of``."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


_OPTIONS = (
    click.option("-O", "level", type=click.Choice(_LEVELS), help="Optimisation level: -O0, -O1 (default), -O2, -Os."),
    click.option("--pass", "--passes", "passes", metavar="P,Q", help="Pipeline: 'infer-needs,capability-lower'."),
    click.option("--print-before", metavar="P,Q", help="Print the module before these passes."),
    click.option("--print-after", metavar="P,Q", help="Print the module after these passes."),
    click.option("--print-before-all", is_flag=True, help="Print the module before every pass."),
    click.option("--print-after-all", is_flag=True, help="Print the module after every pass."),
    click.option("--print-changed", is_flag=True, help="Print what each pass changed."),
    click.option("--time-passes", is_flag=True, help="Print the time each pass took."),
    click.option("--stats", is_flag=True, help="Print what each pass added and removed."),
    click.option("--remarks", metavar="REGEX", help="Print the remarks of the passes it matches."),
    click.option(
        "--opt-bisect-limit", "bisect_limit", type=int, metavar="N", help="Run only the first N passes; -1 names all."
    ),
)


def pipeline_of(options: Mapping[str, Any]) -> Pipeline | None:
    """The pipeline that ``--pass`` or ``-O`` asks for; None when neither does.

    Raises ``click.UsageError`` when both do, ``SkvmError`` when the text is no pipeline.
    """
    text, level = options["passes"], options["level"]
    if text is not None and level is not None:
        raise click.UsageError(f"give -O{level} or --pass={text}, not both")
    if level is not None:
        return preset(f"O{level}")
    if text is None:
        return None
    from ..passes.pipeline_parser import parse_pipeline

    return parse_pipeline(text)


def manager_of(options: Mapping[str, Any]) -> ManagerOptions:
    """What the pass manager shall print and run."""
    remarks = options["remarks"]
    try:
        pattern = re.compile(remarks) if remarks is not None else None
    except re.error as error:
        raise click.UsageError(f"--remarks={remarks} is no regular expression: {error}") from error
    return ManagerOptions(
        print_before=split_at_commas(options["print_before"]),
        print_after=split_at_commas(options["print_after"]),
        print_before_all=options["print_before_all"],
        print_after_all=options["print_after_all"],
        print_changed=options["print_changed"],
        time_passes=options["time_passes"],
        stats=options["stats"],
        bisect_limit=options["bisect_limit"],
        remarks=pattern,
    )


def target_names(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Targets as given, with commas or by repeating the option, each once; a usage error when there is none."""
    names = tuple(dict.fromkeys(name for text in texts for name in split_at_commas(text)))
    if not names:
        raise click.UsageError("say what to compile for: --target=NAME (--list-targets shows the names)")
    return names


def split_at_commas(text: str | None) -> tuple[str, ...]:
    """The parts of ``text`` between its commas, without blanks around them; empty ones are left out."""
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())


def list_targets_option(command: Command) -> Command:
    """Add ``--list-targets``, which prints the targets and ends the program."""
    return click.option(
        "--list-targets",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_list_targets,
        help="List the targets and where their figures come from.",
    )(command)


def _list_targets(context: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        from .list_targets import target_lines

        for line in target_lines():
            click.echo(line)
        context.exit()


def list_passes_option(command: Command) -> Command:
    """Add ``--list-passes``, which prints the passes with their options and ends the program."""
    return click.option(
        "--list-passes",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_list_passes,
        help="List the passes, their options and the levels.",
    )(command)


def _list_passes(context: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        from .list_passes import pass_lines

        for line in pass_lines():
            click.echo(line)
        context.exit()
