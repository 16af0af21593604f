"""``skvm opt``: passes over SIR, from standard input to standard output unless said otherwise."""

from pathlib import Path
from typing import Any

import click

from .options import list_passes_option, list_targets_option, manager_of, pass_options, pipeline_of
from .report_errors import exits_cleanly
from .spelling import CompilerCommand


@click.command(cls=CompilerCommand, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("module", type=click.Path(path_type=Path, allow_dash=True), default="-")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, allow_dash=True), default="-", help="The .sir to write."
)
@click.option("--target", metavar="NAME", help="The target to work for; else the one the module names.")
@click.option("--bundle", metavar="DIR", type=click.Path(path_type=Path), help="The skill's folder [that of the .sir].")
@click.option("--json", "as_json", is_flag=True, help="Findings as JSON lines.")
@list_targets_option
@list_passes_option
@pass_options
@exits_cleanly
def opt(module: Path, output: Path, target: str | None, bundle: Path | None, as_json: bool, **passes: Any) -> None:
    """Run passes over MODULE (a .sir file, or - for standard input) and print the result."""
    from ..backends.compile import run_passes
    from ..skvm_ir.printer import print_module
    from .load_module import aim, bundle_of, folder_of, read_module
    from .write_output import write_file

    pipeline, manager = pipeline_of(passes), manager_of(passes)
    own = read_module(module)
    wanted = aim(own, target)
    folder = bundle or folder_of(module)
    bundles = {skill.name: bundle_of(skill, folder) for skill in own.skills}
    run_passes(own, pipeline, wanted, bundles, manager, lambda text: click.echo(text, err=True, nl=False))
    data = print_module(own).encode()
    if str(output) == "-":
        click.echo(data, nl=False)  # bytes: SIR is UTF-8 whatever the terminal is
    else:
        write_file(output, data)
