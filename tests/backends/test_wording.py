"""What the compiler writes: each golden file of ``capability-lower`` as the text a model reads, and single worders.

``pytest --update-golden`` rewrites the texts in ``lowered/``; a line end is a byte here, so they are compared as bytes.
"""

import hashlib
import re
from pathlib import Path
from typing import Any

import commonmark  # pyright: ignore[reportMissingTypeStubs]
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skvm.backends.emission import apply_edits
from skvm.backends.target_registry import load_target
from skvm.backends.wording import Placement, Site, word
from skvm.backends.wording_base import cell, code_span, fence
from skvm.grammar.source import Source
from skvm.passes.capability_lower import REWRITES
from skvm.skvm_ir.module import Skill
from skvm.skvm_ir.op import Op
from skvm.skvm_ir.parser import parse_module

HERE = Path(__file__).parent
GOLDEN = sorted((HERE.parent / "passes" / "capability_lower").glob("*.sir"))
FIRES = [path for path in GOLDEN if not path.stem.startswith("still_")]
EMPTY = """sir 1

skill @s {shape = "procedure"} {
  source 0 {path = "SKILL.md", sha256 = "HASH", bytes = 0}
  file @run {path = "scripts/run.py", lang = "python"}
  text {
  }
  flow {
    OP
  }
}
""".replace("HASH", hashlib.sha256(b"").hexdigest())


def stem(path: Path) -> str:
    return path.stem


def one_op(text: str) -> tuple[Skill, Op]:
    """A skill without text whose flow is the one op ``text``."""
    skill = parse_module(Source("one.sir", EMPTY.replace("OP", text).encode())).skills[0]
    return skill, skill.flow.ops[0]


@pytest.mark.parametrize("path", FIRES, ids=stem)
def test_the_text_of_a_lowered_skill(path: Path, update_golden: bool) -> None:
    module = parse_module(Source(path.name, path.read_text("utf-8").partition("// ----- expect\n")[2].encode()))
    emission = apply_edits(module.skills[0], load_target(module.target))
    text = emission.sources[0].data
    for name, data in emission.files.items():
        text += f"<!-- {name} -->\n".encode() + data
    shown = HERE / "lowered" / f"{path.stem}.md"
    if update_golden:
        shown.write_bytes(text)
    assert shown.read_bytes() == text


def test_there_is_no_text_without_its_golden_file() -> None:
    assert {path.stem for path in (HERE / "lowered").iterdir()} == {path.stem for path in FIRES}


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("a b", "`a b`"),
        ("a `b`", "`` a `b` ``"),
        ("`a` b", "`` `a` b ``"),
        ("a `` b", "`a `` b`"),
        ("a ` b `` c", "```a ` b `` c```"),
        (" a ", "`  a  `"),
        (" a", "` a`"),
        ("$HOME/*.txt | wc", "`$HOME/*.txt | wc`"),
    ],
)
def test_inline_code_holds_any_text(text: str, span: str) -> None:
    assert code_span(text) == span


@given(st.text(alphabet="ab` $|*\\", min_size=1, max_size=12))
def test_inline_code_reads_back_as_its_text(text: str) -> None:
    document: Any = commonmark.Parser().parse(f"x {code_span(text)} y")  # pyright: ignore[reportUnknownMemberType]
    code = document.first_child.first_child.nxt
    assert (code.t, code.literal) == ("code", text)


def test_a_fence_is_longer_than_what_is_in_it() -> None:
    assert fence("md", ["a"]) == ("```md", "a", "```")
    assert fence("", ["````", "x"]) == ("`````", "````", "x", "`````")


def test_a_cell_is_one_line_with_its_bars_escaped() -> None:
    assert cell(" a |\n b \\| c ") == "a \\| b \\| c"


@pytest.mark.parametrize(
    ("op", "target", "line"),
    [
        ('exec @a {run = ["python", @run, "--all"]}', "qwen-7b", "Run: `python scripts/run.py --all`"),
        ('exec @a {run = ["python", @run]}', "openclaw--openai-gpt-5.4", "Run: `python {baseDir}/scripts/run.py`"),
        ('exec @a {run = ["echo", "a b", "$x", "it\'s"]}', "qwen-7b", 'Run: `echo "a b" \'$x\' "it\'s"`'),
        ('exec @a {run = ["ls"], stdout = "a b.txt"}', "qwen-7b", 'Run: `ls > "a b.txt"`'),
        ('read @a {path = "a.txt"}', "qwen-7b", "read `a.txt`"),
        ('fetch @a {url = "https://example.org"}', "qwen-7b", "fetch `https://example.org`"),
        ("act @a", "qwen-7b", "act"),
    ],
)
def test_an_op_that_cites_nothing_is_worded_from_what_it_holds(op: str, target: str, line: str) -> None:
    skill, made = one_op(op)
    assert word(skill, [made], Site(Placement.BLOCK), load_target(target)).lines == (line,)


def test_ops_of_several_kinds_are_joined_in_their_order() -> None:
    skill, one = one_op('read @a {path = "a.txt"}')
    other = one_op('exec @b {run = ["ls"]}')[1]
    assert word(skill, [one, other], Site(Placement.INLINE), None).inline == "read `a.txt`, then run `ls`"
    assert word(skill, [one, other], Site(Placement.BLOCK), None).lines == ("1. read `a.txt`", "2. run `ls`")
    assert word(skill, [one, other], Site(Placement.CODE, "bash"), None).lines == ("# read `a.txt`", "# run `ls`")


def test_several_commands_behind_a_block_are_a_list() -> None:
    skill, one = one_op('exec @a {run = ["ls"]}')
    other = one_op('exec @b {run = ["wc"]}')[1]
    assert word(skill, [one, other], Site(Placement.BLOCK), None).lines == ("Run:", "", "1. `ls`", "2. `wc`")


def test_the_page_on_lowering_shows_the_golden_texts() -> None:
    page = (HERE.parents[1] / "docs" / "lowering.md").read_text("utf-8")
    shown = re.findall(r"<!-- golden: (\w+) -->\n\n````markdown\n(.*?)````\n\n````markdown\n(.*?)````\n", page, re.S)
    assert len(shown) == page.count("<!-- golden:")
    for name, before, after in shown:
        module = parse_module(
            Source(name, (GOLDEN[0].parent / f"{name}.sir").read_bytes().partition(b"// ----- expect")[0])
        )
        assert before == module.skills[0].sources[0].source.data.decode()
        assert after == (HERE / "lowered" / f"{name}.md").read_text("utf-8")


def test_the_page_on_lowering_names_every_rule() -> None:
    page = (HERE.parents[1] / "docs" / "lowering.md").read_text("utf-8")
    assert {rewrite.rule for kinds in REWRITES.values() for rewrite in kinds} == set(
        re.findall(r"^## `([a-z-]+)`", page, re.M)
    )
