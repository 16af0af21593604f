"""Fits the weights by which a workflow is summed up and its steps' kinds are named (``skvm_ir/step_weights.json``).

    python -m skvm.tools.fit_steps ../shared/training [--check]

The folder holds ``items.json`` and ``labels/<id>.json``. Needs scikit-learn, which only development installs. Folds
keep the skills of one task or plugin of a repository together; ``--check`` prints their figures and writes nothing."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from attrs import define

from ..backends.analysis_steps import ops_by_line
from ..skvm_ir.bundle import Bundle
from ..skvm_ir.from_skill import lift
from ..skvm_ir.lift_added import step_at
from ..skvm_ir.lift_kinds import OPEN_TO_DOUBT, kind_by_rules, kind_features
from ..skvm_ir.lift_outline import outline
from ..skvm_ir.lift_places import Place
from ..skvm_ir.lift_reader import Reader
from ..skvm_ir.lift_shape import survey
from ..skvm_ir.lift_summary import NEAR, SCALE, choose, find_places, plans_of

WEIGHTS = Path(__file__).parents[1] / "skvm_ir" / "step_weights.json"
SOURCE = "fitted by tools/fit_steps.py on ../shared/training; logits in hundredths"
LEAST_FAMILIES = 9
"""Families of skills that a feature of a place must be met in: a word of one skill is no feature."""
LEAST_FAMILIES_OF_KIND = 4
FOLDS = 8
PLACE_STRENGTH, KIND_STRENGTH = 0.06, 1.0
"""How far weights may go (the inverse of the L2 penalty), chosen by the folds."""
THRESHOLD = 20
"""Expected agreement in hundredths for which a text without a path is summed up: the folds like 15 to 25 alike, and to
see a workflow where there is none is the worse mistake."""
LEASTS = (0, 10, 15, 18, 20, 22, 25, 30)
_PREFERRED = {"heading": 2, "fence": 1, "paragraph": 1, "item paragraph": 1}

Json = dict[str, Any]
Model = dict[str, int]


@define(eq=False)
class Example:
    """A labelled skill: its places, the label of each (a kind or nothing), and what the rules called it."""

    family: str
    shape: str
    places: list[Place]
    labels: list[str]
    was: list[str]
    steps: list[Json]


@click.command()
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@click.option("--check", is_flag=True, help="Print the figures of the folds and write nothing.")
def main(folder: Path, check: bool) -> None:
    """Fit the weights on the labelled skills of FOLDER."""
    examples = [read_example(folder, item) for item in json.loads((folder / "items.json").read_text("utf-8"))]
    least = cross_validate(examples)
    if not check:
        places, kinds = fit_places(examples), fit_kinds(examples)
        data = {"source": SOURCE, "least": least, "places": places, "kinds": kinds}
        WEIGHTS.write_text(json.dumps(data, indent=0, ensure_ascii=False) + "\n", "utf-8")
        click.echo(f"{len(places)} weights of places, {sum(map(len, kinds.values()))} of kinds")


def family(item: Json) -> str:
    """The task or plugin that a skill belongs to: what must not stand on both sides of a fold."""
    parts = item["path"].split("/")
    named = parts[1] if parts[0] in ("tasks", "plugins") else parts[-2]
    return f"{item['repo']}:{named}"


def read_example(folder: Path, item: Json) -> Example:
    """A skill and what its reader said about its steps."""
    steps = json.loads((folder / "labels" / f"{item['id']}.json").read_text("utf-8"))["steps"]
    data = (folder.parent / item["file"]).read_bytes()
    module, _ = lift(Bundle.of_bytes(item["id"], {"SKILL.md": data}))
    skill = module.skills[0]
    reader = Reader(skill)
    text = outline([block for block in skill.blocks if block.source == 0], reader)
    found = survey(text, reader)
    places = find_places(text, reader, found, plans_of(found))
    ops = ops_by_line(skill)
    was = [
        kind_by_rules(place, ops[place.line]) if place.line in ops else _kind_if_added(place, reader)
        for place in places
    ]
    return Example(family(item), found.shape, places, _labels(places, steps), was, steps)


def _kind_if_added(place: Place, reader: Reader) -> str:
    plan = step_at(place, reader)
    return plan.told.kind if plan.told is not None else "exec"


def _labels(places: list[Place], steps: list[Json]) -> list[str]:
    """Each step's kind at the place nearest to its line."""
    labels = [""] * len(places)
    for step in steps:
        free = [at for at in range(len(places)) if not labels[at] and abs(places[at].line - step["line"]) <= NEAR]
        best = min(
            free,
            key=lambda at: (abs(places[at].line - step["line"]), _PREFERRED.get(places[at].kind, 0)),
            default=None,
        )
        if best is not None:
            labels[best] = step["kind"]
    return labels


def cross_validate(examples: list[Example]) -> int:
    """Print what the weights are worth on skills of families they were not fitted on; the threshold."""
    folds: list[tuple[Example, list[Place], int]] = []
    right = seen = 0
    for fold in range(FOLDS):
        families = sorted({example.family for example in examples})[fold::FOLDS]
        rest = [example for example in examples if example.family not in families]
        places, kinds = fit_places(rest), fit_kinds(rest)
        for example in (one for one in examples if one.family in families):
            _score(example.places, places)
            folds.append((example, *choose(example.places)))
            pairs = zip(example.places, example.labels, example.was, strict=True)
            named = [(label, _named(kinds, place, was)) for place, label, was in pairs if label]
            right += sum(label == kind for label, kind in named)
            seen += len(named)
    values = {least: _agreement(folds, least) for least in LEASTS}
    for least, value in values.items():
        click.echo(f"threshold {least}: steps F1 {value:.3f}")
    click.echo(f"kind {right / seen:.3f} of {seen} labelled places")
    return THRESHOLD


def _score(places: list[Place], table: Model) -> None:
    for place in places:
        place.score = table["bias"] + sum(table.get(name, 0) for name in (*place.shared, *place.own))


def _named(kinds: dict[str, Model], place: Place, was: str) -> str:
    if was not in OPEN_TO_DOUBT:
        return was
    features = kind_features(place, was)
    return max(kinds, key=lambda kind: sum(kinds[kind].get(name, 0) for name in features))


def _agreement(folds: list[tuple[Example, list[Place], int]], least: int) -> float:
    """Mean F1 of lines at most ``NEAR`` apart; skills without steps on both sides do not count."""
    values: list[float] = []
    for example, chosen, expected in folds:
        lines = [place.line for place in chosen] if example.shape == "procedure" or expected >= least else []
        wanted = [step["line"] for step in example.steps]
        if lines or wanted:
            values.append(2 * _matched(lines, wanted) / (len(lines) + len(wanted)))
    return sum(values) / len(values)


def _matched(lines: list[int], wanted: list[int]) -> int:
    free = list(wanted)
    for line in lines:
        best = min(free, key=lambda other: abs(other - line), default=None)
        if best is not None and abs(best - line) <= NEAR:
            free.remove(best)
    return len(wanted) - len(free)


def fit_places(examples: list[Example]) -> Model:
    """The weight of each feature of a place."""
    rows = [
        (example.family, [*place.shared, *place.own], bool(label))
        for example in examples
        for place, label in zip(example.places, example.labels, strict=True)
    ]
    (table,) = _fit(rows, LEAST_FAMILIES, PLACE_STRENGTH, lambda model: {"": 0}).values()
    return table


def fit_kinds(examples: list[Example]) -> dict[str, Model]:
    """The weight of each feature for each kind of step."""
    rows = [
        (example.family, kind_features(place, was), label)
        for example in examples
        for place, label, was in zip(example.places, example.labels, example.was, strict=True)
        if label
    ]
    return _fit(rows, LEAST_FAMILIES_OF_KIND, KIND_STRENGTH, lambda model: {k: i for i, k in enumerate(model.classes_)})


def _fit(
    rows: Iterable[tuple[str, list[str], Any]], least: int, strength: float, outputs: Callable[[Any], dict[str, int]]
) -> dict[str, Model]:
    """Logistic regression over the features that enough families have; zero weights are left out."""
    kept = list(rows)
    support: dict[str, set[str]] = defaultdict(set)
    for origin, features, _ in kept:
        for name in features:
            support[name].add(origin)
    known = {name for name, families in support.items() if len(families) >= least}
    vectorizer = import_module("sklearn.feature_extraction").DictVectorizer()
    matrix = vectorizer.fit_transform([{name: 1 for name in features if name in known} for _, features, _ in kept])
    model = import_module("sklearn.linear_model").LogisticRegression(C=strength, max_iter=1_000)
    model.fit(matrix, [wanted for _, _, wanted in kept])
    names = [str(name) for name in vectorizer.get_feature_names_out()]
    tables: dict[str, Model] = {}
    for output, row in outputs(model).items():
        weights = {name: round(float(value) * SCALE) for name, value in zip(names, model.coef_[row], strict=True)}
        start = round(float(model.intercept_[row]) * SCALE) + weights.get("bias", 0)
        tables[output] = {"bias": start} | {name: value for name, value in weights.items() if value and name != "bias"}
    return tables


if __name__ == "__main__":
    main()
