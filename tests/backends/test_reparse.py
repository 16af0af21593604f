"""What was emitted is read again: a text beside an edit must not change what it is."""

import pytest
from skvm.backends.emission import EmittedSource, Piece, apply_edits
from skvm.backends.reparse import check_blocks
from skvm.skvm_ir.edits import EditKind, Side
from skvm.skvm_ir.module import Skill

from .skills import TEXT, add_edit, lifted, whole


def codes(skill: Skill, emitted: EmittedSource) -> list[str]:
    return [finding.code for finding in check_blocks(skill, 0, emitted)]


def with_insertion(text: str, before: str, new: str, block: bool = True) -> EmittedSource:
    """``text`` with ``new`` put before ``before``, as raw bytes."""
    at = text.encode().index(before.encode()) if before else len(text.encode())
    data, added = text.encode(), new.encode()
    pieces = (
        Piece(0, at, 0, at),
        Piece(at, at + len(added), at, at, 1, block),
        Piece(at + len(added), len(data) + len(added), at, len(data)),
    )
    return EmittedSource("SKILL.md", data[:at] + added + data[at:], pieces)


def test_a_text_without_edits_is_not_read_again() -> None:
    own = lifted().skill
    assert codes(own, EmittedSource("SKILL.md", b"anything", ())) == []


@pytest.mark.parametrize("new", ["New text.\n\n", "- one\n- two\n\n", "```\ncode\n```\n", "# Heading\n"])
def test_new_blocks_of_their_own_are_fine(new: str) -> None:
    assert codes(lifted().skill, with_insertion(TEXT, "The end.", new)) == []


def test_new_lines_that_join_the_text_behind_them_are_found() -> None:
    assert codes(lifted().skill, with_insertion(TEXT, "The end.", "New text.\n")) == ["SKV510", "SKV511"]


def test_new_lines_that_join_the_text_before_them_are_found() -> None:
    found = codes(lifted().skill, with_insertion(TEXT, "\n```bash", "and more.\n"))
    assert found == ["SKV510", "SKV511"]


@pytest.mark.parametrize(("new", "turned"), [("---\n", "heading"), ("```\n", "fence")])
def test_a_marker_that_changes_what_stands_beside_it_is_found(new: str, turned: str) -> None:
    before = "\n```bash" if turned == "heading" else "The end."
    findings = check_blocks(lifted().skill, 0, with_insertion(TEXT, before, new))
    assert findings
    assert any(
        own.code == "SKV510" and own.span is not None and own.span.source.path.endswith("SKILL.md") for own in findings
    )


def test_the_line_end_that_a_text_lacks_may_be_added() -> None:
    text = TEXT.rstrip("\n")
    assert codes(lifted(text).skill, with_insertion(text, "", "\n\nNew.\n")) == []


@pytest.mark.parametrize("text", [TEXT, TEXT.rstrip("\n"), TEXT.replace("\n", "\r\n")])
@pytest.mark.parametrize("anchor", ["# Sample", "Read `log.txt`", "NEVER", "make clean", "The end."])
@pytest.mark.parametrize("side", [Side.BEFORE, Side.AFTER])
def test_what_emission_inserts_passes(text: str, anchor: str, side: Side) -> None:
    own = lifted(text).skill
    add_edit(own, EditKind.INSERT, whole(own, anchor), content="New text.", side=side)
    assert codes(own, apply_edits(own, None).sources[0]) == []
