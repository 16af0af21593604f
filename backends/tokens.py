"""How many tokens a text costs: a cheap named estimate, or the exact count of a tokenizer that is at hand."""

import os
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from attrs import frozen

from ..grammar.diagnostic import Diagnostic, SkvmError

BYTES_PER_TOKEN = 4.15
"""Bytes of UTF-8 per cl100k token over the 82 skills of the development corpus (809,860 bytes, 195,145 tokens)."""


@frozen
class TokenCounter:
    """A way to count. ``name`` goes into every report, so that no two ways are mixed up."""

    name: str
    count: Callable[[str], int]


def estimate_tokens(text: str) -> int:
    """Tokens of ``text`` by its length alone, rounded up."""
    return -int(-len(text.encode()) // BYTES_PER_TOKEN)


ESTIMATE = TokenCounter("estimate-bytes-4.15", estimate_tokens)


@cache
def exact_counter(tokenizer: str) -> TokenCounter:
    """The exact counter for ``tokenizer`` (a tiktoken encoding); cl100k stands in for any other, and says so.

    The vocabularies are the ones that litellm carries, so nothing is fetched. Raises ``SkvmError`` (SKV520) where
    tiktoken or its vocabulary is not installed.
    """
    known = ("cl100k_base", "o200k_base", "p50k_base")
    encoding_name = tokenizer if tokenizer in known else "cl100k_base"
    _point_to_bundled_vocabularies()
    try:
        import tiktoken

        encoding = tiktoken.get_encoding(encoding_name)
    except (ImportError, OSError, ValueError) as error:
        finding = Diagnostic(
            "SKV520",
            f"no exact token counter for '{tokenizer}': {error}",
            help="install tiktoken and litellm, or leave --count=exact away and take the estimate",
        )
        raise SkvmError([finding]) from error
    name = encoding_name if encoding_name == tokenizer else f"{encoding_name} (stands in for {tokenizer or 'unknown'})"
    return TokenCounter(name, lambda text: len(encoding.encode(text, disallowed_special=())))


def _point_to_bundled_vocabularies() -> None:
    """Let tiktoken find litellm's copies of its vocabularies; importing litellm itself takes seconds."""
    spec = find_spec("litellm")
    if spec is not None and spec.origin:
        folder = Path(spec.origin).parent / "litellm_core_utils" / "tokenizers"
        if folder.is_dir():
            os.environ.setdefault("TIKTOKEN_CACHE_DIR", str(folder))
