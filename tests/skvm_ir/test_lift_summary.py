"""Places, their scores, the choice among them, and the steps that are added for what was chosen."""

import time

import pytest
from skvm.grammar.block import Block, BlockKind
from skvm.skvm_ir.bundle import Bundle
from skvm.skvm_ir.from_skill import lift
from skvm.skvm_ir.lift_kinds import kind_features, likeliest_kind
from skvm.skvm_ir.lift_outline import Section, outline
from skvm.skvm_ir.lift_places import MAXIMUM_PLACES, Place, comments
from skvm.skvm_ir.lift_reader import Reader
from skvm.skvm_ir.lift_shape import survey
from skvm.skvm_ir.lift_summary import MOST_STEPS, choose, find_places, plans_of, score, summary_of, weights
from skvm.skvm_ir.lift_words import Phrases
from skvm.skvm_ir.module import Skill
from skvm.skvm_ir.verifier import verify


def lift_skill(text: str) -> Skill:
    module, _ = lift(Bundle.of_bytes("folder", {"SKILL.md": text.encode()}))
    assert list(verify(module)) == []
    return module.skills[0]


def places_of(text: str) -> list[Place]:
    skill = lift_skill(text)
    reader = Reader(skill)
    main = outline([block for block in skill.blocks if block.source == 0], reader)
    found = survey(main, reader)
    return find_places(main, reader, found, plans_of(found))


def place(line: int, chance: int, kind: str = "ordered", section: Section | None = None) -> Place:
    """A place that a rule found, with a score of ``chance`` hundredths of a logit."""
    leaf = Block(line, BlockKind.PARAGRAPH, 0, line, line + 1)
    around = section or Section(None, 0)
    made = Place(leaf, 0, -1, line, kind, around, "Check it", None, [], "step")
    made.score = chance
    return made


def test_places_stand_where_steps_could() -> None:
    text = (
        "# Tea\n\n## Steps\n\nHeat water:\n\n1. Fill the pot.\n2. Light the fire.\n\n```python\n# Pour\npour()\n```\n\n"
        "```sh\nls\npwd\n```\n\n## References\n\n- Read the book\n"
    )
    found = [(one.line, one.kind, one.found) for one in places_of(text)]
    assert found == [
        (1, "heading", ""),
        (3, "heading", ""),
        (5, "paragraph", "step"),
        (7, "ordered", "step"),
        (8, "ordered", "step"),
        (11, "comment", ""),
        (10, "fence", ""),
        (16, "command", "step"),
        (17, "command", "step"),
    ]


def test_a_bullet_that_tells_nothing_is_no_place() -> None:
    kinds = [one.kind for one in places_of("# T\n\n## A\n\n- A red door\n- Close the door\n")]
    assert kinds.count("bullet") == 1


def test_advice_is_left_out_unless_a_rule_found_a_step_there() -> None:
    assert [one.line for one in places_of("# T\n\n## Best practices\n\n1. Check it\n2. Test the build\n")] == [1]


def test_comments_end_where_the_next_begins() -> None:
    text = "```py\n# One\na()\n# Two\nb()\n```\n"
    assert [text[start:end] for start, end, _ in comments(text)] == ["# One\na()\n", "# Two\nb()\n"]
    assert comments("```py\na()\n```\n") == []


def test_at_most_so_many_are_chosen() -> None:
    chosen, expected = choose([place(10 * line, 500) for line in range(1, 31)])
    assert len(chosen) == MOST_STEPS
    assert expected == 56


def test_what_is_unlikely_is_left_out() -> None:
    chosen, _ = choose([place(10, 300), place(20, -600), place(30, 300)])
    assert [one.line for one in chosen] == [10, 30]


def test_two_places_within_two_lines_say_one_step_unless_both_are_listed() -> None:
    said = choose([place(10, 300, "heading"), place(12, 400, "paragraph")])[0]
    assert [one.line for one in said] == [12]
    listed = choose([place(10, 300), place(11, 400)])[0]
    assert [one.line for one in listed] == [10, 11]


def test_a_place_that_may_be_no_step_is_never_chosen() -> None:
    example = place(10, 900, "fence")
    example.found, example.own = "", ["fence:taught"]
    assert choose([example]) == ([], 0)


def test_sections_take_turns_where_all_is_alike() -> None:
    sections = [Section(None, number) for number in range(4)]
    chosen, _ = choose(
        [place(100 * at + 10 * n, 100, "command", one) for at, one in enumerate(sections) for n in range(9)]
    )
    assert {id(one.section) for one in chosen} == set(map(id, sections))


def test_a_section_without_path_becomes_an_operation_or_stays_knowledge() -> None:
    assert lift_skill("# Words\n\nRed is warm.\n\n- Blue\n- Green\n").shape == "reference"


def test_what_lifting_chose_is_found_again_from_the_text() -> None:
    text = "# Tea\n\n## Workflow\n\n1. Fill the pot.\n2. Light the fire.\n3. Check the water.\n"
    skill = lift_skill(text)
    lines = [one.line for one in summary_of(skill)]
    assert lines == [5, 6, 7]
    steps = [skill.place_of(op) for op in skill.flow.walk() if op.name in ("act", "write", "check", "exec")]
    assert [span.line for span in steps if span is not None] == lines


def test_every_weight_is_a_whole_number_and_none_is_of_one_skill() -> None:
    table = weights()
    assert "bias" in table.places
    assert len(table.kinds) == 12
    assert all(isinstance(value, int) for own in (table.places, *table.kinds.values()) for value in own.values())


@pytest.mark.parametrize(("text", "kind"), [("Ask the user which one", "ask"), ("Verify the sum", "check")])
def test_the_rules_kind_is_kept_where_rules_are_sure(text: str, kind: str) -> None:
    skill = lift_skill(f"# T\n\n## Workflow\n\n1. {text}\n2. Check it\n")
    op = next(op for op in skill.flow.walk() if op.name == kind)
    found = next(one for one in summary_of(skill) if one.line == 5)
    assert likeliest_kind(found, op) == kind
    assert f"was:{kind}" in kind_features(found, kind)


def test_phrases_of_a_title() -> None:
    phrases = Phrases.of("how it works")
    assert (phrases.first, phrases.last) == ({"how", "how it", "how it works"}, {"works", "it works", "how it works"})
    assert phrases.anywhere == phrases.first | phrases.last | {"it"}


@pytest.mark.parametrize(
    "unit",
    ["## Step 1: Check it\n\nText.\n\n", "- Check it\n", "1. Check `git status -s`\n", "```py\n# a\n```\n", "Check. "],
)
def test_places_are_bounded_and_found_in_linear_time(unit: str) -> None:
    def seconds(size: int) -> float:
        start = time.process_time()
        found = places_of("# T\n\n## Workflow\n\n" + unit * (size // len(unit)))
        assert len(found) <= MAXIMUM_PLACES
        return time.process_time() - start

    assert seconds(200_000) < 8 * max(seconds(50_000), 0.05)


def test_scores_add_up() -> None:
    places = places_of("# T\n\n## Workflow\n\n1. Fill the pot.\n2. Light the fire.\n")
    score(places)
    table = weights().places
    wanted = [table["bias"] + sum(table.get(name, 0) for name in (*one.shared, *one.own)) for one in places]
    assert [one.score for one in places] == wanted
