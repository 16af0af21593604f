"""What the command lines of a skill need: commands, what they install, variables, and the hosts they call."""

import re
from collections.abc import Iterable, Iterator

from ..skvm_ir.lift_words import words as lifted_words
from .requirement_base import Finding, Kind, Piece, is_plausible
from .requirement_hosts import hosts
from .requirement_installs import installs
from .requirement_python import imports
from .requirement_shell import Command, Comment, scan
from .requirement_tables import commands, modules, names

SECRET = re.compile(r"(?:_KEY|_TOKEN|_SECRET|_PASSWORD|_KEY_ID|_TOKEN_ID|_CREDENTIALS)$|^API_KEY$")
"""What names of credentials end in."""

_COMMAND = re.compile(r"[a-z][a-z0-9]+(?:[+.-]+[a-z0-9+]+)*\+*")
_SCRIPT_END = (".sh", ".py", ".js", ".ts", ".rb", ".pl", ".exe", ".cmd")
_RELEASE = re.compile(r"-\d+(?:\.\d+)*$")
_VARIABLE = re.compile(r"\$(?:\{([A-Z][A-Z0-9_]{2,})[}:]|([A-Z][A-Z0-9_]{2,})(?!\w))")
_SET = re.compile(r"(?:^|[\s;&|(])(?:export[ \t]+)?([A-Z][A-Z0-9_]{2,})=", re.M)
_EXPORT = re.compile(r"^[ \t>]*export[ \t]+([A-Z][A-Z0-9_]{2,})=(\S*)", re.M)
_FUNCTION = re.compile(r"^[ \t]*(?:function[ \t]+)?([A-Za-z_][\w-]*)[ \t]*\(\)", re.M)
_COMMENTED = re.compile(
    r"(?:^|[:(`]\s*|\b(?:run|with|via|or|using)\s+)"
    r"((?:uv\s+|python3?\s+-m\s+)?(?:pip3?|npm|brew|apt|apt-get|conda|uv|cargo)\s+(?:\w+\s+)?(?:install|add)\s[^`)]*)",
    re.I,
)
_CALLING = frozenset({"curl", "wget", "git", "http", "https", "npx", "gh", "websocat", "codex", "claude"})
_INSTALLING = ("install", " add ", "npx ", "uvx ", "--with", "export ", "$")
_NO_DISTRIBUTION = frozenset({"pip", "uv"})


def shell_findings(pieces: Iterable[Piece], own: frozenset[str], only_installs: bool = False) -> Iterator[Finding]:
    """What the shell text of each piece needs. ``own`` are modules of the bundle; ``only_installs`` is for text that
    may be no shell at all: there only what a command installs counts."""
    for piece in pieces:
        if only_installs and not any(word in piece.text for word in _INSTALLING):
            continue
        functions = frozenset(_FUNCTION.findall(piece.text)) if "()" in piece.text else frozenset[str]()
        for found in scan(piece.text):
            if isinstance(found, Comment):
                yield from _commented(piece, found)
            elif found.words and only_installs:
                yield from _installed(piece, found)
            elif found.words and found.words[0] not in functions:
                yield from command_findings(piece, found, own)
        yield from _variables(piece)


def command_findings(piece: Piece, command: Command, own: frozenset[str], inline: bool = False) -> Iterator[Finding]:
    """What one command needs: itself, what it installs, the code that it holds, the hosts it calls."""
    first, cited = command.words[0], piece.cite(command.start, command.end)
    installed = list(_installed(piece, command))
    yield from installed
    if first in ("python", "python3"):
        yield Finding(Kind.SYSTEM, first, "python", cited, path=piece.path)
        yield from _python(piece, command, own)
    else:
        yield from _tool(piece, command, "installer" if installed else "command", inline)
    if command.words[:2] == ("uv", "run"):
        yield from _run_by_uv(piece, command, own)
    if first in _CALLING:
        found = (host for word in command.words if "://" in word for host, _ in hosts(word))
        yield from (Finding(Kind.NETWORK, host, "called-host", cited, path=piece.path) for host in found)


def _installed(piece: Piece, command: Command) -> Iterator[Finding]:
    for own in installs(command.words):
        cited = piece.cite(command.start, command.end)
        yield Finding(own.kind, own.name, "install", cited, False, own.version, piece.path)


def _commented(piece: Piece, comment: Comment) -> Iterator[Finding]:
    """What a comment says to install: it goes without, where what is there already does."""
    match = _COMMENTED.search(comment.text) if "install" in comment.text or " add " in comment.text else None
    for found in scan(match[1]) if match is not None else ():
        if isinstance(found, Command) and found.words:
            for own in installs(found.words):
                cited = piece.cite_line(comment.start)
                yield Finding(own.kind, own.name, "install-comment", cited, True, own.version, piece.path)


def _tool(piece: Piece, command: Command, rule: str, only_known: bool) -> Iterator[Finding]:
    """The command itself, where it is none that every system has."""
    table, first = commands(), command.words[0]
    name = first.rpartition("/")[2] if first.startswith(("/usr/", "/bin/", "/opt/")) else first
    if name in table.base:
        return
    cited = piece.cite(command.start, command.end)
    known = table.known.get(name) or table.known.get(_RELEASE.sub("", name))
    if known is not None:
        yield Finding(*known, rule, cited, path=piece.path)
    elif not only_known and _is_command(name, command.words):
        yield Finding(Kind.SYSTEM, name, "unknown-command", cited, path=piece.path)


def _is_command(name: str, words: tuple[str, ...]) -> bool:
    """True for a name that nobody knows with arguments behind it: neither an everyday verb nor an assignment."""
    if len(words) < 2 or words[1].startswith(("=", ":", "{")) or name in lifted_words().verbs:
        return False
    return _COMMAND.fullmatch(name) is not None and not name.endswith(_SCRIPT_END)


def _run_by_uv(piece: Piece, command: Command, own: frozenset[str]) -> Iterator[Finding]:
    inner = tuple(word for word in command.words[2:] if not word.startswith("-"))
    if inner and inner[0].startswith("python"):
        yield from _python(piece, command, own)
    elif inner and inner[0] in commands().known:
        yield from _tool(piece, Command(inner, command.start, command.end), "command", True)


def _python(piece: Piece, command: Command, own: frozenset[str]) -> Iterator[Finding]:
    """The modules of ``python -m x``, ``python -c "import x"`` and ``python - <<EOF``."""
    words = command.words
    wanted = [found.module for found in imports(command.document)]
    if "-m" in words[:-1]:
        wanted.append(words[words.index("-m") + 1])
    if "-c" in words[:-1]:
        code = words[words.index("-c") + 1].replace("; ", "\n")
        wanted += [found.module for found in imports(code)]
    cited = piece.cite(command.start, command.end)
    for module in wanted:
        name = modules().distribution(module)
        if name not in _NO_DISTRIBUTION and module.partition(".")[0] not in own and is_plausible(Kind.PIP, name):
            yield Finding(Kind.PIP, name, "python-run", cited, path=piece.path)


def _variables(piece: Piece) -> Iterator[Finding]:
    """Variables to be set from outside, and credentials that are used and not set here."""
    text, local = piece.text, names().local_variables
    if "export" in text:
        for match in _EXPORT.finditer(text):
            if match[1] not in local and "$" + match[1] not in match[2]:
                yield Finding(Kind.ENV, match[1], "export", piece.cite_line(match.start()), path=piece.path)
    if "$" in text:
        given = frozenset(_SET.findall(text))
        for match in _VARIABLE.finditer(text):
            name = match[1] or match[2]
            if name not in given and name not in local and SECRET.search(name):
                yield Finding(Kind.ENV, name, "secret", piece.cite_line(match.start()), path=piece.path)
