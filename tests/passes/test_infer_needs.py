"""What ``infer-needs`` finds beyond single goldens: whole skills, its data, and its agreement with careful readers."""

import json
import re
import tomllib
from pathlib import Path
from statistics import mean

from skvm.backends.read_folder import read_bundle
from skvm.grammar.source import Source
from skvm.passes.context import Context
from skvm.passes.infer_needs import SHORTEST, InferNeeds, SkillNeed, skill_needs
from skvm.skvm_ir.from_skill import lift
from skvm.skvm_ir.module import Module
from skvm.skvm_ir.needs import Need
from skvm.skvm_ir.op import Range
from skvm.skvm_ir.parser import parse_module
from skvm.skvm_ir.printer import print_module
from skvm.skvm_ir.verifier import verify

from .modules import build_module

PASSES = Path(__file__).parents[2] / "passes"
PYTHON_SAMPLE = "import numpy\nvalues = numpy.array([1, 2, 3])\nprint(values.mean())\n" * 4


def inferred(module: Module) -> Module:
    InferNeeds().run(module, Context())
    return module


def with_flow(flow: str, shape: str = "procedure") -> Module:
    """The small module with another flow, written as in a ``.sir`` file."""
    module = build_module(name="other")
    module.skills[0].attributes["shape"] = shape
    module.skills[0].flow.ops.clear()
    text = print_module(module)
    return parse_module(Source("flow.sir", text.replace("  flow {\n", f"  flow {{\n{flow}\n").encode()))


def test_a_need_of_the_skill_is_the_highest_of_its_ops() -> None:
    module = inferred(
        with_flow(
            'exec @one {run = ["make"]} from [b2]\nexec @two {shell = [b2:5+8], stdout = "log"} after [@one] from [b2]'
        )
    )
    assert skill_needs(module.skills[0]) == [
        SkillNeed(Need("tool.exec", 2, 92), (Range(2),), "command-with-output"),
    ]


def test_a_group_off_the_path_asks_for_nothing_unless_it_is_a_menu() -> None:
    flow = 'aside @help from [b4] {\nread @manual {path = "help.txt"} from [b4]\n}'
    assert "tool.file.read" not in {own.need.primitive for own in skill_needs(inferred(with_flow(flow)).skills[0])}
    assert "tool.file.read" in {own.need.primitive for own in skill_needs(inferred(with_flow(flow, "menu")).skills[0])}


def test_a_skill_without_a_flow_still_has_needs() -> None:
    skill = inferred(build_module(f"# Means\n\n```python\n{PYTHON_SAMPLE * 3}```\n")).skills[0]
    [python] = [own for own in skill_needs(skill) if own.need.primitive == "gen.code.python"]
    assert (python.need.level, python.evidence, python.rule) == (3, (Range(2),), "scored")


def test_a_finding_says_what_carried_it() -> None:
    text = "# Rules\n\n" + "You must never push to the main branch without a review.\n\n" * 12
    skill = inferred(build_module(text)).skills[0]
    [note] = [note for note in skill.notes if note.text("need").startswith("follow.constraint")]
    assert "words of constraint" in note.text("message")
    assert skill.text_of(note.citations[0]).startswith("You must never push")


def test_a_text_shorter_than_any_labelled_skill_is_not_scored() -> None:
    long = "You must never push to the main branch without a review.\n\n"
    assert len(long * 10) < SHORTEST < len(long * 11)
    assert skill_needs(inferred(build_module(long * 10)).skills[0]) == []
    assert skill_needs(inferred(build_module(long * 11)).skills[0]) != []


def test_what_is_rather_not_there_is_left_out() -> None:
    skill = inferred(with_flow('%page: text = fetch {url = "https://example.org"} from [b4]')).skills[0]
    assert [str(need) for op in skill.flow.ops for need in op.needs] == ["tool.web:L1 20"]
    assert skill_needs(skill) == []
    assert [str(own.need) for own in skill_needs(skill, confidence=20)] == ["tool.web:L1 20"]


def test_further_markdown_is_read_when_it_is_needed_and_not_counted() -> None:
    one = build_module("# Notes\n\nSee more.\n")
    two = build_module("# Notes\n\nSee more.\n")
    extra = build_module(f"# More\n\n```python\n{PYTHON_SAMPLE}```\n").skills[0]
    for block in extra.walk_blocks():
        block.source, block.number = 1, block.number + 100
    two.skills[0].sources += extra.sources
    two.skills[0].blocks += extra.blocks
    assert skill_needs(inferred(two).skills[0]) == skill_needs(inferred(one).skills[0])


def test_the_word_lists_hold_whole_words_once() -> None:
    data = tomllib.loads((PASSES / "need_words.toml").read_text(encoding="utf-8"))
    for group, words in data["words"].items():
        assert len(set(words)) == len(words), group
        assert all(re.fullmatch(r"[a-z][\w'-]*", word) for word in words), group
    spellings = [spelling for group in data["languages"].values() for spelling in group]
    assert len(set(spellings)) == len(spellings)


def test_every_corpus_skill_stays_sound_and_a_second_run_changes_nothing(shared: Path) -> None:
    for path in sorted((shared / "corpus").rglob("SKILL.md")):
        module, _ = lift(read_bundle(path.parent))
        before = len(verify(module))
        inferred(module)
        text = print_module(module)
        assert len(verify(module)) == before, path
        assert not InferNeeds().run(module, Context()), path
        assert print_module(module) == text, path


def read_labels(shared: Path, folder: str) -> dict[str, tuple[Path, list[dict[str, str]]]]:
    """For each labelled skill its folder, and for each reader the levels by primitive."""
    found: dict[str, tuple[Path, list[dict[str, str]]]] = {}
    root = shared / folder
    for item in json.loads((root / "items.json").read_text(encoding="utf-8")):
        labels = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(root.glob(f"*/{item['id']}.json"))]
        levels = [{need["primitive"]: need["level"] for need in label["requirements"]} for label in labels]
        found[item["id"]] = ((shared / item["file"]).parent, levels)
    return found


def agreement(found: dict[str, str], read: dict[str, str]) -> tuple[float, float]:
    """F1 of the primitives, and the share of levels that are the same among the primitives of both."""
    both = found.keys() & read.keys()
    f1 = 2 * len(both) / (len(found) + len(read)) if found or read else 1.0
    return f1, mean(found[name] == read[name] for name in both) if both else 0.0


def test_the_agreement_with_readers_does_not_slip(shared: Path) -> None:
    figures: list[tuple[float, float]] = []
    for path, readers in read_labels(shared, "labels").values():
        module, _ = lift(read_bundle(path))
        found = {own.need.primitive: f"L{own.need.level}" for own in skill_needs(inferred(module).skills[0])}
        compared = [agreement(found, read) for read in readers]
        figures.append((mean(f1 for f1, _ in compared), mean(level for _, level in compared)))
    assert mean(f1 for f1, _ in figures) >= 0.72
    assert mean(level for _, level in figures) >= 0.61
