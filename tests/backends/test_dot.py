"""The picture of a flow as Graphviz text: every op is in it, and nothing of the skill's text breaks it."""

import re
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st
from skvm.backends.base import EmitContext
from skvm.backends.dot import DotBackend, dot_text
from skvm.skvm_ir.module import Module

from .skills import TEXT, lifted

BRANCHING = """---
name: sample
description: Branches and loops. Use in tests.
---

## Phase 1: Gather

Run these calls in parallel:

```bash
gh issue list > a.json
gh pr list > b.json
```

## Phase 2: Sort

- If it is a bug → label it `bug`
- If it is a question → label it `question`
- Otherwise → label it `wish`

## Phase 3: Check

Verify that every issue has a label. If not, go back to Phase 1.

NEVER close an issue.
"""


def test_every_op_is_a_node_or_a_box() -> None:
    skill = lifted(BRANCHING).skill
    text = dot_text(skill)
    drawn = re.findall(r"^ *n(\d+) \[", text, re.MULTILINE) + re.findall(r"subgraph cluster_(\d+) ", text)
    wanted = [number for number, op in enumerate(skill.flow.walk()) if op.name != "yield"]
    assert sorted(map(int, drawn)) == wanted
    assert text.count("{") == text.count("}")


def test_edges_go_between_nodes_that_are_there() -> None:
    text = dot_text(lifted(BRANCHING).skill)
    nodes = set(re.findall(r"^ *(n\d+) \[", text, re.MULTILINE))
    edges = re.findall(r"^ *(n\d+) -> (n\d+) \[(.*)\]$", text, re.MULTILINE)
    assert {end for one, other, _ in edges for end in (one, other)} <= nodes
    boxes = set(re.findall(r"subgraph (cluster_\d+) ", text))
    assert {box for _, _, look in edges for box in re.findall(r"l(?:head|tail)=(cluster_\d+)", look)} <= boxes
    [jump] = [look for _, _, look in edges if "label=back" in look]
    assert "constraint=false" in jump
    assert "#b03030" in jump


def test_the_same_skill_gives_the_same_text_in_its_file() -> None:
    text = dot_text(lifted(TEXT).skill)
    assert text == dot_text(lifted(TEXT).skill)
    files = DotBackend().emit(lifted(TEXT).module, EmitContext())
    assert {path: file.data.decode() for path, file in files.items()} == {"flow.dot": text}


def test_a_library_has_a_picture_a_skill() -> None:
    one, two = lifted(TEXT).skill, lifted(TEXT.replace("name: sample", "name: other")).skill
    assert list(DotBackend().emit(Module([one, two]), EmitContext())) == ["sample/flow.dot", "other/flow.dot"]


def test_long_words_are_broken_and_markup_is_escaped() -> None:
    text = dot_text(lifted(TEXT.replace("list the errors", f'list <b>&"{"x" * 200}"</b>')).skill)
    assert "x" * 30 in text
    assert "x" * 39 not in text
    assert "&lt;b&gt;&amp;&quot;" in text


def test_an_empty_flow_is_a_picture_without_nodes() -> None:
    text = dot_text(lifted("---\nname: sample\n---\nJust words.\n").skill)
    assert 'label="sample (reference)"' in text
    assert re.findall(r"n\d+", text) == []


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\n"), max_size=40))
def test_graphviz_takes_any_text(words: str) -> None:
    skill = lifted(TEXT.replace("list the errors", f"list {words}").replace("make clean", f"make {words}")).skill
    done = subprocess.run(["dot", "-Tcanon"], input=dot_text(skill).encode(), capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_jumps_and_rules_draw_without_complaint() -> None:
    done = subprocess.run(
        ["dot", "-Tsvg"], input=dot_text(lifted(BRANCHING).skill).encode(), capture_output=True, check=True
    )
    assert done.stderr == b""
    width = re.search(rb'width="(\d+)pt"', done.stdout)
    assert width is not None
    assert int(width[1]) < 1200
