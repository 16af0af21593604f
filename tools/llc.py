"""``skvm llc``: from SIR to files for a target."""

from pathlib import Path

import click

from ..backends.compile import CompileOptions, CompileResult, adopt, emit_compiled
from ..backends.target_registry import load_target
from ..grammar.diagnostic import Diagnostic, Severity
from ..skvm_ir.module import Module, Skill
from ..skvm_ir.target import Target
from .load_module import aim, bundle_of, files_read, folder_of, read_module
from .options import list_targets_option
from .report_errors import exits_cleanly, show
from .spelling import CompilerCommand
from .write_output import write_folder

SOURCE = "source"
"""The target that stands for the skill as it was read."""


@click.command(cls=CompilerCommand, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("module", type=click.Path(path_type=Path, allow_dash=True), default="-")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="The output folder.")
@click.option("--target", metavar="NAME", help="The target: the one the module's edits were made for, or 'source'.")
@click.option("--emit", type=click.Choice(["skill", SOURCE, "dot"]), default="skill", help="The backend.")
@click.option("--bundle", metavar="DIR", type=click.Path(path_type=Path), help="The skill's folder [that of the .sir].")
@click.option("--json", "as_json", is_flag=True, help="Findings as JSON lines.")
@list_targets_option
@exits_cleanly
def llc(module: Path, output: Path, target: str | None, emit: str, bundle: Path | None, as_json: bool) -> None:
    """Turn MODULE into a skill folder, its source, or a picture of its flow.

    MODULE is a .sir file, or - for standard input. Several skills: OUTPUT/SKILL.
    """
    own = read_module(module)
    folder = bundle or folder_of(module)
    wanted, as_source = _aim(own, target, emit)
    for skill in own.skills:
        result = _emit(skill, own.target, wanted, as_source, folder)
        place = output if len(own.skills) == 1 else output / skill.name
        read = [module] if module.is_file() else []
        files = result.select(["dot" if emit == "dot" else "skill"])
        write_folder(place, files, [*read, *files_read(bundle_of(skill, folder), folder)])
        show(result.diagnostics, as_json)
        estimated = " (estimated)" if wanted.estimated and wanted.claims else ""
        click.echo(f"{skill.name} for {wanted.name}{estimated}: {len(files)} files in {place}", err=True)


def _aim(module: Module, target: str | None, emit: str) -> tuple[Target, bool]:
    """The target to report on, and whether edits are ignored: for ``source``, named as a target or as a backend."""
    if emit == SOURCE or (target and load_target(target).keeps_text):
        return load_target(SOURCE), True
    if emit == "dot":
        return load_target(module.target or target or SOURCE), False
    wanted = aim(module, target)
    if wanted is None:
        raise click.UsageError("say what to emit for: --target=NAME (--list-targets shows the names)")
    return wanted, wanted.keeps_text


def _emit(skill: Skill, target_name: str, target: Target, as_source: bool, folder: Path) -> CompileResult:
    lifted = adopt(skill, bundle_of(skill, folder), target_name)
    ignored = len(skill.live_edits()) if as_source else 0
    if ignored:
        what = "1 edit of the module is" if ignored == 1 else f"{ignored} edits of the module are"
        note = Diagnostic("SKV502", f"{what} ignored: the source was asked for", severity=Severity.NOTE)
        lifted = lifted.with_findings(note)
    return emit_compiled(lifted, target, CompileOptions(applies_edits=not as_source))
