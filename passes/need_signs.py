"""Signs of form in one block of text: what a fence touches, what a line of prose points at. Cheap tests only."""

import re

TOOL = re.compile(
    r"(?:Bash|Read|Write|Edit|Grep|Glob|WebFetch|WebSearch|Task|AskUserQuestion|TodoWrite|Agent|MCP|Skill)\b"
)
"""Tools as agent products spell them."""

MARKS = (("inline code", "`"), ("bold", "**"), ("arrow", "→"), ("link", "]("))
"""What is counted over the prose: the thing and its mark."""

_STRESSED = re.compile(r"(?:MUST|NEVER|ALWAYS|NOT|ONLY|CRITICAL|REQUIRED|IMPORTANT|MANDATORY)\b")
_FILE = re.compile(r"\.(md|py|sh|js|ts|json|ya?ml|csv|xlsx|pdf|txt|docx|xml|toml)\b")
_CONSTANT_NAME = re.compile(r"\b[A-Z]{3,}_[A-Z_]{3,}\b")
_PATTERN = re.compile(r"\\[dwsb.(\[{]|\(\?|\.\*|\[\^|\[[Aa]-[Zz]")
_METHOD_LINE = re.compile(r"^[ \t]*(?:GET|POST|PUT|DELETE) (?:/|http)", re.M)
_SLOT = re.compile(r"[\[{<][A-Za-z][\w -]*[\]}>]")
_SHELL_WRITE = re.compile(r"cat\s*(?:<<|>)|>\s*[\w./$-]+[ \t]*$|tee ", re.M)
_METHODS = ("GET ", "POST ", "PUT ", "DELETE ")
_OPERATOR = re.compile(r" [*/×+·] |\^")
_POINTERS = {"%": "percentage", "http": "address", "scripts/": "scripts folder", "references/": "references folder"}
_CONDITIONS = frozenset({"if", "when", "unless", "for"})
_FILE_KINDS = {
    "md": "Markdown file",
    "py": "script file",
    "sh": "script file",
    "js": "script file",
    "ts": "script file",
}
_SUBSTRINGS: dict[str, dict[str, str]] = {
    "python": {
        " re.": "python pattern call",
        "re.compile": "python pattern call",
        ".write": "python file written",
        "savefig": "python file written",
        ".to_csv": "python file written",
        ".save(": "python file written",
        "dump(": "python file written",
        "read_": "python file opened",
        "open(": "python file opened",
        "load(": "python file opened",
        "def ": "python def",
        "class ": "python class",
        "async ": "python async",
        "await ": "python async",
    },
    "shell": {
        "python ": "shell python run",
        "python3 ": "shell python run",
        "uv run": "shell python run",
        "install": "shell install",
        "git ": "shell git",
        "gh ": "shell git",
        "grep ": "shell search",
        "rg ": "shell search",
        " | ": "shell pipe",
        " && ": "shell and",
        "make ": "shell make",
        "npm ": "shell make",
        "cargo ": "shell make",
        "docker ": "shell make",
        "sed ": "shell text tool",
        "awk ": "shell text tool",
        "xargs ": "shell text tool",
        "perl ": "shell text tool",
        "\nfor ": "shell loop",
        " for ": "shell loop",
        "\nwhile ": "shell loop",
        " while ": "shell loop",
    },
}
_REQUESTS = dict.fromkeys(
    ("requests.", "httpx", "urllib", "aiohttp", "urlopen", "fetch(", "curl ", "wget "), "request in a fence"
)
_SUBSTRINGS_OF = {name: {**marks, **_REQUESTS} for name, marks in _SUBSTRINGS.items()}
"""What a fence holds by the substrings that show it."""


def of_fence(language: str, text: str) -> list[str]:
    """The signs of a fence of a group of languages."""
    marks = _SUBSTRINGS_OF.get(language, _REQUESTS)
    signs = list(dict.fromkeys([sign for mark, sign in marks.items() if mark in text]))
    signs.append(f"{language} fence")
    if ("\\" in text or "*" in text or "[" in text) and _PATTERN.search(text):
        signs.append("pattern in a fence")
    if language == "shell":
        if (">" in text or "tee " in text) and _SHELL_WRITE.search(text):
            signs.append("shell writes a file")
    elif language in ("plain", "markdown", "other"):
        signs += _of_sample(text)
    lines = text.count("\n") - 2
    signs += [f"fence of {least} lines" for least in (4, 8, 16, 32) if lines >= least]
    return signs


def _of_sample(text: str) -> list[str]:
    signs = ["slot in a sample"] if _SLOT.search(text) else []
    if any(method in text for method in _METHODS) and _METHOD_LINE.search(text):
        signs.append("request line in a sample")
    if _is_formula(text):
        signs.append("formula in a sample")
    return signs


def of_prose(text: str, words: list[str]) -> list[str]:
    """The signs of a block of prose with these words."""
    signs = ["stress"] if _STRESSED.search(text) else []
    if "." in text:
        signs += sorted({_FILE_KINDS.get(suffix, "data file") for suffix in _FILE.findall(text)})
    if "_" in text and _CONSTANT_NAME.search(text):
        signs.append("constant name")
    if ("\\" in text or "*" in text or "[" in text) and _PATTERN.search(text):
        signs.append("pattern")
    signs += [sign for mark, sign in _POINTERS.items() if mark in text]
    if _is_formula(text):
        signs.append("formula")
    if words and words[0] in _CONDITIONS:
        signs.append("condition first")
    if text.rstrip().endswith(":"):
        signs.append("colon last")
    return signs


def _is_formula(text: str) -> bool:
    if "\\" in text and ("\\frac" in text or "\\sum" in text):
        return True
    return " = " in text and _OPERATOR.search(text) is not None
