"""``skvm view``: a picture of a skill's flow."""

from pathlib import Path

import click

from .report_errors import exits_cleanly
from .spelling import CompilerCommand

KINDS = (".svg", ".png", ".pdf", ".dot")


@click.command(cls=CompilerCommand, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("skill", type=click.Path(path_type=Path, allow_dash=True))
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="The .svg, .png, .pdf or .dot.")
@click.option("--json", "as_json", is_flag=True, help="Findings as JSON lines.")
@exits_cleanly
def view(skill: Path, output: Path, as_json: bool) -> None:
    """Draw the flow of SKILL: a .sir file, - for standard input, or a skill's folder."""
    from ..backends.compile import lift_folder
    from ..backends.dot import dot_text
    from .graph import draw
    from .load_module import read_module
    from .write_output import write_file

    if output.suffix not in KINDS:
        raise click.UsageError(f"-o {output}: the ending says what to draw, one of {', '.join(KINDS)}")
    module = lift_folder(skill).module if skill.is_dir() or skill.name.lower() == "skill.md" else read_module(skill)
    if len(module.skills) != 1:
        raise click.UsageError(f"{skill} holds {len(module.skills)} skills: draw them one by one")
    text = dot_text(module.skills[0])
    write_file(output, text.encode() if output.suffix == ".dot" else draw(text, output.suffix[1:]))
