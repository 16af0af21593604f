"""The hosts of URLs."""

import re
from collections.abc import Iterator

from .requirement_base import Kind, is_plausible

_URL = re.compile(r"https?://(?:[^\s/@'\"`<>]*@)?([A-Za-z0-9][A-Za-z0-9.-]*[A-Za-z0-9])(?=[:/?#\s'\"`)>\],;.]|$)")
_EXAMPLE = re.compile(r"(?:^|\.)(?:example\.(?:com|org|net)|localhost|[^.]*\.(?:local|test|invalid|example))$|^[\d.]+$")
_PLACEHOLDER = re.compile(r"your|my-|xxx|placeholder|domain\.com|^api\.service|acme", re.I)


def hosts(text: str) -> Iterator[tuple[str, int]]:
    """The hosts of the URLs in ``text``, each with where its URL stands; examples and addresses are left out."""
    for match in _URL.finditer(text):
        host = match[1].lower()
        if is_plausible(Kind.NETWORK, host) and not _EXAMPLE.search(host) and not _PLACEHOLDER.search(host):
            yield host, match.start()
