"""The document half of lifting: sources, files, references, names, and texts that are refused or kept aside."""

import pytest
from skvm.grammar.diagnostic import SkvmError
from skvm.skvm_ir.bundle import Bundle
from skvm.skvm_ir.from_skill import lift
from skvm.skvm_ir.module import Skill
from skvm.skvm_ir.op import Range


def lift_skill(files: dict[str, bytes], hint: str = "") -> Skill:
    module, _ = lift(Bundle.of_bytes("folder", files), hint)
    return module.skills[0]


def joined_leaves(skill: Skill, source: int) -> bytes:
    return b"".join(skill.block_bytes(leaf) for leaf in skill.leaves() if leaf.source == source)


def test_every_text_is_the_sum_of_its_leaves() -> None:
    files = {
        "SKILL.md": "---\nname: a\n---\r\n# T\r\n\r\nSee [more](docs/more.md).\r\n- x\n\n  - ä".encode(),
        "docs/more.md": b"Back to [top](../SKILL.md), on to [third](third.md)\n",
        "docs/third.md": b"~~~\nopen fence",
    }
    skill = lift_skill(files)
    assert [source.path for source in skill.sources] == ["SKILL.md", "docs/more.md", "docs/third.md"]
    for index, source in enumerate(skill.sources):
        assert joined_leaves(skill, index) == files[source.path]


def test_markdown_that_nobody_mentions_stays_a_file() -> None:
    skill = lift_skill({"SKILL.md": b"# T\n", "notes/other.md": b"# O\n"})
    assert [source.path for source in skill.sources] == ["SKILL.md"]
    assert [op.text("path") for op in skill.declarations] == ["notes/other.md"]


def test_block_numbers_rise_over_all_sources() -> None:
    skill = lift_skill({"SKILL.md": b"See `docs/b.md`.\n", "docs/b.md": b"- x\n\n  y\n"})
    numbers = [block.number for block in skill.walk_blocks()]
    assert numbers == list(range(len(numbers)))


def test_references_say_present_missing_and_outside() -> None:
    text = b"Run `scripts/a.py`, read [m](references/none.md), [o](../up.md) and [s](#details).\n\n## Details\n"
    skill = lift_skill({"SKILL.md": text, "scripts/a.py": b"1\n"})
    found = [(reference.target, reference.state) for reference in skill.references]
    assert found == [("@a", ""), ("references/none.md", "missing"), ("../up.md", "outside"), (Range(2), "")]


def test_a_file_declaration_holds_what_the_folder_says() -> None:
    skill = lift_skill({"SKILL.md": b"x\n", "scripts/a.py": b"1\n"})
    (declared,) = skill.declarations
    assert declared.symbol == "a"
    assert {key: declared.attributes[key] for key in ("path", "lang", "size", "mode")} == {
        "path": "scripts/a.py",
        "lang": "python",
        "size": 2,
        "mode": "644",
    }


def test_two_files_of_one_name_get_two_symbols() -> None:
    skill = lift_skill({"SKILL.md": b"x\n", "a/run.py": b"", "b/run.py": b""})
    assert [op.symbol for op in skill.declarations] == ["run", "run_2"]


@pytest.mark.parametrize(
    ("frontmatter", "hint", "name"),
    [
        (b"name: good-name", "folder", "good-name"),
        (b"name: Two Words", "folder", "folder"),
        (b"name: [1, 2]", "folder", "folder"),
        (b"title: x", "folder", "folder"),
        (b"title: x", "", "folder"),
    ],
)
def test_the_name_is_the_frontmatters_where_it_can_be_a_symbol(frontmatter: bytes, hint: str, name: str) -> None:
    assert lift_skill({"SKILL.md": b"---\n" + frontmatter + b"\n---\nx\n"}, hint).name == name


@pytest.mark.parametrize("data", [b"", b"\n", b"---\n", b"\xef\xbb\xbf# T\n", b"```", b"1.", b"> - 1. x"])
def test_small_and_odd_texts_lift(data: bytes) -> None:
    skill = lift_skill({"SKILL.md": data})
    assert joined_leaves(skill, 0) == data
    assert skill.shape == "reference"


@pytest.mark.parametrize(("data", "code"), [(b"\xff\xfe#", "SKV001"), (b"a\0b", "SKV002")])
def test_what_is_no_text_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(SkvmError) as caught:
        lift_skill({"SKILL.md": data})
    assert [(item.code, item.help != "") for item in caught.value.diagnostics] == [(code, True)]


def test_a_further_text_that_is_none_stays_a_file_with_a_warning() -> None:
    module, diagnostics = lift(Bundle.of_bytes("folder", {"SKILL.md": b"See `docs/b.md`.\n", "docs/b.md": b"\xff\n"}))
    assert [item.code for item in diagnostics] == ["SKV055"]
    assert "it is kept as a file" in diagnostics[0].message
    assert [op.text("path") for op in module.skills[0].declarations] == ["docs/b.md"]


def test_an_empty_further_text_stays_a_file() -> None:
    skill = lift_skill({"SKILL.md": b"See `docs/b.md`.\n", "docs/b.md": b""})
    assert len(skill.sources) == 1
    assert [reference.target for reference in skill.references] == ["@b"]


def test_messages_name_the_folder_that_was_read() -> None:
    bundle = Bundle.of_bytes("folder", {"SKILL.md": b"---\na: [\n---\n"})
    shown = Bundle(bundle.name, bundle.main, bundle.entries, shown="my/skill")
    _, diagnostics = lift(shown)
    assert diagnostics
    assert all(item.span is not None and item.span.source.path == "my/skill/SKILL.md" for item in diagnostics)


def test_a_path_that_is_missing_is_a_warning_once_in_each_text() -> None:
    files = {
        "SKILL.md": b"See [a](docs/a.md), `docs/a.md`, [top](#nowhere), [out](../x.md) and [b](docs/b.md).\n",
        "docs/b.md": b"Back to [c](c.md).\n",
    }
    _, diagnostics = lift(Bundle.of_bytes("folder", files))
    told = [(item.code, item.message, item.span and item.span.source.path) for item in diagnostics]
    assert told == [
        ("SKV056", "'docs/a.md' is not in the skill's folder", "SKILL.md"),
        ("SKV056", "'c.md' is not in the skill's folder", "docs/b.md"),
    ]
