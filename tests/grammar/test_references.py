"""References of a text to files: what is one, what is none, where it stands, whether it is there."""

import json
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from skvm.grammar.references import Bundle, Presence, Reference, ReferenceKind, classify, find_references, locate

FILES = {"SKILL.md", "forms.md", "scripts/fill.py", "references/deep/api.md", "prompts/one.md", "LICENSE"}
CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus"


def paths(text: str, base: str = "") -> list[str]:
    return [reference.path for reference in find_references(text.encode(), FILES, base)]


def only(text: str) -> Reference:
    (reference,) = find_references(text.encode(), FILES)
    data = text.encode()[reference.start : reference.start + reference.length]
    assert data.decode() == reference.path
    return reference


@pytest.mark.parametrize(
    ("text", "path", "kind"),
    [
        ("See [the é guide](references/gone.md).", "references/gone.md", ReferenceKind.LINK),
        ("See [it](<docs/two words.md> 'title').", "docs/two words.md", ReferenceKind.LINK),
        ("[x](docs/a.md#part)", "docs/a.md", ReferenceKind.LINK),
        ("![shape](img/a_(1).png)", "img/a_(1).png", ReferenceKind.IMAGE),
        ("[guide]: docs/guide.md", "docs/guide.md", ReferenceKind.LINK),
        ("Go to [part](#the-part).", "#the-part", ReferenceKind.ANCHOR),
        ("Run `scripts/gone.py --fast` now", "scripts/gone.py", ReferenceKind.CODE),
        ("Edit `./notes.txt` now", "./notes.txt", ReferenceKind.CODE),
        ("Edit `../other/notes.txt` now", "../other/notes.txt", ReferenceKind.CODE),
        ("Read references/gone.md. Then stop.", "references/gone.md", ReferenceKind.BARE),
        ("Read forms.md, then stop.", "forms.md", ReferenceKind.BARE),
        ("Read prompts/gone.md", "prompts/gone.md", ReferenceKind.BARE),
        ("```sh\npython scripts/fill.py < in > out\n```\n", "scripts/fill.py", ReferenceKind.CODE),
        ("python {baseDir}/scripts/gone.py", "scripts/gone.py", ReferenceKind.BARE),
        ("python ${SKILL_ROOT}/scripts/gone.py", "scripts/gone.py", ReferenceKind.BARE),
        ("python $SKILL_DIR/gone.py", "gone.py", ReferenceKind.BARE),
        ('python "<path-to-skill>"/bin/gone.py', "bin/gone.py", ReferenceKind.BARE),
        ("[x]({baseDir}/docs/gone.md)", "docs/gone.md", ReferenceKind.LINK),
        ("all of `prompts/*.md`", "prompts/", ReferenceKind.CODE),
    ],
)
def test_is_a_reference(text: str, path: str, kind: ReferenceKind) -> None:
    reference = only(text)
    assert (reference.path, reference.kind) == (path, kind)


@pytest.mark.parametrize(
    "text",
    [
        "e.g. and/or, i/o, client/server, 1/2, `a/b`",
        "`package.json` and setup.py of the user",
        "`src/main.rs`, `docs/x.md` of the user's project",
        "[site](https://x.org/scripts/a.py) <https://x.org/scripts/a.py> mailto:a@b.org",
        "https://github.com/org/repo/blob/main/scripts/a.py",
        "[text](url) and `[text](path/to/file.md)`",
        "```md\n[a](docs/a.md) ./configure ../up\n```\n",
        "$HOME/scripts/a.py and <workspace>/scripts/a.py",
        "the SKILL.md file",
        "templates/ and scripts/something without extension",
        "[1]: Smith. A book.",
    ],
)
def test_is_no_reference(text: str) -> None:
    assert find_references(text.encode(), {"SKILL.md"}) == []


def test_a_link_is_found_once_and_order_is_that_of_the_text() -> None:
    text = "`forms.md` then [a](scripts/fill.py) then scripts/fill.py and `forms.md`"
    assert paths(text) == ["forms.md", "scripts/fill.py", "scripts/fill.py", "forms.md"]


def test_names_count_from_the_folder_of_the_text() -> None:
    assert paths("see `api.md`", "references/deep") == ["api.md"]
    assert paths("see `api.md`") == []


def test_a_text_that_names_its_plugin_counts_from_there() -> None:
    text = b"run ${CLAUDE_PLUGIN_ROOT}/scripts/gone.py, then scripts/gone.py and scripts/fill.py"
    found = find_references(text, FILES)
    assert [classify(r.path, FILES, plugin=r.plugin).value for r in found] == ["outside", "outside", "present"]


@pytest.mark.parametrize(
    ("path", "base", "presence"),
    [
        ("scripts/fill.py", "", Presence.PRESENT),
        ("./scripts//fill.py", "", Presence.PRESENT),
        ("scripts", "", Presence.PRESENT),
        ("references/", "", Presence.PRESENT),
        ("../../scripts/fill.py", "references/deep", Presence.PRESENT),
        ("scripts/fill.py", "references/deep", Presence.PRESENT),
        ("api.md", "references/deep", Presence.PRESENT),
        (".", "", Presence.PRESENT),
        ("scripts/Fill.py", "", Presence.MISSING),
        ("script", "", Presence.MISSING),
        ("../gone.md", "references", Presence.MISSING),
        ("../gone.md", "", Presence.OUTSIDE),
        ("scripts/../../x", "", Presence.OUTSIDE),
        ("/etc/passwd", "", Presence.OUTSIDE),
        ("~/x.md", "", Presence.OUTSIDE),
        ("C:\\x.md", "", Presence.OUTSIDE),
    ],
)
def test_classify(path: str, base: str, presence: Presence) -> None:
    assert classify(path, FILES, base) is presence
    assert (locate(path, Bundle.of(FILES), base) is not None) == (presence is Presence.PRESENT)


@given(st.text(alphabet='a/.[]()<>{}$`~#!:\\ \n"é_-', max_size=200) | st.binary(max_size=60))
def test_any_text_gives_ordered_references_inside_it(text: str | bytes) -> None:
    data = text.encode() if isinstance(text, str) else text
    end = 0
    for reference in find_references(data, FILES | {"a", "a.a", "a/a"}):
        assert end <= reference.start
        assert reference.length > 0
        end = reference.start + reference.length
    assert end <= len(data)


HOSTILE = [
    "a/b ",
    "/",
    "a",
    "](",
    "](<",
    "[",
    "```x ",
    "```\n",
    "`",
    "{a}/",
    "${A",
    "<a ",
    "](a(b",
    "[a]: ",
    "x.py ",
    " -",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_megabyte_takes_seconds_at_most(piece: str) -> None:
    started = time.process_time()
    find_references(piece.encode() * (1_000_000 // len(piece)), FILES | {"x.py"})
    # A quadratic pattern takes minutes here; the slowest of these takes about one second.
    assert time.process_time() - started < 15


def test_the_corpus_has_the_missing_and_outside_references_its_index_says() -> None:
    if not CORPUS.exists():
        pytest.skip("../shared is absent")
    beyond: dict[str, list[str]] = {}
    for record in json.loads((CORPUS / "index.json").read_text(encoding="utf-8")):
        path = CORPUS / record["path"]
        inside = {
            Path(folder, name).relative_to(path.parent).as_posix()
            for folder, _, names in os.walk(path.parent)
            for name in names
        }
        bundle = Bundle.of(inside | {omitted["path"] for omitted in record["omitted_files"]})
        found: dict[Presence, set[str]] = {presence: set() for presence in Presence}
        for reference in find_references(path.read_bytes(), bundle):
            if reference.kind is not ReferenceKind.ANCHOR:
                found[classify(reference.path, bundle, plugin=reference.plugin)].add(reference.path)
        assert found[Presence.MISSING] == set(record["missing_refs"]), path
        assert found[Presence.OUTSIDE] >= set(record["outside_refs"]), path
        more = found[Presence.OUTSIDE] - set(record["outside_refs"])
        if more:
            beyond[record["name"]] = sorted(more)
    # The index leaves out two scripts that this skill names behind its plugin's placeholder only.
    assert beyond == {"c-review": ["scripts/generate_sarif.py", "scripts/validate_artifacts.py"]}
