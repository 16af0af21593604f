"""Reads one target file (``targets/*.toml``, or a user's) or harness file into the classes of ``skvm_ir/target.py``.

docs/targets.md describes the fields. Nothing here looks at a second file: borrowing and derivation are the registry's.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from enum import Enum
from typing import Any, TypeVar, cast

from attrs import field, frozen

from ..grammar.diagnostic import Diagnostic, SkvmError
from ..grammar.source import Source
from ..skvm_ir.needs import LEVELS, Catalogue
from ..skvm_ir.target import Evidence, Figure, Figures, Harness, Prior, PromptStyle, ToolAction
from .toml_reader import Reader, as_number, parse_toml

NOT_TOML = "SKV403"
WRONG_FIELD = "SKV404"
UNKNOWN_PRIMITIVE = "SKV405"

MemberT = TypeVar("MemberT", bound=Enum)


@frozen
class TargetFile:
    """What one target file says, before figures are borrowed or derived."""

    source: Source
    model: str
    harness: str | None
    harness_facts: Mapping[str, Any]
    estimated: bool
    provenance: str
    prompt_style: PromptStyle
    derived_from: str | None
    factors: tuple[float, float, float]
    assumed: float | None
    keeps_text: bool
    figures: Mapping[str, Figures]
    published: Mapping[str, int]
    context_window: int | None
    tokenizer: str
    price_in: float | None
    price_out: float | None
    model_source: str


@frozen
class _Capabilities:
    figures: dict[str, Figures] = field(factory=dict[str, Figures])
    published: dict[str, int] = field(factory=dict[str, int])


def read_target_file(source: Source, catalogue: Catalogue) -> TargetFile:
    """The target file ``source``. Raises ``SkvmError``: SKV403 not TOML, SKV404 a field is wrong, SKV405 a primitive
    that ``catalogue`` does not have; all findings of a file at once."""
    findings: list[Diagnostic] = []
    top = Reader(source, parse_toml(source, NOT_TOML), findings, WRONG_FIELD)
    facts = top.take_table("model_facts")
    capabilities = _capabilities(top.take_table("capabilities"), catalogue)
    top.take_table("not_counted")
    file = TargetFile(
        source=source,
        model=top.take_text("model") or "",
        harness=top.take_text("harness"),
        harness_facts=top.take_table("harness_facts").table,
        estimated=top.take_flag("estimated") is not False,
        provenance=top.take_text("provenance") or "",
        prompt_style=_member(top, "prompt_style", PromptStyle) or PromptStyle.MARKDOWN,
        derived_from=top.take_text("derived_from"),
        factors=_factors(top),
        assumed=top.take_amount("assumed_success"),
        keeps_text=top.take_flag("keeps_text") or False,
        figures=capabilities.figures,
        published=capabilities.published,
        context_window=facts.take_count("context_window"),
        tokenizer=facts.take_text("tokenizer") or "",
        price_in=facts.take_amount("price_in"),
        price_out=facts.take_amount("price_out"),
        model_source=facts.take_text("source") or "",
    )
    top.unknown("see docs/targets.md for the fields of a target")
    facts.unknown("the facts of a model are context_window, tokenizer, price_in, price_out and source")
    if not findings:  # a field that could not be read would be missed again here
        _check_whole(top, file)
    if findings:
        raise SkvmError(findings)
    return file


def read_harness(source: Source, name: str, table: Mapping[str, Any] | None = None, header: str = "") -> Harness:
    """The harness file ``source``, or the ``table`` of harness facts inside it that ``header`` opens.

    A fact left out is unknown. Raises ``SkvmError`` (SKV403, SKV404).
    """
    findings: list[Diagnostic] = []
    facts = dict(table) if table is not None else parse_toml(source, NOT_TOML)
    top = Reader(source, facts, findings, WRONG_FIELD, header)
    tools = top.take_table("tools")
    sources = top.take_table("sources")
    harness = Harness(
        name=name,
        tools={action: text for action in ToolAction if (text := tools.take_text(action.value)) is not None},
        batch_calls=top.take_flag("batch_calls"),
        sub_agents=top.take_flag("sub_agents"),
        runs_commands=top.take_flag("runs_commands"),
        skill_folder=top.take_text("skill_folder"),
        placeholder=top.take_text("placeholder"),
        listing_budget=top.take_count("listing_budget"),
        sources={key: text for key in sources.table if (text := sources.take_text(key)) is not None},
    )
    tools.unknown("the actions are " + ", ".join(action.value for action in ToolAction))
    top.unknown("see docs/targets.md for the facts of a harness")
    if findings:
        raise SkvmError(findings)
    return harness


def read_prior(source: Source) -> Prior:
    """The file of priors, which is the project's own: ``tools/import_profiles.py`` writes it."""
    table = parse_toml(source, NOT_TOML)
    means = cast(dict[str, list[float]], table["means"])
    return Prior(
        strength=float(table["strength"]),
        borrowing=float(table["borrowing"]),
        level_means=_three(cast(list[float], table["level_means"])),
        means={primitive: _three(values) for primitive, values in means.items()},
    )


def _three(values: list[float]) -> tuple[float, float, float]:
    one, two, three = values
    return (one, two, three)


def _member(reader: Reader, key: str, kind: type[MemberT]) -> MemberT | None:
    text = reader.take_text(key)
    for member in kind:
        if member.value == text:
            return member
    if text is not None:
        wanted = " or ".join(f"'{member.value}'" for member in kind)
        reader.report(key, f"'{key}' is '{text}', expected {wanted}")
    return None


def _factors(top: Reader) -> tuple[float, float, float]:
    """The factors of a derived target: they may lower, never raise, and keep success falling with the level."""
    found = top.take_list("factors")
    if found is None:
        return (1.0, 1.0, 1.0)
    numbers = [number for value in found if (number := as_number(value)) is not None]
    falling = len(found) == len(numbers) == 3 and 1 >= numbers[0] >= numbers[1] >= numbers[2] > 0
    if not falling:
        top.report("factors", f"'factors' is {found}, expected three numbers that do not rise, above 0 and up to 1")
        return (1.0, 1.0, 1.0)
    return _three(numbers)


def _capabilities(reader: Reader, catalogue: Catalogue) -> _Capabilities:
    capabilities = _Capabilities()
    for primitive in reader.table:
        if primitive not in catalogue:
            near = ", ".join(f"'{name}'" for name in catalogue.nearest(primitive))
            reader.code = UNKNOWN_PRIMITIVE
            reader.report(
                primitive,
                f"unknown primitive '{primitive}'",
                f"did you mean {near}?" if near else "add it to a catalogue of your own; see docs/targets.md",
            )
            reader.code = WRONG_FIELD
            continue
        cell = reader.take_table(primitive).table
        wrong = _wrong_cell(cell)
        if wrong:
            reader.report(primitive, f"'{primitive}' {wrong}")
            continue
        capabilities.figures[primitive] = _figures(cell)
        if "published" in cell:
            capabilities.published[primitive] = cell["published"]
    return capabilities


def _wrong_cell(cell: dict[str, Any]) -> str:
    """What is wrong with the figures of one primitive, as the end of a sentence; empty when nothing is."""
    unknown = [key for key in cell if key not in ("published", "passed", "total", "seconds")]
    if unknown:
        near = get_close_matches(unknown[0], ["published", "passed", "total", "seconds"], n=1)
        return f"has an unknown field '{unknown[0]}'" + (f", did you mean '{near[0]}'" if near else "")
    for key in ("passed", "total"):
        if not _is_counts(cell.get(key)):
            return f"needs '{key}' as three whole numbers, one a level"
    if any(passed > total for passed, total in zip(cell["passed"], cell["total"], strict=True)):
        return f"passed {cell['passed']} of {cell['total']}, expected no more than the total"
    if "seconds" in cell and not _is_seconds(cell["seconds"]):
        return "needs 'seconds' as three numbers of zero or more, one a level"
    if "published" in cell and cell["published"] not in (0, *LEVELS):
        return f"has the published level {cell['published']}, expected 0 to 3"
    return ""


def _is_counts(value: object) -> bool:
    counts = cast(list[object], value) if isinstance(value, list) else []
    return len(counts) == 3 and all(type(count) is int and count >= 0 for count in counts)


def _is_seconds(value: object) -> bool:
    numbers = [as_number(item) for item in cast(list[object], value)] if isinstance(value, list) else []
    return len(numbers) == 3 and all(number is not None and number >= 0 for number in numbers)


def _figures(cell: dict[str, Any]) -> Figures:
    seconds: list[float | None] = cell.get("seconds") or [None, None, None]
    one, two, three = (
        Figure(passed, total, spent, Evidence.MEASURED) if total else Figure()
        for passed, total, spent in zip(cell["passed"], cell["total"], seconds, strict=True)
    )
    return (one, two, three)


def _check_whole(top: Reader, file: TargetFile) -> None:
    """What no single field can tell: that estimates say so and that only derived targets have factors."""
    measured = any(figure.total for figures in file.figures.values() for figure in figures)
    if not file.estimated and not measured:
        top.report("estimated", "a target without figures of its own is estimated", "set estimated = true")
    if file.derived_from is not None and file.figures:
        top.report("capabilities", "a derived target has no figures of its own", "drop derived_from or [capabilities]")
    if file.derived_from is None and "factors" in top.table:
        top.report("factors", "'factors' lower a target that 'derived_from' names, and there is none")
    if file.assumed is not None and (file.assumed > 1 or file.figures or file.derived_from):
        top.report("assumed_success", "'assumed_success' is at most 1 and stands instead of all figures")
