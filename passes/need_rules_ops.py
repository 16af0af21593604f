"""What a single op asks of the model when it runs, from what it is and what it holds."""

import re
from collections.abc import Iterator

from ..skvm_ir.op import Op
from .need_facts import Facts
from .need_rules_base import Finding, OpRule

_CHAINED = re.compile(rb"&&|\|\||;|\n\s*\S")
_QUOTED = re.compile(rb"'[^']*'|\"(?:[^\"\\]|\\.)*\"|\\\r?\n", re.S)
"""What is one word to the shell, or goes on in the next line: connectors in it join nothing."""

_NESTED_ARGUMENTS = re.compile(rb"[\[{]")
_SUFFIX = re.compile(r"\.([a-z0-9]+)$")
_CODE = {"python": 2, "javascript": 2, "shell": 1, "sql": 2, "html": 1}
"""The level of code of a language, where nothing more is known of it."""

_STRUCTURED = frozenset({"json", "yaml", "yml", "toml", "xml"})
_LONG = 1024
_VERY_LONG = 5 * 1024


def _command(op: Op, facts: Facts) -> Iterator[Finding]:
    """A command: chained, with its output kept, or plain."""
    line = b"\n".join(facts.skill.range_bytes(cited) for cited in op.ranges("shell")).strip()
    if line and _CHAINED.search(_QUOTED.sub(b" ", line)):
        yield Finding("tool.exec", 3, 92, "chained-command", "a chain of commands", op.ranges("shell"), op)
    elif line or op.text("stdout"):
        yield Finding("tool.exec", 2, 92, "command-with-output", "a command whose output goes on", op.citations, op)
    else:
        yield Finding("tool.exec", 1, 90, "plain-command", "a command", op.citations, op)


def _read(op: Op, facts: Facts) -> Iterator[Finding]:
    yield Finding(
        "tool.file.read", 2 if "*" in op.text("path") else 1, 82, "read-step", "a file read", op.citations, op
    )


def _write(op: Op, facts: Facts) -> Iterator[Finding]:
    yield Finding("tool.file.write", 1, 35, "write-step", "a file written", op.citations, op)


def _fetch(op: Op, facts: Facts) -> Iterator[Finding]:
    level = 2 if "?" in op.text("url") or op.text("method") not in ("", "GET") or op.operands else 1
    yield Finding("tool.web", level, 20, "request-step", "a request", op.citations, op)


def _browse(op: Op, facts: Facts) -> Iterator[Finding]:
    yield Finding("tool.browser", 1, 25, "browser-step", "a browser is driven", op.citations, op)


def _call(op: Op, facts: Facts) -> Iterator[Finding]:
    given = b"".join(facts.skill.range_bytes(cited) for cited in op.ranges("arguments"))
    level = 2 if _NESTED_ARGUMENTS.search(given) else 1
    yield Finding("tool.call.format", level, 55, "tool-call", "a named tool is called", op.citations, op)


def _generate(op: Op, facts: Facts) -> Iterator[Finding]:
    """Code of a language, structured data by the file's name, text by its size; a form where one is given."""
    family = facts.language(op.text("lang"))
    suffix = _SUFFIX.search(op.text("path"))
    size = op.attributes.get("bytes", 0)
    if family in _CODE:
        message = f"{op.text('lang')} is written"
        level = 3 if family == "python" and facts.foreign_modules else _CODE[family]
        yield Finding(f"gen.code.{family}", level, 88, "code-step", message, op.citations, op)
    elif suffix and suffix[1] in _STRUCTURED:
        yield Finding("gen.text.structured", 1, 50, "data-step", f"{suffix[1]} is written", op.citations, op)
    if isinstance(size, int) and size >= _LONG:
        level = 3 if size > _VERY_LONG else 2
        yield Finding("gen.text.long", level, 55, "long-step", f"{size} bytes are written", op.citations, op)
    if op.ranges("template"):
        yield Finding("follow.format", 2, 65, "template-step", "a form is filled in", op.ranges("template"), op)


def _choose(op: Op, facts: Facts) -> Iterator[Finding]:
    cases = len(op.region.ops) if op.region is not None else 0
    yield Finding(
        "reason.logic", 2 if cases > 3 else 1, 15, "branch", f"{cases} cases to choose from", op.citations, op
    )


def _together(op: Op, facts: Facts) -> Iterator[Finding]:
    members = len(op.region.ops) if op.region is not None else 0
    yield Finding(
        "tool.call.batch", 2 if members >= 4 else 1, 45, "parallel-group", "calls at one time", op.citations, op
    )


def _rule(op: Op, facts: Facts) -> Iterator[Finding]:
    yield Finding("follow.constraint", 1, 85, "rule", f"a rule says {op.text('force')}", op.citations, op)


OP_RULES: dict[str, OpRule] = {
    "exec": _command,
    "read": _read,
    "write": _write,
    "fetch": _fetch,
    "browse": _browse,
    "call": _call,
    "generate": _generate,
    "choose": _choose,
    "parallel": _together,
    "rule": _rule,
}
"""The rule for each op that has one, by the name of its class."""
