"""What a command line installs or runs through a runner: ``pip install x``, ``uv run --with x``, ``npx x``."""

import re
from collections.abc import Callable, Iterator, Mapping

from attrs import frozen

from .requirement_base import Kind, is_plausible, normalized
from .requirement_tables import names

_PIP = re.compile(r"([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*((?:[=<>!~]=?=?\s*[\w.*+!-]+\s*,?\s*)*)")
_NPM = re.compile(r"((?:@[\w.~-]+/)?[\w.~-]+)(?:@([\w.^~*<>=-]+))?")
_SYSTEM = re.compile(r"([A-Za-z0-9][\w.+@-]*?)(?:[=:][\w.+~:-]+)?")
_RELEASE = re.compile(r"-\d+(?:\.\d+)*$")
_PATH = re.compile(r"[./~$<{%]|.*(?:/.*/|\.(?:txt|toml|whl|tar\.gz|zip|py|git)$)|git\+|https?:")


@frozen
class Install:
    """Something a command installs, or a runner fetches."""

    kind: Kind
    name: str
    version: str = ""


_VALUES = {
    "pip": frozenset(
        {
            "-r",
            "-c",
            "-e",
            "-i",
            "-t",
            "--index-url",
            "--extra-index-url",
            "--find-links",
            "--target",
            "--python",
            "--constraint",
            "--requirement",
            "--group",
            "--extra",
            "--optional",
        }
    ),
    "npm": frozenset(("--prefix", "--registry", "--workspace", "-w", "--cwd", "-C", "--filter")),
    "system": frozenset(
        {
            "-c",
            "--channel",
            "-n",
            "--name",
            "-p",
            "--prefix",
            "--tap",
            "-t",
            "--version",
            "--git",
            "--branch",
            "--tag",
            "--rev",
            "--root",
        }
    ),
}
"""The options of installers that a value follows."""


def _pip(word: str) -> Install | None:
    found = _PIP.fullmatch(word.strip())
    if found is None or _PATH.match(word):
        return None
    if found[1].isdigit():
        return None
    name = normalized(found[1].rstrip(".-_"))
    return Install(Kind.SYSTEM if name == "uv" else Kind.PIP, name, found[2].replace(" ", "").rstrip(","))


def _npm(word: str) -> Install | None:
    found = _NPM.fullmatch(word)
    if found is None or (word[0] in "./~$<{" or (not word.startswith("@") and "/" in word)):
        return None
    version = found[2] or ""
    return Install(Kind.NPM, found[1], "" if version in ("latest", "next") else version)


def _system(word: str) -> Install | None:
    found = _SYSTEM.fullmatch(word.rpartition("/")[2])
    if word[0] in "./~$<{%" or "://" in word:
        return None
    return Install(Kind.SYSTEM, _RELEASE.sub("", found[1])) if found else None


_READERS: Mapping[Kind, Callable[[str], Install | None]] = {Kind.PIP: _pip, Kind.NPM: _npm, Kind.SYSTEM: _system}
_INSTALLERS: Mapping[str, tuple[Kind, tuple[tuple[str, ...], ...]]] = {
    "pip": (Kind.PIP, (("install",),)),
    "pip3": (Kind.PIP, (("install",),)),
    "pipx": (Kind.PIP, (("install",), ("run",))),
    "uv": (Kind.PIP, (("pip", "install"), ("add",), ("tool", "install"), ("uv", "pip", "install"))),
    "poetry": (Kind.PIP, (("add",),)),
    "pdm": (Kind.PIP, (("add",),)),
    "pipenv": (Kind.PIP, (("install",),)),
    "npm": (Kind.NPM, (("install",), ("i",), ("add",))),
    "pnpm": (Kind.NPM, (("install",), ("i",), ("add",))),
    "yarn": (Kind.NPM, (("add",), ("global", "add"))),
    "bun": (Kind.NPM, (("add",), ("install",))),
    "conda": (Kind.PIP, (("install",),)),
    "mamba": (Kind.PIP, (("install",),)),
    "micromamba": (Kind.PIP, (("install",),)),
    "brew": (Kind.SYSTEM, (("install",), ("install", "--cask"))),
    "apt": (Kind.SYSTEM, (("install",),)),
    "apt-get": (Kind.SYSTEM, (("install",),)),
    "dnf": (Kind.SYSTEM, (("install",),)),
    "yum": (Kind.SYSTEM, (("install",),)),
    "pacman": (Kind.SYSTEM, (("-S",),)),
    "apk": (Kind.SYSTEM, (("add",),)),
    "cargo": (Kind.SYSTEM, (("install",),)),
    "gem": (Kind.SYSTEM, (("install",),)),
}
"""Which commands install what, with the words that make them do so."""

_RUNNERS = {"npx": Kind.NPM, "bunx": Kind.NPM, "uvx": Kind.PIP}


def installs(words: tuple[str, ...]) -> Iterator[Install]:
    """What the command of ``words`` installs or runs through a runner, in order; paths and files are nothing."""
    first = words[0]
    if first in ("python", "python3") and words[1:3] in (("-m", "pip"), ("-m", "uv")):
        yield from installs(words[2:])
    elif first in _INSTALLERS:
        kind, verbs = _INSTALLERS[first]
        plain = [at for at, word in enumerate(words) if at and (not word.startswith("-") or word == "-S")]
        for verb in verbs:
            at = plain[: len(verb)]
            if tuple(words[place] for place in at) == verb:
                found = _arguments(words[at[-1] + 1 :], kind)
                yield from map(_by_conda, found) if first in ("conda", "mamba", "micromamba") else found
                break
        if first == "uv" and "run" in words[1:3]:
            yield from _with(words)
    elif first in _RUNNERS:
        yield from _run(words[1:], _RUNNERS[first])


def _by_conda(found: Install) -> Install:
    """Conda installs programs and libraries too, which are no distributions of Python."""
    return Install(Kind.SYSTEM, found.name, found.version) if found.name in names().conda_only else found


def _arguments(words: tuple[str, ...], kind: Kind) -> Iterator[Install]:
    values = _VALUES[kind.value]
    skip = False
    for word in words:
        if skip or word.startswith("-"):
            skip = not skip and word in values
            continue
        found = _READERS[kind](word)
        if found is None:
            if not _PATH.match(word):
                return
        elif is_plausible(found.kind, found.name):
            yield found


def _with(words: tuple[str, ...]) -> Iterator[Install]:
    """The packages of ``uv run --with a,b``."""
    for at, word in enumerate(words[:-1]):
        if word == "--with":
            for name in words[at + 1].split(","):
                found = _pip(name)
                if found is not None:
                    yield found


def _run(words: tuple[str, ...], kind: Kind) -> Iterator[Install]:
    """The package that a runner runs: its first argument, or what stands behind ``-p`` and ``--from``."""
    for at, word in enumerate(words):
        if word in ("-p", "--package", "--from") and at + 1 < len(words):
            found = _READERS[kind](words[at + 1])
        elif word.startswith("-"):
            continue
        else:
            found = _READERS[kind](word)
        if found is not None and is_plausible(kind, found.name):
            yield found
        return
