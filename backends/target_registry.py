"""Finds targets by name, alias or path, and completes them: harness facts, borrowed figures, derived estimates."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from ..grammar.diagnostic import Diagnostic, SkvmError
from ..grammar.source import Source
from ..skvm_ir.needs import Catalogue, load_catalogue
from ..skvm_ir.target import Evidence, Figure, Figures, Harness, Prior, Target
from .target_file import TargetFile, read_harness, read_prior, read_target_file
from .toml_reader import key_span, parse_toml

_HERE = Path(__file__).parent
TARGETS = _HERE / "targets"
HARNESSES = _HERE / "harnesses"
PRIORS = _HERE / "priors.toml"


@frozen
class TargetSummary:
    """One line of ``--list-targets``."""

    name: str
    model: str
    harness: str
    estimated: bool
    provenance: str
    aliases: tuple[str, ...]


def load_target(name: str | Path, catalogue: Catalogue | None = None) -> Target:
    """The target ``name``: a built-in one, its alias, or the path of a TOML file (with a slash or ``.toml``).

    ``catalogue`` is for targets with primitives of one's own. Reads the target's file, its harness, and only where
    figures are missing those of the same model in other harnesses. Raises ``SkvmError``: SKV401 unknown, SKV402 an
    ambiguous alias, SKV406 unreadable, SKV407 unknown harness, SKV408 a circle of derivations, and what is wrong
    inside a file (SKV403 to SKV405).
    """
    known = catalogue or load_catalogue()
    if isinstance(name, Path) or name.endswith(".toml") or "/" in name or "\\" in name:
        return _load(Path(name), known, ())
    return _builtin(resolve_name(name), known)


def resolve_name(name: str) -> str:
    """The full name of the built-in target that ``name`` names or abbreviates; ``SkvmError`` SKV401 or SKV402."""
    if (TARGETS / f"{name}.toml").is_file():
        return name
    summaries = list_targets()
    meant = [summary.name for summary in summaries if name in _possible_aliases(summary)]
    if len(meant) == 1:
        return meant[0]
    if meant:
        finding = Diagnostic(
            "SKV402", f"'{name}' stands for {len(meant)} targets", help=f"write {_listed(meant, 'or')} instead"
        )
    else:
        near = _nearest(name, summaries)
        tail = "'skvm llc --list-targets' lists all; a path to a .toml file works too"
        finding = Diagnostic(
            "SKV401", f"unknown target '{name}'", help=f"did you mean {_listed(near, 'or')}? {tail}" if near else tail
        )
    raise SkvmError([finding])


def list_targets() -> tuple[TargetSummary, ...]:
    """All built-in targets by name, with the aliases that are unambiguous."""
    summaries = [_summary(path) for path in sorted(TARGETS.glob("*.toml"))]
    uses: dict[str, int] = {}
    for summary in summaries:
        for alias in _possible_aliases(summary):
            uses[alias] = uses.get(alias, 0) + 1
    names = {summary.name for summary in summaries}
    return tuple(
        evolve(
            summary,
            aliases=tuple(alias for alias in _possible_aliases(summary) if uses[alias] == 1 and alias not in names),
        )
        for summary in summaries
    )


def load_prior() -> Prior:
    """The priors fitted on the published profiles (docs/decisions/0003-success-posterior.md)."""
    return _prior(PRIORS)


@lru_cache(maxsize=2)
def _prior(path: Path) -> Prior:
    return read_prior(_read(path))


@lru_cache(maxsize=64)
def _builtin(name: str, catalogue: Catalogue) -> Target:
    return _load(TARGETS / f"{name}.toml", catalogue, ())


def _load(path: Path, catalogue: Catalogue, above: tuple[Path, ...]) -> Target:
    file = read_target_file(_read(path), catalogue)
    if file.derived_from is not None:
        return _derived(path, file, catalogue, (*above, path.resolve()))
    return Target(
        name=path.stem,
        harness=_harness(file, file.harness or "generic"),
        figures=_guessed(file) if file.estimated else _with_borrowed(path, file, catalogue),
        published=file.published,
        assumed=file.assumed,
        **_own(file),
    )


def _derived(path: Path, file: TargetFile, catalogue: Catalogue, above: tuple[Path, ...]) -> Target:
    """The base's trials with the factors of ``file``: it cannot be stronger than its base anywhere."""
    base_name = file.derived_from or ""
    is_path = base_name.endswith(".toml") or "/" in base_name
    base_path = path.parent / base_name if is_path else TARGETS / f"{resolve_name(base_name)}.toml"
    if base_path.resolve() in above:
        raise _finding(file, "SKV408", "derived_from", f"'{path.stem}' is derived from itself")
    base = _load(base_path, catalogue, above)
    one, two, three = (own * of_base for own, of_base in zip(file.factors, base.factors, strict=True))
    return Target(
        name=path.stem,
        harness=base.harness if file.harness is None else _harness(file, file.harness),
        figures={primitive: _estimated(figures, base.name) for primitive, figures in base.figures.items()},
        factors=(one, two, three),
        assumed=base.assumed,
        **_own(file),
    )


def _own(file: TargetFile) -> dict[str, Any]:
    """The fields of a target that its file alone decides."""
    return {
        "model": file.model,
        "prior": load_prior(),
        "estimated": file.estimated,
        "provenance": file.provenance,
        "keeps_text": file.keeps_text,
        "prompt_style": file.prompt_style,
        "context_window": file.context_window,
        "tokenizer": file.tokenizer,
        "price_in": file.price_in,
        "price_out": file.price_out,
        "model_source": file.model_source,
    }


def _estimated(figures: Figures, base: str) -> Figures:
    one, two, three = (
        evolve(figure, evidence=Evidence.ESTIMATED, borrowed_from=base) if figure.total else figure
        for figure in figures
    )
    return (one, two, three)


def _guessed(file: TargetFile) -> Mapping[str, Figures]:
    """Figures that somebody wrote down without measuring them."""
    return {primitive: _estimated(figures, "") for primitive, figures in file.figures.items()}


def _with_borrowed(path: Path, file: TargetFile, catalogue: Catalogue) -> Mapping[str, Figures]:
    """The figures of ``file``, each missing one taken from the same model in other harnesses, marked and discounted."""
    missing = [
        primitive
        for primitive in catalogue.names
        if not all(figure.total for figure in file.figures.get(primitive, (Figure(),)))
    ]
    if not missing or "/" not in file.model:
        return file.figures
    stems = TARGETS.glob(f"*--{file.model.replace('/', '-')}.toml")
    others = [read_target_file(_read(other), catalogue) for other in sorted(stems) if other.stem != path.stem]
    lenders = {Path(other.source.path).stem: other for other in others if not other.estimated}
    figures = dict(file.figures)
    for primitive in missing:
        own = figures.get(primitive, (Figure(), Figure(), Figure()))
        one, two, three = (
            figure if figure.total else _borrowed(primitive, at, lenders) for at, figure in enumerate(own)
        )
        figures[primitive] = (one, two, three)
    return figures


def _borrowed(primitive: str, at: int, lenders: Mapping[str, TargetFile]) -> Figure:
    trials = {name: other.figures[primitive][at] for name, other in lenders.items() if primitive in other.figures}
    lent = {name: figure for name, figure in trials.items() if figure.total}
    if not lent:
        return Figure()
    return Figure(
        passed=sum(figure.passed for figure in lent.values()),
        total=sum(figure.total for figure in lent.values()),
        # The time depends on the harness, so it is not lent.
        evidence=Evidence.BORROWED,
        borrowed_from=", ".join(lent),
        weight=load_prior().borrowing,
    )


def _harness(file: TargetFile, name: str) -> Harness:
    path = HARNESSES / f"{name}.toml"
    if not path.is_file():
        known = sorted(found.stem for found in HARNESSES.glob("*.toml"))
        help = f"known are {_listed(known, 'and')}; use 'generic' with [harness_facts] for any other"
        raise _finding(file, "SKV407", "harness", f"unknown harness '{name}'", help)
    harness = _builtin_harness(path)
    if not file.harness_facts:
        return harness
    own = read_harness(file.source, name, file.harness_facts, "[harness_facts]")
    said = {key: getattr(own, key) for key in file.harness_facts if key not in ("tools", "sources")}
    return evolve(harness, tools={**harness.tools, **own.tools}, sources={**harness.sources, **own.sources}, **said)


@lru_cache(maxsize=32)
def _builtin_harness(path: Path) -> Harness:
    return read_harness(_read(path), path.stem)


def _read(path: Path) -> Source:
    try:
        return Source(str(path), path.read_bytes())
    except OSError as error:
        finding = Diagnostic(
            "SKV406",
            f"the target file cannot be read: {(error.strerror or str(error)).lower()}",
            path=str(path),
            help="check the path; a name without a slash and without .toml is looked up among the built-in targets",
        )
        raise SkvmError([finding]) from error


def _summary(path: Path) -> TargetSummary:
    """The head of a target file: all that stands before its first table, which is quick to read."""
    data = path.read_bytes()
    head = parse_toml(Source(str(path), data.split(b"\n[", 1)[0]), "SKV403")
    return TargetSummary(
        name=path.stem,
        model=str(head.get("model", "")),
        harness=str(head.get("harness", "")),
        estimated=head.get("estimated") is not False,
        provenance=str(head.get("provenance", "")),
        aliases=(),
    )


def _possible_aliases(summary: TargetSummary) -> tuple[str, ...]:
    """The name without the maker of the model, and the model alone."""
    short = summary.model.partition("/")[2]
    return (f"{summary.harness}--{short}", short) if short and not summary.estimated else ()


def _nearest(name: str, summaries: Iterable[TargetSummary]) -> list[str]:
    """Up to three names that contain ``name`` or look like it."""
    from difflib import get_close_matches

    meant = {alias: summary.name for summary in summaries for alias in (summary.name, *summary.aliases)}
    inside = [alias for alias in meant if name and name.lower() in alias.lower()]
    alike = get_close_matches(name.lower(), list(meant), n=3, cutoff=0.5)
    return list(dict.fromkeys(meant[alias] for alias in (*inside, *alike)))[:3]


def _listed(names: Iterable[str], word: str) -> str:
    quoted = [f"'{name}'" for name in names]
    return f" {word} ".join(filter(None, (", ".join(quoted[:-1]), quoted[-1])))


def _finding(file: TargetFile, code: str, key: str, message: str, help: str = "name another target") -> SkvmError:
    place = key_span(file.source, key)
    return SkvmError([Diagnostic(code, message, place, help=help, path=file.source.path)])
