"""Fits the weights of ``infer-needs``: ``python -m skvm.tools.fit_needs ../shared/training passes/need_weights.json``.

For development only: it needs the extra ``dev``. Beside the weights it writes a report (``needs_report.json``) with the
scores that every training skill got from weights fitted without it, and the agreement with readers they reach.
"""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from statistics import mean
from typing import Any, cast

import click

from ..backends.read_folder import read_bundle
from ..grammar.block import Block
from ..passes.need_facts import gather, vocabulary
from ..passes.need_scores import Score, score_skill
from ..passes.need_weights import read_weights
from ..skvm_ir.from_skill import lift
from ..skvm_ir.module import Skill
from ..skvm_ir.needs import load_catalogue
from .fit_linear import isotonic_steps
from .fit_needs_model import Example, Json, fit_weights

REPORT = Path(__file__).with_name("needs_report.json")
FOLDS = 10
SEED = 0
LIKELY = 40
"""As in ``infer-needs``: a need of at least this confidence is reported."""


@click.command()
@click.argument("training", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), default=REPORT, help="Where the report goes."
)
def main(training: Path, out: Path, report: Path) -> None:
    """Fit on the labelled skills of TRAINING and write the weights to OUT."""
    data, found = fit_all(read_examples(training))
    out.write_text(render(data), encoding="utf-8")
    report.write_text(render(found), encoding="utf-8")
    for name in ("random", "by source"):
        click.echo(f"{name} folds: needs F1 {found[name]['needs F1']}, level exact {found[name]['level exact']}")


def render(data: Json) -> str:
    """JSON with each entry of an object, and each skill, on a line, so that a difference can be read."""
    return _rendered(data) + "\n"


def _rendered(value: Any) -> str:
    if isinstance(value, dict):
        entries = cast(dict[str, Any], value).items()
        return "{\n" + ",\n".join(f"{_compact(name)}:{_rendered(entry)}" for name, entry in entries) + "\n}"
    if isinstance(value, list) and any(isinstance(entry, (dict, list)) for entry in cast(list[Any], value)):
        return "[\n" + ",\n".join(map(_compact, cast(list[Any], value))) + "\n]"
    return _compact(value)


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def read_examples(training: Path) -> list[Example]:
    """The labelled skills below ``training``, in the order of its ``items.json``."""
    items = json.loads((training / "items.json").read_text(encoding="utf-8"))
    return [_example(training, item) for item in items]


def _example(training: Path, item: dict[str, Any]) -> Example:
    label = json.loads((training / "labels" / f"{item['id']}.json").read_text(encoding="utf-8"))
    module, _ = lift(read_bundle((training.parent / item["file"]).parent))
    skill = module.skills[0]
    starts = list(_first_lines(skill))
    levels: dict[str, int] = {}
    evidence: dict[str, set[int]] = {}
    for need in label["requirements"]:
        levels[need["primitive"]] = int(need["level"][1])
        shown = [block.number for line, block in starts if line <= need["line"]]
        evidence.setdefault(need["primitive"], set()).update(shown[-1:])
    return Example(Path(item["file"]).parent.name, item["repo"].partition("/")[0], gather(skill), levels, evidence)


def _first_lines(skill: Skill) -> Iterator[tuple[int, Block]]:
    """The leaves of ``SKILL.md`` with the number of their first line."""
    data = skill.sources[0].source.data
    for leaf in skill.leaves():
        if leaf.source == 0:
            yield data.count(b"\n", 0, leaf.start) + 1, leaf


def refused_words(examples: Sequence[Example]) -> frozenset[str]:
    """Words that name a skill or a package of the training skills: they would be learnt by heart."""
    own = vocabulary()
    names = {example.name.lower() for example in examples}
    modules = {module.lower() for example in examples for module in example.facts.modules - own.standard_modules}
    return frozenset(names | {module for module in modules - own.groups_of.keys() if re.fullmatch(r"\w{3,}", module)})


def fit_all(examples: Sequence[Example]) -> tuple[Json, Json]:
    """The content of the weights file and of the report."""
    order, refused = list(load_catalogue().names), refused_words(examples)
    dice = Random(SEED)
    shuffled = list(range(len(examples)))
    dice.shuffle(shuffled)
    sources = sorted({example.source for example in examples})
    groups = [[n for n, example in enumerate(examples) if example.source == source] for source in sources]
    plans = {"random": [sorted(shuffled[fold::FOLDS]) for fold in range(FOLDS)], "by source": groups}
    unseen = {name: _unseen(examples, plan, refused, order) for name, plan in plans.items()}
    pairs = [
        (one.value, one.primitive in examples[n].levels) for n, scores in unseen["random"].items() for one in scores
    ]
    steps = isotonic_steps([value for value, _ in pairs], [present for _, present in pairs])
    data = fit_weights(examples, refused, order)
    data["calibration"] = [list(step) for step in steps]
    source = "Made by tools/fit_needs.py from the labelled training skills; passes/need_weights.py says how to read it."
    calibrated = read_weights(data)
    report: Json = {}
    for name, scores in unseen.items():
        found = {n: [[s.primitive, s.level, calibrated.confidence(s.value)] for s in scores[n]] for n in sorted(scores)}
        report[name] = agreement(examples, found)
        if name == "random":
            report["scores"] = [found[n] for n in range(len(examples))]
    report["present"] = [dict(sorted(example.levels.items())) for example in examples]
    return {"source": source, **data}, report


def _unseen(
    examples: Sequence[Example], plan: Sequence[Sequence[int]], refused: frozenset[str], order: Sequence[str]
) -> dict[int, list[Score]]:
    """Scores of each example by weights fitted without its fold."""
    found: dict[int, list[Score]] = {}
    for out in plan:
        kept_out = set(out)
        rest = [example for number, example in enumerate(examples) if number not in kept_out]
        weights = read_weights(fit_weights(rest, refused, order))
        for number in out:
            found[number] = score_skill(examples[number].facts, weights)
    return found


def agreement(examples: Sequence[Example], found: dict[int, list[list[Any]]]) -> dict[str, float]:
    """Mean F1 of the reported primitives and mean share of equal levels among those of both, over skills."""
    f1: list[float] = []
    level: list[float] = []
    for number, scores in found.items():
        read = examples[number].levels
        mine = {primitive: level for primitive, level, confidence in scores if confidence >= LIKELY}
        both = mine.keys() & read.keys()
        f1.append(2 * len(both) / (len(mine) + len(read)) if mine or read else 1.0)
        level.append(mean(mine[name] == read[name] for name in both) if both else 0.0)
    return {"needs F1": round(mean(f1), 4), "level exact": round(mean(level), 4)}


if __name__ == "__main__":
    main()
