"""Edits become bytes: each kind in each place, and what was not edited stays byte for byte."""

import hashlib

import pytest
from skvm.backends.emission import Emission, apply_edits
from skvm.backends.reparse import check_blocks
from skvm.grammar.block import Block
from skvm.skvm_ir.bundle import Bundle, Entry
from skvm.skvm_ir.edits import Content, Edit, EditKind, Side
from skvm.skvm_ir.from_skill import lift
from skvm.skvm_ir.module import Skill
from skvm.skvm_ir.op import Origin, Range

ORIGIN = Origin("test", "because")


def lifted(text: str) -> Skill:
    data = text.encode()
    entry = Entry("SKILL.md", len(data), hashlib.sha256(data).hexdigest(), "644", lambda: data)
    module, _ = lift(Bundle("sample", "SKILL.md", {"SKILL.md": entry}))
    return module.skills[0]


def leaf(skill: Skill, text: str) -> Block:
    """The leaf that holds ``text``."""
    return next(own for own in skill.leaves() if text.encode() in skill.block_bytes(own))


def part(skill: Skill, text: str) -> Range:
    """The bytes of ``text``."""
    own = leaf(skill, text)
    return Range(own.number, skill.block_bytes(own).index(text.encode()), len(text.encode()))


def whole(skill: Skill, text: str) -> Range:
    return Range(leaf(skill, text).number)


def edit(
    skill: Skill,
    kind: EditKind,
    *ranges: Range,
    content: Content | None = None,
    target: str = "",
    side: Side | None = None,
) -> None:
    skill.edits.append(Edit(len(skill.edits) + 1, kind, ranges, ORIGIN, content, target, side))


def emitted(skill: Skill) -> str:
    """The text of ``SKILL.md`` behind its edits, which has to read as it was meant and to account for every byte."""
    emission = apply_edits(skill, None)
    source = emission.sources[0]
    assert [finding.render() for finding in check_blocks(skill, 0, source)] == []
    account(skill, emission)
    return source.data.decode()


def account(skill: Skill, emission: Emission) -> None:
    """Pieces tile the output and, those of edits included, the source; what no edit made is the source's."""
    source, own = emission.sources[0], skill.sources[0].source.data
    out = at = 0
    for piece in source.pieces:
        assert piece.out_start == out
        assert piece.start >= at
        if piece.edit is None:
            assert source.data[piece.out_start : piece.out_end] == own[piece.start : piece.end]
            assert piece.start == at
        out, at = piece.out_end, max(at, piece.end)
    assert (out, at) == (len(source.data), len(own))


DOCUMENT = """\
---
name: sample
description: A sample.
---

# Title

First paragraph
of two lines.

1. One `code` here.
2. Two:
   - inner
   - other

   Tail of two.

> Quoted.

| a | b |
|---|---|
| 1 | 2 |

```bash
one
two
```
Behind.
"""


def test_without_edits_every_byte_stays() -> None:
    for text in (DOCUMENT, "", "x", DOCUMENT.replace("\n", "\r\n")):
        assert emitted(lifted(text)) == text


@pytest.mark.parametrize(
    ("anchor", "side", "before", "after"),
    [
        ("First", Side.AFTER, "of two lines.\n", "of two lines.\n\nNew.\n"),
        ("First", Side.BEFORE, "# Title\n\n", "# Title\n\nNew.\n\n"),
        ("# Title", Side.AFTER, "# Title\n", "# Title\n\nNew.\n"),
        ("One", Side.INTO, "1. One `code` here.\n", "1. One `code` here.\n\n   New.\n"),
        ("inner", Side.INTO, "   - inner\n", "   - inner\n\n     New.\n"),
        ("Tail", Side.AFTER, "   Tail of two.\n", "   Tail of two.\n\n   New.\n"),
        ("Quoted", Side.INTO, "> Quoted.\n", "> Quoted.\n>\n> New.\n"),
        ("| 1", Side.AFTER, "| 1 | 2 |\n", "| 1 | 2 |\n\nNew.\n"),
        ("one\n", Side.AFTER, "two\n```\n", "two\n```\n\nNew.\n\n"),
        ("Behind", Side.AFTER, "Behind.\n", "Behind.\n\nNew.\n"),
    ],
)
def test_new_blocks_stand_apart_in_the_containers_of_their_anchor(
    anchor: str, side: Side, before: str, after: str
) -> None:
    for crlf in (False, True):
        end = "\r\n" if crlf else "\n"
        skill = lifted(DOCUMENT.replace("\n", end))
        edit(skill, EditKind.INSERT, whole(skill, anchor.replace("\n", end)), content="New.", side=side)
        assert emitted(skill) == DOCUMENT.replace(before, after, 1).replace("\n", end)


def test_into_a_container_is_behind_all_that_is_in_it() -> None:
    skill = lifted(DOCUMENT)
    item = leaf(skill, "Two:").parent
    assert item is not None
    edit(skill, EditKind.INSERT, Range(item.number), content="New.", side=Side.INTO)
    assert "   Tail of two.\n\n   New.\n" in emitted(skill)


@pytest.mark.parametrize("content", ["- a\n- b", "1. a\n2. b", "```\nx\n```", "# A"])
def test_what_interrupts_a_paragraph_needs_no_blank_line_before_it(content: str) -> None:
    skill = lifted("Text.\n\nMore.\n")
    edit(skill, EditKind.INSERT, whole(skill, "Text"), content=content, side=Side.AFTER)
    assert emitted(skill) == f"Text.\n{content}\n\nMore.\n"


def test_a_list_that_does_not_begin_with_one_needs_a_blank_line() -> None:
    skill = lifted("Text.\n")
    edit(skill, EditKind.INSERT, whole(skill, "Text"), content="3. c", side=Side.AFTER)
    assert emitted(skill) == "Text.\n\n3. c\n"


def test_a_missing_final_newline_is_made_first() -> None:
    skill = lifted("# T\n\n- One")
    edit(skill, EditKind.INSERT, whole(skill, "One"), content="New.", side=Side.INTO)
    assert emitted(skill) == "# T\n\n- One\n\n  New.\n"


def test_two_insertions_at_one_place_stand_in_the_order_of_their_numbers() -> None:
    skill = lifted("Text.\n")
    edit(skill, EditKind.INSERT, whole(skill, "Text"), content="A.", side=Side.AFTER)
    edit(skill, EditKind.INSERT, whole(skill, "Text"), content="B.", side=Side.AFTER)
    assert emitted(skill) == "Text.\n\nA.\n\nB.\n"


def test_part_of_a_sentence_is_replaced_in_place() -> None:
    skill = lifted(DOCUMENT)
    edit(skill, EditKind.REPLACE, part(skill, "`code`"), content="`c` and `d`")
    assert emitted(skill) == DOCUMENT.replace("`code`", "`c` and `d`")


@pytest.mark.parametrize(
    ("old", "new", "before", "after"),
    [
        ("of two lines", "A\nB", "First paragraph\nof two lines.", "First paragraph\nA\nB."),
        ("First paragraph\nof two lines.", "A.\nB.", "First paragraph\nof two lines.\n", "A.\nB.\n"),
        ("inner", "a\nb", "   - inner\n", "   - a\n     b\n"),
        ("the", "a\nb", "   - other\n", "   - oa\n     br\n"),
        ("Quoted.", "a\nb", "> Quoted.\n", "> a\n> b\n"),
        ("one", "a\nb", "one\ntwo\n", "a\nb\ntwo\n"),
    ],
)
def test_new_lines_get_the_prefix_of_the_place(old: str, new: str, before: str, after: str) -> None:
    skill = lifted(DOCUMENT)
    edit(skill, EditKind.REPLACE, part(skill, old), content=new)
    assert apply_edits(skill, None).sources[0].data.decode() == DOCUMENT.replace(before, after)


def test_code_in_an_item_keeps_its_indentation_and_its_prompt() -> None:
    text = "1. Do:\n\n   ```console\n   $ a && b\n   done\n   ```\n2. End.\n"
    skill = lifted(text)
    edit(skill, EditKind.REPLACE, part(skill, "a && b"), content="a\nb")
    assert emitted(skill) == text.replace("$ a && b", "$ a\n   $ b")


def test_whole_leaves_are_deleted_and_parts_too() -> None:
    skill = lifted(DOCUMENT)
    edit(skill, EditKind.DELETE, whole(skill, "Quoted"))
    edit(skill, EditKind.DELETE, part(skill, " `code`"))
    assert emitted(skill) == DOCUMENT.replace("> Quoted.\n", "").replace(" `code`", "")


def test_moved_leaves_go_to_their_file_and_a_line_stays() -> None:
    skill = lifted(DOCUMENT)
    edit(skill, EditKind.MOVE, whole(skill, "| 1"), content="See references/t.md.", target="references/t.md")
    assert emitted(skill) == DOCUMENT.replace("| a | b |\n|---|---|\n| 1 | 2 |\n", "See references/t.md.\n")
    assert apply_edits(skill, None).files == {"references/t.md": b"| a | b |\n|---|---|\n| 1 | 2 |\n"}


def test_two_moves_to_one_file_follow_each_other() -> None:
    skill = lifted(DOCUMENT)
    edit(skill, EditKind.MOVE, whole(skill, "First"), target="r.md")
    edit(skill, EditKind.MOVE, whole(skill, "Quoted"), target="r.md")
    assert apply_edits(skill, None).files == {"r.md": b"First paragraph\nof two lines.\n> Quoted.\n"}


def test_a_field_is_set_at_its_own_bytes() -> None:
    skill = lifted(DOCUMENT)
    edit(skill, EditKind.SET, content="Another.", target="description")
    assert emitted(skill) == DOCUMENT.replace("A sample.", "Another.")


def test_a_skill_without_frontmatter_gets_one() -> None:
    skill = lifted("# T\n")
    edit(skill, EditKind.SET, content="sample", target="name")
    assert emitted(skill) == "---\nname: sample\n---\n\n# T\n"


def test_a_new_file_holds_the_code_without_the_fence_and_its_indentation() -> None:
    skill = lifted("1. Do:\n\n   ```python\n   if x:\n       y()\n   ```\n")
    edit(skill, EditKind.INSERT, content=(whole(skill, "if x"),), target="scripts/x.py", side=Side.INTO)
    assert apply_edits(skill, None).files == {"scripts/x.py": b"if x:\n    y()\n"}


def test_superseded_edits_and_those_that_keep_change_nothing() -> None:
    skill = lifted(DOCUMENT)
    edit(skill, EditKind.DELETE, whole(skill, "Quoted"))
    edit(skill, EditKind.KEEP, whole(skill, "Quoted"), target="@gone")
    skill.edits[1].was = (1,)
    assert emitted(skill) == DOCUMENT


def test_the_new_text_of_each_edit_is_remembered() -> None:
    skill = lifted(DOCUMENT)
    edit(skill, EditKind.REPLACE, part(skill, "`code`"), content="`c`")
    edit(skill, EditKind.INSERT, whole(skill, "Behind"), content="A.\nB.", side=Side.AFTER)
    assert apply_edits(skill, None).new_text == {1: "`c`", 2: "A.\nB."}
