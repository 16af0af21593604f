"""Token counts: a cheap named estimate, and an exact count whose name says what counted."""

import builtins
import os
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from skvm.backends.tokens import ESTIMATE, estimate_tokens, exact_counter
from skvm.grammar.diagnostic import SkvmError


@pytest.fixture(autouse=True)
def forget_counters() -> None:
    exact_counter.cache_clear()


def test_the_estimate_is_rounded_up() -> None:
    assert [estimate_tokens("x" * size) for size in (0, 1, 4, 5, 83, 84)] == [0, 1, 1, 2, 20, 21]
    assert estimate_tokens("→") == 1
    assert ESTIMATE.name == "estimate-bytes-4.15"


@given(st.text(), st.text())
def test_the_estimate_never_falls_with_more_text(one: str, other: str) -> None:
    counted = ESTIMATE.count(one.encode(errors="replace").decode())
    assert 0 <= counted <= ESTIMATE.count((one + other).encode(errors="replace").decode())


def test_the_exact_count_needs_no_network() -> None:
    counter = exact_counter("cl100k_base")
    assert counter.name == "cl100k_base"
    assert counter.count("hello world") == 2
    assert counter.count("<|endoftext|>") > 1, "a marker in a skill is text like any other"


@pytest.mark.parametrize("tokenizer", ["qwen", ""])
def test_a_stand_in_is_called_one(tokenizer: str) -> None:
    counter = exact_counter(tokenizer)
    assert counter.name == f"cl100k_base (stands in for {tokenizer or 'unknown'})"
    assert counter.count("hello world") == 2


def test_without_the_library_the_help_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    true_import = builtins.__import__

    def without_tiktoken(name: str, *rest: Any) -> Any:
        if name == "tiktoken":
            raise ImportError("no tiktoken here")
        return true_import(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without_tiktoken)
    with pytest.raises(SkvmError) as error:
        exact_counter("cl100k_base")
    assert [own.code for own in error.value.diagnostics] == ["SKV520"]
    assert "estimate" in error.value.diagnostics[0].help


def test_the_environment_of_the_caller_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", "/elsewhere")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tiktoken.get_encoding", str)
        exact_counter("o200k_base")
    assert os.environ["TIKTOKEN_CACHE_DIR"] == "/elsewhere"
