"""``skvm cc``: whole compile of one skill folder or many, for one target or many."""

import sys
from pathlib import Path
from typing import Any

import click

from ..grammar.diagnostic import Diagnostic, Severity, SkvmError
from .compile_jobs import Job, Outcome, compile_many
from .find_skills import find_skills
from .options import (
    list_passes_option,
    list_targets_option,
    manager_of,
    pass_options,
    pipeline_of,
    split_at_commas,
    target_names,
)
from .progress import Progress
from .report_errors import FAILED, exits_cleanly, show
from .spelling import CompilerCommand
from .summary import FEW, summary_lines
from .write_output import refuse_inputs

EMITS = ("skill", "sir", "report", "dot")


@click.command(cls=CompilerCommand, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("skills", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--target", "targets", multiple=True, metavar="NAME", help="Name, alias or file; several with commas.")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="The output folder.")
@click.option("--emit", default="skill", metavar="KIND", help="skill (default), sir, report, dot; several with commas.")
@click.option("-j", "--jobs", type=click.IntRange(1), default=1, metavar="N", help="Processes, for many skills.")
@click.option("--count", type=click.Choice(["estimate", "exact"]), default="estimate", help="How tokens are counted.")
@click.option("--strict", is_flag=True, help="Warnings and unmet needs are errors.")
@click.option("--json", "as_json", is_flag=True, help="Findings and summary as JSON lines.")
@list_targets_option
@list_passes_option
@pass_options
@exits_cleanly
def cc(
    skills: tuple[Path, ...],
    targets: tuple[str, ...],
    output: Path,
    emit: str,
    jobs: int,
    count: str,
    strict: bool,
    as_json: bool,
    **passes: Any,
) -> None:
    """Compile SKILLS: folders with a SKILL.md, or folders of such folders.

    One skill and one target: OUTPUT is the compiled skill. More of either: OUTPUT/TARGET/SKILL.
    """
    names, emits = _known_targets(target_names(targets)), _emits(emit)
    pipeline, manager = pipeline_of(passes), manager_of(passes)
    found = find_skills(skills)
    alone = len(found) == 1 and len(names) == 1
    if not alone:
        # The folder of one skill may hold the output of another, but none may lie inside a source.
        refuse_inputs(output / names[0] / found[0].name, found)
    todo = [Job(folder, names, output, alone, emits, count, strict, pipeline, manager) for folder in found]
    outcomes = compile_many(todo, jobs, Progress(len(todo), sys.stderr))
    _tell(outcomes, as_json)
    for line in summary_lines([row for outcome in outcomes for row in outcome.rows], as_json):
        click.echo(line)
    if any(outcome.failed for outcome in outcomes):
        sys.exit(FAILED)


def _tell(outcomes: list[Outcome], as_json: bool) -> None:
    """Print what the passes and the compiler said; of many skills only the errors, as their reports hold the rest."""
    for outcome in outcomes:
        for text in outcome.said:
            click.echo(text, err=True, nl=False)
    findings = [finding for outcome in outcomes for finding in outcome.diagnostics]
    if as_json or len(outcomes) <= FEW:
        show(findings, as_json)
        return
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    show(errors)
    if len(findings) > len(errors):
        rest = f"{len(findings) - len(errors)} warnings and notes on {len(outcomes)} skills"
        click.echo(f"{rest}: compile one alone, or use --json, to see them", err=True)


def _known_targets(names: tuple[str, ...]) -> tuple[str, ...]:
    """``names``, each target once; ``SkvmError`` for an unknown one, and SKV612 for two targets of one name."""
    from ..backends.target_registry import load_target

    first: dict[str, str] = {}
    for name in names:
        target = load_target(name)
        other = first.setdefault(target.name, name)
        if other != name and load_target(other) != target:
            message = f"two targets are called '{target.name}': '{other}' and '{name}'"
            raise SkvmError(
                [Diagnostic("SKV612", message, help="rename one of the files, or compile for one at a time")]
            )
    return tuple(first.values())


def _emits(text: str) -> tuple[str, ...]:
    emits = split_at_commas(text)
    unknown = [part for part in emits if part not in EMITS]
    if unknown or not emits:
        raise click.UsageError(f"--emit knows {', '.join(EMITS)}, not '{unknown[0] if unknown else text}'")
    return emits
