"""The rules of the skill format for frontmatter, as warnings: a skill that breaks them still compiles.

Source: Agent Skills specification, https://agentskills.io/specification (repository agentskills/agentskills,
docs/specification.mdx at 00d5a46). ``allowed-tools`` is the space-separated string there; that revision also takes a
list, which readers of earlier ones do not.
"""

import re

from .diagnostic import Diagnostic, Severity
from .frontmatter import Field, Frontmatter
from .source import Span

KNOWN_FIELDS = ("name", "description", "license", "compatibility", "metadata", "allowed-tools")
MAX_NAME = 64
MAX_DESCRIPTION = 1024
MAX_COMPATIBILITY = 500

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def check_frontmatter(frontmatter: Frontmatter, folder_name: str | None) -> list[Diagnostic]:
    """What the format's rules say about ``frontmatter``, in source order; empty when it keeps them all.

    ``folder_name`` is the name of the skill's folder, None when it is not known. Warnings, and notes for fields that
    the format does not have. What is wrong with the YAML itself is in ``frontmatter.diagnostics``.
    """
    if not frontmatter.present:
        help = f"begin the file with '---', name: {folder_name or 'NAME'}, description: ..., '---', a line each"
        return [_warning("SKV030", "the skill has no frontmatter", frontmatter.span, help)]
    found = [
        *_check_name(frontmatter, folder_name),
        *_check_description(frontmatter),
        *_check_texts(frontmatter),
        *_check_metadata(frontmatter),
        *_check_unknown(frontmatter),
    ]
    return sorted(found, key=lambda diagnostic: diagnostic.span.start if diagnostic.span else 0)


def _warning(code: str, message: str, span: Span, help: str) -> Diagnostic:
    return Diagnostic(code, message, span, Severity.WARNING, help)


def _first_line(frontmatter: Frontmatter) -> Span:
    span = frontmatter.span
    return Span(span.source, span.start, max(span.start, frontmatter.inner.start))


def _place(field: Field) -> Span:
    """The value, or the key where the value has no bytes."""
    return field.value_span if field.value_span.end > field.value_span.start else field.key_span


def _kind(field: Field) -> str:
    value = field.value
    if isinstance(value, bool):
        return "a boolean"
    return "a list" if isinstance(value, list) else "a map" if isinstance(value, dict) else "a number"


def _required(frontmatter: Frontmatter, code: str, name: str, example: str) -> tuple[Field | None, list[Diagnostic]]:
    """Field ``name`` when it holds text to look at, else what is wrong with it."""
    field = frontmatter.fields.get(name)
    if field is None:
        message = f"the frontmatter has no '{name}'"
        return None, [_warning(code, message, _first_line(frontmatter), f"add the line {name}: {example}")]
    if field.value is None or (isinstance(field.value, str) and not field.value.strip()):
        return None, [_warning(code, f"'{name}' is empty", _place(field), f"write {name}: {example}")]
    if isinstance(field.value, str):
        return field, []
    spelled = frontmatter.text(name)
    help = f'write {name}: "{spelled}"' if spelled is not None else f"write {name}: {example}"
    return None, [_warning(code, f"'{name}' is {_kind(field)}, not text", _place(field), help)]


def _check_name(frontmatter: Frontmatter, folder_name: str | None) -> list[Diagnostic]:
    field, found = _required(frontmatter, "SKV031", "name", folder_name or "NAME")
    name = str(field.value) if field is not None else ""
    if field is None:
        return found
    sound = _NAME.fullmatch(name) is not None
    if not sound:
        fixed = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:MAX_NAME].strip("-")
        best = folder_name if folder_name and _NAME.fullmatch(folder_name) else fixed or "NAME"
        message = f"name '{name[:80]}' is not a-z, 0-9 and single hyphens between them"
        found.append(_warning("SKV031", message, _place(field), f"write name: {best}"))
    if len(name) > MAX_NAME:
        message = f"the name has {len(name)} characters, at most {MAX_NAME} are allowed"
        found.append(_warning("SKV031", message, _place(field), "shorten the name, and rename the folder alike"))
    if folder_name is not None and name != folder_name:
        message = f"name '{name[:80]}' differs from its folder '{folder_name}'"
        rename = f"rename the folder to {name[:MAX_NAME]}" if sound else "rename the folder alike"
        help = f"write name: {folder_name}, or {rename}"
        found.append(_warning("SKV039", message, _place(field), help))
    return found


def _check_description(frontmatter: Frontmatter) -> list[Diagnostic]:
    field, found = _required(frontmatter, "SKV032", "description", "what the skill does and when to use it")
    if field is not None:
        found += _too_long(field, "SKV032", MAX_DESCRIPTION, "move details into the body")
    return found


def _too_long(field: Field, code: str, limit: int, help: str) -> list[Diagnostic]:
    length = len(str(field.value).strip())
    if length <= limit:
        return []
    message = f"'{field.name}' has {length} characters, at most {limit} are allowed"
    return [_warning(code, message, _place(field), f"cut {length - limit} characters: {help}")]


def _check_texts(frontmatter: Frontmatter) -> list[Diagnostic]:
    """The optional fields that are one string each."""
    found: list[Diagnostic] = []
    for name, code in (("compatibility", "SKV033"), ("allowed-tools", "SKV035"), ("license", "SKV036")):
        field = frontmatter.fields.get(name)
        if field is None:
            continue
        if not isinstance(field.value, str):
            found.append(_not_text(frontmatter, field, code))
        elif not field.value.strip() and name != "allowed-tools":
            found.append(_warning(code, f"'{name}' is empty", _place(field), "fill it in, or delete the line"))
        elif name == "compatibility":
            found += _too_long(field, code, MAX_COMPATIBILITY, "name only what the skill cannot do without")
    return found


def _not_text(frontmatter: Frontmatter, field: Field, code: str) -> Diagnostic:
    if field.value is None:
        return _warning(code, f"'{field.name}' is empty", _place(field), "fill it in, or delete the line")
    help = "write it as one string"
    if isinstance(field.value, list) and all(isinstance(item, str) for item in field.value):
        help = f"write {field.name}: {' '.join(map(str, field.value))}"[:200]
    elif (spelled := frontmatter.text(field.name)) is not None:
        help = f'write {field.name}: "{spelled}"'
    return _warning(code, f"'{field.name}' is {_kind(field)}, not one string", _place(field), help)


def _check_metadata(frontmatter: Frontmatter) -> list[Diagnostic]:
    field = frontmatter.fields.get("metadata")
    if field is None or field.tolerant:
        return []
    if not isinstance(field.value, dict):
        what = "empty" if field.value is None else "not a map of strings"
        return [_warning("SKV034", f"'metadata' is {what}", _place(field), "write indented key: value lines below it")]
    odd = [key for key, value in field.value.items() if not isinstance(value, str)]
    if not odd:
        return []
    key = odd[0]
    more = f" (and {len(odd) - 1} more)" if len(odd) > 1 else ""
    nested = isinstance(field.value[key], list | dict)
    help = "put its JSON into one quoted string" if nested else f'put the value in quotes: {key}: "..."'
    return [_warning("SKV034", f"'{key}' in metadata{more} is not a string", _place(field), help)]


def _check_unknown(frontmatter: Frontmatter) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    missing = [name for name in KNOWN_FIELDS if name not in frontmatter.fields]
    for name, field in frontmatter.fields.items():
        if name in KNOWN_FIELDS:
            continue
        # difflib takes 2 ms to import, and most skills have no unknown field.
        from difflib import get_close_matches

        folded = name.lower().replace("_", "-")
        near = [folded] if folded in missing else get_close_matches(folded, missing, n=1, cutoff=0.8)
        if near:
            message = f"unknown field '{name}', '{near[0]}' is missing"
            found.append(_warning("SKV038", message, field.key_span, f"did you mean '{near[0]}'?"))
        else:
            message = f"the format has no field '{name}'; it is kept"
            help = "move it under metadata, unless your agent reads it"
            found.append(Diagnostic("SKV037", message, field.key_span, Severity.NOTE, help))
    return found
