"""Whether anything of a skill is gone that nobody accounts for: its source against its output, line by line.

The check trusts no pass. It takes the lines of the source as they are, the text files of the output that a reader of
``SKILL.md`` is led to, and the losses that the report lists, and counts: a line that the source says three times must
stand three times in the output and the losses together."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from attrs import frozen

from ..grammar.source import Source, Span

_NOISE = re.compile(r"[\s*_`|>#\\-]+")
_NUMBER = re.compile(r"\s*\d{1,9}[.)]\s")
_TEXT_ENDINGS = (".sir", ".svg", ".png", ".pyc", ".html", "report.json")


@frozen
class Retention:
    """Lines and bytes of a source: all, still verbatim in the output, and those neither there nor accounted for."""

    lines: int
    verbatim_lines: int
    source_bytes: int
    verbatim_bytes: int
    lost: tuple[Span, ...]

    @property
    def verbatim_share(self) -> float:
        """The share of the source's bytes that stand unchanged in the output, 0 to 1."""
        return self.verbatim_bytes / self.source_bytes if self.source_bytes else 1.0


def measure_retention(source: Source, output: Mapping[str, bytes], main: str, losses: Iterable[str]) -> Retention:
    """Compare ``source`` with the files of ``output``, of which ``main`` is the one a reader opens first.

    ``losses`` are the texts that the report accounts for. Lines without a letter or digit count as kept.
    """
    if output.get(main) == source.data:
        lines = source.data.count(b"\n") + (0 if source.data.endswith(b"\n") or not source.data else 1)
        return Retention(lines, lines, len(source.data), len(source.data), ())
    found = b"\n".join(_reachable(output, main)).split(b"\n")
    verbatim = Counter(line.rstrip(b"\r") for line in found)
    same_words = Counter(_squash(line.decode("utf-8", "replace")) for line in found)
    same_words.update(_squash(line) for text in losses for line in text.split("\n"))
    return _compare(source, verbatim, same_words)


def _compare(source: Source, verbatim: Counter[bytes], same_words: Counter[str]) -> Retention:
    """Take each line of ``source`` off what was found, first the same bytes, then the same words."""
    lines = kept = kept_bytes = at = 0
    lost: list[Span] = []
    for line in _lines(source.data):
        lines += 1
        key = _squash(line.decode("utf-8", "replace"))
        bare = line.rstrip(b"\r\n")
        if verbatim[bare] > 0:
            verbatim[bare] -= 1
            kept += 1
            kept_bytes += len(line)
        elif key and same_words[key] <= 0:
            lost.append(Span(source, at, at + len(line)))
        same_words[key] -= 1
        at += len(line)
    return Retention(lines, kept, len(source.data), kept_bytes, tuple(lost))


def _lines(data: bytes) -> list[bytes]:
    """Lines that end in LF; a lone CR is part of its line, as it is in the rest of the compiler."""
    *ended, last = data.split(b"\n")
    lines = [line + b"\n" for line in ended]
    return [*lines, last] if last else lines


def _squash(text: str) -> str:
    """``text`` without white space, emphasis and markers, in lower case: what a reader would call the same words."""
    return _NOISE.sub("", _NUMBER.sub("", text, count=1) if _NUMBER.match(text) else text).lower()


def _reachable(output: Mapping[str, bytes], main: str) -> list[bytes]:
    """The text files a reader is led to from ``main``: those it names, those they name, and so on."""
    texts = {path: data for path, data in output.items() if not path.endswith(_TEXT_ENDINGS)}
    seen = [main] if main in texts else []
    for path in seen:
        said = texts[path]
        seen += [
            other
            for other in texts
            if other not in seen and (other.encode() in said or other.rpartition("/")[2].encode() in said)
        ]
    return [texts[path] for path in seen]
