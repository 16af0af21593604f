"""Words for a step whose output has a form: the form itself, empty, to fill in."""

import json
from collections.abc import Sequence
from typing import Any, cast

from ..skvm_ir.module import Skill
from ..skvm_ir.op import Op
from ..skvm_ir.target import Target
from .wording_base import Site, Wording, code_span, fence


def word_form(skill: Skill, ops: Sequence[Op], site: Site, target: Target | None) -> Wording:
    """The form of the step's output in a fence: JSON with its fields, the header of a table, the headings of a text."""
    op = ops[0]
    schema = cast(dict[str, Any], json.loads(op.text("schema") or "{}"))
    path = op.text("path")
    lead = f"Fill in this form for {code_span(path)}:" if path else "Fill in this form:"
    kind = schema.get("description", "json")
    if kind == "csv":
        return Wording(
            lines=("First line of " + code_span(path) + ":", "", *fence("csv", [",".join(schema["required"])]))
        )
    if kind == "md":
        lines = [line for heading in schema["required"] for line in (heading, "", "<text>", "")]
        return Wording(lines=(lead, "", *fence("markdown", lines[:-1])))
    items = schema.get("items")
    one = cast(dict[str, Any], items) if isinstance(items, dict) else schema
    fields = ", ".join(f"{json.dumps(name, ensure_ascii=False)}: <{name}>" for name in one.get("required", ()))
    if schema.get("type") == "array":
        lead = lead.replace(":", ", one object an entry:")
        return Wording(lines=(lead, "", *fence("json", ["[", f"  {{{fields}}}", "]"])))
    return Wording(lines=(lead, "", *fence("json", [f"{{{fields}}}"])))
