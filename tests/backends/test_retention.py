"""The driver's own count of what is still there: nothing may vanish that the report does not list."""

import pytest
from skvm.backends import compile as driver
from skvm.backends.compile import CompileOptions, Lifted, emit_compiled
from skvm.backends.emission import Emission, EmittedSource, Piece
from skvm.backends.retention import Retention, measure_retention
from skvm.backends.target_registry import load_target
from skvm.grammar.diagnostic import SkvmError
from skvm.grammar.source import Source
from skvm.skvm_ir.edits import EditKind

from .skills import TEXT, add_edit, lifted, part

SOURCE = Source("SKILL.md", TEXT.encode())


def measured(output: str, *losses: str, **others: str) -> Retention:
    files = {"SKILL.md": output.encode(), **{name.replace("__", "."): text.encode() for name, text in others.items()}}
    return measure_retention(SOURCE, files, "SKILL.md", losses)


def lost(retention: Retention) -> list[str]:
    return [span.source.data[span.start : span.end].decode().strip() for span in retention.lost]


def test_the_same_bytes_lose_nothing() -> None:
    found = measured(TEXT)
    assert found == Retention(len(TEXT.splitlines()), len(TEXT.splitlines()), len(TEXT), len(TEXT), ())
    assert found.verbatim_share == 1.0


def test_added_lines_lose_nothing() -> None:
    found = measured(TEXT.replace("The end.", "New.\n\nThe end.\n\nNewer."))
    assert (found.lost, found.verbatim_share) == ((), 1.0)


def test_a_line_that_is_gone_is_lost() -> None:
    found = measured(TEXT.replace("NEVER delete `log.txt`.\n", ""))
    assert lost(found) == ["NEVER delete `log.txt`."]
    assert found.lines - found.verbatim_lines == 1
    assert found.source_bytes - found.verbatim_bytes == len("NEVER delete `log.txt`.\n")


def test_a_line_that_is_said_twice_has_to_stay_twice() -> None:
    assert lost(measured(TEXT.replace("make clean\nmake all\n", "make clean\n"))) == ["make all"]
    assert lost(measured(TEXT.replace("make clean\nmake all\n", "make clean\n"), "make all")) == []


def test_what_the_report_lists_is_accounted_for() -> None:
    rewritten = TEXT.replace("1. Run `make all`.", "1. Run the command below.")
    assert lost(measured(rewritten)) == ["1. Run `make all`."]
    found = measured(rewritten, "1. Run `make all`.")
    assert found.lost == ()
    assert found.verbatim_share < 1


def test_a_loss_accounts_for_no_line_that_merely_holds_the_same_words() -> None:
    assert lost(measured(TEXT.replace("The end.\n", ""), "The end is not here, The end. And so on")) == ["The end."]


def test_markers_spaces_and_numbers_may_change() -> None:
    moved = TEXT.replace("1. Run `make all`.", "   - **Run** make all.").replace("The end.", "> The  end.")
    found = measured(moved)
    assert found.lost == ()
    assert found.verbatim_lines == found.lines - 2


def test_another_file_counts_where_the_text_leads_there() -> None:
    shorter = TEXT.replace("The end.\n", "See end.md.\n")
    assert lost(measured(shorter, end__md="The end.\n")) == []
    assert lost(measured(shorter, other__md="The end.\n")) == ["The end."]
    assert lost(measured(shorter, end__sir="The end.\n")) == ["The end."]


@pytest.mark.parametrize("text", ["", "\n", "a", "a\r\nb\r\n", "a\rb\n", "\ufeffa\n"])
def test_any_text_is_all_there_or_all_gone(text: str) -> None:
    source = Source("SKILL.md", text.encode())
    same = measure_retention(source, {"SKILL.md": text.encode()}, "SKILL.md", [])
    assert (same.lost, same.verbatim_bytes, same.verbatim_lines) == ((), len(text.encode()), same.lines)
    gone = measure_retention(source, {}, "SKILL.md", [])
    assert bool(gone.lost) == any(character.isalnum() for character in text)
    assert gone.lines == same.lines


def dropping(text: str, edit: int = 1) -> Emission:
    """An output without ``text``, made by nobody who says so: the piece claims an edit that keeps its bytes."""
    data = TEXT.encode()
    at = data.index(text.encode())
    end = at + len(text.encode())
    pieces = (Piece(0, at, 0, at), Piece(at, at, at, end, edit, True), Piece(at, len(data) - len(text), end, len(data)))
    return Emission([EmittedSource("SKILL.md", data[:at] + data[end:], pieces)])


@pytest.mark.parametrize(
    "line", ["NEVER delete `log.txt`.\n", "2. Read `log.txt` and list the errors.\n", "make clean\n"]
)
def test_the_driver_refuses_a_loss_nobody_accounts_for(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the backend does, the driver sees it from the output alone."""
    own = lifted()
    add_edit(own.skill, EditKind.KEEP, part(own.skill, line.strip()), target="@gone")
    fault = dropping(line)

    def faulty(*_: object) -> Emission:
        return fault

    monkeypatch.setattr(driver, "apply_edits", faulty)
    with pytest.raises(SkvmError) as error:
        emit(own)
    assert [(own.code, own.span.line if own.span else 0) for own in error.value.diagnostics] == [
        ("SKV501", TEXT[: TEXT.index(line)].count("\n") + 1)
    ]
    assert line.strip() in str(error.value)


def test_the_driver_refuses_a_further_file_that_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    own = lifted(licence__txt=b"Free.\n")
    true_emit = driver.emit_skill

    def without_licence(*arguments: object) -> object:
        files = true_emit(*arguments)  # pyright: ignore[reportArgumentType]
        del files["licence.txt"]
        return files

    assert "licence.txt" in emit(own).files
    monkeypatch.setattr(driver, "emit_skill", without_licence)
    with pytest.raises(SkvmError, match=r"licence\.txt: error\[SKV501\]"):
        emit(own)


def emit(own: Lifted) -> driver.CompileResult:
    return emit_compiled(own, load_target("generic"), CompileOptions())
