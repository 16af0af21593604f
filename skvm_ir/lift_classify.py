"""What a sentence tells the reader to do: whether it is an instruction, under which condition, and of which kind."""

import re

from attrs import evolve, frozen

from .lift_words import words

LOOKED_AT = 400
"""Characters of a step that decide its kind; what follows explains."""

_WORD = re.compile(r"[A-Za-z][A-Za-z'/-]*")
_NAMES = re.compile(
    r"use[ -]cases?\b|read-?me\b|call ?backs?\b|set-?up\b|work ?flows?\b|check ?lists?\b|\w+ (?:mode|time)s?\s*$", re.I
)
_STEP_LABEL = re.compile(r"(?:(?:step|phase|stage)\s+\d[\w.]*|\d+(?:\.\d+)*[.)])\s*[:.)—–-]*\s*", re.I)
_CONDITION = re.compile(
    r"((?:if|when|whenever|once|unless|after|before|while|where|for|to|in case|as soon as|given)\b[^,:;.\n→]{2,160}?)"
    r"\s*(?:,\s+(?:then\s+)?|:\s*|\s->\s*|\s*→\s*|\s[—–]\s*|\s--\s)",
    re.I,
)
_OTHERWISE = re.compile(r"(?:otherwise|else|if not|in all other cases|by default)\b[\s,:→—–-]*", re.I)
_ARROW = re.compile(r"→|->|=>")
_LABEL = re.compile(r"([^:—–\n]{1,60}?)\s*(?:[—–:]|\s-{1,2}\s)\s*(?=\S)")
_REAL_CONDITION = re.compile(r"(?:if|when|whenever|unless|where|in case)\b\s*(.*)", re.I | re.S)
_EACH = re.compile(r"for (?:each|every)\s+([^,:]{2,80})", re.I)
_EACH_ALONE = re.compile(r"for (?:each|every)\s+([^,:;\n]{2,80}?)\s*:\s*$", re.I)
_ASK = re.compile(
    r"\b(?:ask|prompt|confirm with|check with|discuss with|consult|approval from|confirmation from|input from)\s+"
    r"(?:the\s+|your\s+)?(?:users?|human|requester|customer|client|team)\b|\bask\s+(?:which|whether|if|for|what|how|them|before)\b|\bAskUserQuestion\b",
    re.I,
)
_SUBAGENT = re.compile(
    r"\b(?:dispatch|spawn|launch|start|use|run|invoke|create|delegate\s+to|send|issue)\b[^.\n]{0,60}?"
    r"\bsub-?agents?\b",
    re.I,
)
_SKILL = re.compile(
    r"\b(?:use|invoke|call|run|follow|apply|load|activate|via|with)\b\s+(?:the\s+)?[`*]{0,3}@?"
    r"([a-z][\w-]*(?::[\w-]+)?)[`*]{0,3}\s+(?:skill|sub-?agent|agent)\b",
    re.I,
)
_QUALIFIED = re.compile(r"(?<![\w:/])([a-z][a-z0-9-]*:[a-z][a-z0-9]*(?:-[a-z0-9]+)+)")
_TOOL = re.compile(r"\b(mcp__\w+|[A-Z][A-Z0-9]+(?:_[A-Z0-9]+){2,})\b|`(?:([A-Z][\w-]*)):([a-z][\w-]{2,})`")
_TOOL_VERB = re.compile(
    r"\b(?:use|via|call|calling|invoke|with|through|execute|run|search|fetch|create|update|query)\b|\btool\b", re.I
)
_URL = re.compile(r"https?://[^\s`)>\]\"']+")
_FILE = re.compile(r"`([^`\s]*[\w)}>*-]\.[A-Za-z][A-Za-z0-9]{0,5})`")
_SCRIPT = re.compile(r"(?:^|[\s`\"'(/])([\w./{}$-]*\w\.(?:py|sh|js|mjs|ts|rb|pl))\b")
_FILE_WORDS = re.compile(r"\b(?:files?|director(?:y|ies)|folders?)\b", re.I)
_BROWSER = re.compile(r"\b(?:browser|web ?page|screenshot|playwright)\b", re.I)
_VAGUE = frozenset(
    {
        "use",
        "follow",
        "load",
        "see",
        "refer",
        "consult",
        "apply",
        "do",
        "perform",
        "create",
        "get",
        "call",
        "show",
        "set",
    }
)
_NOTES = frozenset({"record", "note", "capture", "document", "list", "log", "track", "collect", "output", "put"})
_SMALL_NOT_SKILL = frozenset(
    {
        "the",
        "this",
        "that",
        "a",
        "an",
        "each",
        "any",
        "your",
        "it",
        "right",
        "following",
        "another",
        "same",
        "one",
        "new",
        "other",
    }
)


@frozen
class Instruction:
    """A sentence that tells somebody to act. ``kind`` is the step's, ``verb`` the word that decided it.

    ``condition`` is what stands behind "if" in front of it, ``otherwise`` says that it is the last resort, ``each``
    what it is done for one by one. ``name`` is the skill, sub-agent or tool it names, ``server`` that tool's server.
    """

    kind: str
    verb: str
    condition: str = ""
    otherwise: bool = False
    each: str = ""
    name: str = ""
    server: str = ""


def instruction(plain: str) -> Instruction | None:
    """The instruction that ``plain`` (text without emphasis) begins with; None when it tells, describes or names."""
    text = plain[:LOOKED_AT]
    label = _STEP_LABEL.match(text)
    text = text[label.end() :] if label else text
    alone = _EACH_ALONE.match(text)
    if alone:
        return Instruction("act", "", each=alone.group(1).strip())
    condition, otherwise, each, rest = _without_condition(text)
    verb = _verb(rest) or _verb_behind_label(rest)
    if not verb:
        # "If it rains → umbrella": an arrow behind a condition leads to what is done, whatever its words.
        return Instruction("act", "", condition, otherwise, each) if condition and _ARROW.search(text) else None
    found = Instruction(words().verbs[verb], verb, condition, otherwise, each)
    return _by_content(found, rest)


def is_imperative(plain: str) -> bool:
    """True when ``plain`` begins with an instruction."""
    return instruction(plain) is not None


def _without_condition(text: str) -> tuple[str, bool, str, str]:
    """Condition, whether it is the last resort, what it is done for each of, and the text behind."""
    last = _OTHERWISE.match(text)
    if last and last.end() < len(text):
        return "", True, "", text[last.end() :]
    condition, each = "", ""
    for _ in range(2):
        match = _CONDITION.match(text)
        if not match or match.end() >= len(text):
            break
        clause = match.group(1)
        real = _REAL_CONDITION.match(clause)
        repeated = _EACH.match(clause)
        if real:
            condition = condition or real.group(1).strip() or clause
        each = repeated.group(1).strip() if repeated else each
        text = text[match.end() :]
    return condition, False, each, text


def _verb(text: str) -> str:
    """The verb that ``text`` begins with, after words like "then" and adverbs; empty when there is none."""
    lists = words()
    at = 0
    for _ in range(5):
        match = _WORD.match(text, at)
        if match is None:
            return ""
        word = match.group().lower()
        if word == "do" and text[match.end() :].lstrip(" *").lower().startswith("not"):
            return ""
        if word in lists.verbs and _acts(word, text[match.end() : match.end() + 80]):
            return word
        if word.partition("/")[0] in lists.verbs and "/" in word:
            return word.partition("/")[0]
        if word not in lists.openers and not (word.endswith("ly") and len(word) > 4):
            return ""
        at = match.end()
        while at < len(text) and text[at] in " ,\t\n*":
            at += 1
    return ""


def _acts(verb: str, behind: str) -> bool:
    """True when the word is used as a verb: "Test the build", not "Test failures"."""
    if behind[:1] in "-_.(=" and behind[:3].strip() not in ("-", "--", ".") and not behind.startswith(". "):
        return False
    if _NAMES.match(verb + behind):
        return False
    lists = words()
    if verb not in lists.nouns:
        return not behind.lstrip().startswith("= ")
    following = _WORD.findall(behind.split("\n")[0].split(".")[0])
    if not following:
        return behind.lstrip()[:1] in ("`", '"', "{", "$") or not behind.strip(" .:-—–")
    first = following[0].lower()
    if (
        first in lists.articles
        or behind.lstrip()[:1] in "`\"'*<[/"
        or first.endswith("ly")
        or behind.lstrip()[:1].isdigit()
    ):
        return True
    return len(following) >= 4 and first not in (
        "is",
        "are",
        "of",
        "was",
        "can",
        "should",
        "must",
        "has",
        "will",
        "and",
        "to",
    )


def _verb_behind_label(text: str) -> str:
    """The verb of "Preferred: run the script"; a label in backticks names a parameter, not a step."""
    match = None if text.startswith("`") else _LABEL.match(text)
    return _verb(text[match.end() :]) if match else ""


def _by_content(found: Instruction, text: str) -> Instruction:
    """The kind once what the sentence names is known: a tool, a user, another skill, an address, a file."""
    label = _LABEL.match(text)
    if label and len(label.group(1).split()) <= 2:
        # "Review - call the reviewer": the label is a title, what is done stands behind it.
        behind = _verb(text[label.end() :])
        found = evolve(found, kind=words().verbs[behind], verb=behind) if behind else found
    sentence = re.split(r"(?<=[.!?])\s", text, maxsplit=1)[0]
    if _ASK.search(sentence):
        return evolve(found, kind="ask")
    named = _named(found, sentence)
    if named is None and found.kind == "call":
        return _tool_called(found, sentence)
    return named or evolve(found, kind=_by_object(found, sentence))


def _tool_called(found: Instruction, sentence: str) -> Instruction:
    """A call of what stands in backticks behind the verb; where nothing does, the verb says little."""
    match = re.search(r"\bcall\w*\s+(?:the\s+)?`([A-Za-z_][\w.:-]*)(?:\(\))?`", sentence, re.I)
    return evolve(found, name=match.group(1)) if match else evolve(found, kind="act")


def _named(found: Instruction, sentence: str) -> Instruction | None:
    tool = _TOOL.search(sentence)
    if tool and (found.kind == "call" or _TOOL_VERB.search(sentence)):
        return evolve(found, kind="call", name=tool.group(1) or tool.group(3), server=tool.group(2) or "")
    if found.kind in ("read", "write"):
        return None
    skill = _SKILL.search(sentence) or (_QUALIFIED.search(sentence) if found.kind in ("act", "invoke") else None)
    if skill and skill.group(1).lower() not in _SMALL_NOT_SKILL:
        return evolve(found, kind="invoke", name=skill.group(1))
    if _SUBAGENT.search(sentence):
        return evolve(found, kind="invoke")
    return None


def _by_object(found: Instruction, sentence: str) -> str:
    kind, verb = found.kind, found.verb
    if verb == "return" and re.match(r"\W*return\w*\s+to\b", sentence, re.I):
        return "act"
    url, file, script = _URL.search(sentence), _FILE.search(sentence), _SCRIPT.search(sentence)
    if url and (kind in ("read", "fetch") or verb in _VAGUE):
        return "fetch"
    if script and (verb in ("use", "call", "invoke") or kind == "exec"):
        return "exec"
    if _BROWSER.search(sentence) and kind in ("browse", "read", "act") and verb != "read":
        return "browse"
    if verb in ("use", "follow", "load", "apply", "consult", "refer", "see") and file:
        return "read"
    if verb in _NOTES and file and re.search(r"\b(?:in|to|into)\s+`", sentence):
        return "write"
    if verb == "create" and (file or _FILE_WORDS.search(sentence)):
        return "write"
    return kind
