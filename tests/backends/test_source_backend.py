"""Target ``source``: the skill as it was read, whatever the edits say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from skvm.backends.base import EmitContext
from skvm.backends.registry import ALL_BACKENDS, BACKENDS
from skvm.backends.skill_folder import SkillBackend
from skvm.backends.source import SourceBackend
from skvm.skvm_ir.edits import EditKind
from skvm.skvm_ir.module import Module

from .skills import TEXT, add_edit, lifted, whole


def bytes_of(text: str) -> bytes:
    own = lifted(text)
    return SourceBackend().emit(own.module, EmitContext())["SKILL.md"].data


@pytest.mark.parametrize(
    "text", [TEXT, TEXT.rstrip(), TEXT.replace("\n", "\r\n"), "\ufeff# x", "a\rb", "> " * 90 + "x"]
)
def test_the_bytes_are_the_same(text: str) -> None:
    assert bytes_of(text) == text.encode()


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200))
def test_any_text_comes_back(text: str) -> None:
    assert bytes_of(text) == text.encode()


def test_edits_are_ignored_here_and_applied_in_a_skill_folder() -> None:
    own = lifted()
    add_edit(own.skill, EditKind.DELETE, whole(own.skill, "The end."))
    context = EmitContext(None, {"sample": own.bundle})
    assert SourceBackend().emit(own.module, context)["SKILL.md"].data == TEXT.encode()
    assert b"The end." not in SkillBackend().emit(own.module, context)["SKILL.md"].data


def test_files_go_along_and_further_texts_are_sources() -> None:
    own = lifted(TEXT + "\nSee [more](more.md).\n", more__md=b"# More\n", licence__txt=b"Free.\n")
    files = SourceBackend().emit(own.module, EmitContext(None, {"sample": own.bundle}))
    assert {path: file.data for path, file in files.items()} == {
        "licence.txt": b"Free.\n",
        "SKILL.md": own.bundle.main_entry.load(),
        "more.md": b"# More\n",
    }


def test_a_library_has_a_folder_a_skill() -> None:
    one, two = lifted(TEXT).skill, lifted(TEXT.replace("name: sample", "name: other")).skill
    files = SourceBackend().emit(Module([one, two]), EmitContext())
    assert list(files) == ["sample/SKILL.md", "other/SKILL.md"]


def test_backends_are_known_by_their_names() -> None:
    assert list(BACKENDS) == [backend.name for backend in ALL_BACKENDS] == ["skill", "source", "dot"]
    assert all(backend.summary for backend in ALL_BACKENDS)
    assert {name for name, backend in BACKENDS.items() if backend.for_any_target} == {"source", "dot"}
    assert {name for name, backend in BACKENDS.items() if not backend.applies_edits} == {"source"}
