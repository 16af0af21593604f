"""``skvm analyze``: what the compiler finds in a skill."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from .report_errors import FAILED, exits_cleanly, has_errors, show
from .spelling import CompilerCommand


@click.command(cls=CompilerCommand, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("skill", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object: requirements, steps, deps, hazards ...")
@click.option("--explain", is_flag=True, help="The text, with each finding, its rule and confidence, below its line.")
@exits_cleanly
def analyze(skill: Path, as_json: bool, explain: bool) -> None:
    """Show what SKILL (a folder with a SKILL.md) is made of: its steps, needs, requirements, hazards."""
    from ..backends.analysis import analyze as find
    from ..backends.compile import lift_folder, run_passes
    from ..passes.presets import analysis
    from .explain import explained

    if as_json and explain:
        raise click.UsageError("give --json or --explain, not both")

    lifted = lift_folder(skill)
    run_passes(lifted.module, analysis(), bundles={lifted.skill.name: lifted.bundle})
    found = find(lifted.skill, lifted.skill.name)
    show(lifted.diagnostics, as_json)
    if as_json:
        # Bytes: JSON is UTF-8 whatever the terminal is.
        click.echo(json.dumps(found, indent=1, ensure_ascii=False).encode())
    else:
        for line in explained(lifted.skill) if explain else _lines(found):
            click.echo(line)
    if has_errors(lifted.diagnostics):
        sys.exit(FAILED)


def _lines(found: dict[str, Any]) -> list[str]:
    """The findings for people: a line each, with the line of the skill they stand on."""
    steps = found["steps"]
    lines = [f"{found['id']}: a {found['shape']}, {len(steps) or 'no'} step{'' if len(steps) == 1 else 's'}"]
    for step in steps:
        after = f"  (after {', '.join(step['after'])})" if step["after"] else ""
        lines.append(f"{step['line']:>6}  {step['id']:>3} {step['kind']:8} {step['text']}{after}")
    if found["requirements"]:
        lines.append("asks of the model:")
    for need in found["requirements"]:
        line = need["line"] if need["line"] is not None else ""
        lines.append(f"{line:>6}  {need['primitive']} {need['level']}, {need['confidence']:.0%} sure")
    for title, key in (("requires:", "deps"), ("runs together:", "parallel"), ("only for some:", "variants")):
        if found[key]:
            lines += [title, *(f"        {_one(entry)}" for entry in found[key])]
    if found["hazards"]:
        lines += ["look twice at:", *(f"{entry['line']:>6}  {entry['kind']}" for entry in found["hazards"])]
    return lines


def _one(entry: dict[str, Any]) -> str:
    """``type: pip; name: pypdf`` and so on, lists as their reader would write them."""
    shown = {key: json.dumps(value, ensure_ascii=False).translate(_UNQUOTED) for key, value in entry.items()}
    return "; ".join(f"{key}: {value}" for key, value in shown.items())


_UNQUOTED = str.maketrans("", "", '[]"')
