"""Sentences: which are instructions, of which kind, under which condition."""

import pytest
from skvm.skvm_ir.lift_classify import instruction

KINDS = {
    "read": ["Read the file", "Open `a.txt` first", "Load `references/x.md`", "Consult `docs/y.md` for more"],
    "write": ["Save it to `a.txt`", "Create `plan.md`", "Apply the fix", "Record the result in `log.md`"],
    "exec": ["Run the tests", "Then install it", "Use `scripts/run.py` to count", "Build the image"],
    "fetch": ["Fetch the page", "Download https://example.org/a", "Read https://example.org/b"],
    "browse": ["Click the button", "Navigate to the page"],
    "call": ["Call `create_issue`", "Search with `mcp__web__search`", "Use `Board:list-cards`"],
    "generate": ["Summarize the text", "First, draft a reply", "Present it"],
    "reason": ["Identify the cause", "Carefully analyze both", "Step 2: Choose one", "1. Decide which"],
    "check": ["Verify the sum", "Double-check the sum", "Test the build"],
    "ask": ["Ask the user which one", "Confirm with the user", "Present both and ask which one they want"],
    "invoke": ["Use the tidy-up skill", "Dispatch a subagent", "Invoke `other:skill-name` skill"],
    "act": ["Use care", "Follow the rules", "Return to Phase 1", "Call someone"],
}
NOT_TOLD = [
    "Test failures",
    "Build failures",
    "The user reads it",
    "List performance",
    "`--flag`: Set the level",
    "Red",
    "",
    "Do not run it",
    "Don't run it",
    "Fixes nothing",
    "A list of names",
]


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in KINDS.items() for text in texts])
def test_kind(kind: str, text: str) -> None:
    told = instruction(text)
    assert told is not None
    assert told.kind == kind


@pytest.mark.parametrize("text", NOT_TOLD)
def test_no_instruction(text: str) -> None:
    assert instruction(text) is None


@pytest.mark.parametrize(
    ("text", "condition", "otherwise", "each"),
    [
        ("If it fails, run it again", "it fails", False, ""),
        ("When the file is there: read it", "the file is there", False, ""),
        ("Otherwise, stop here", "", True, ""),
        ("For each page, write a line", "", False, "page"),
        ("After the build, run the tests", "", False, ""),
        ("If it rains → umbrella", "it rains", False, ""),
        ("Run it", "", False, ""),
    ],
)
def test_condition(text: str, condition: str, otherwise: bool, each: str) -> None:
    told = instruction(text)
    assert told is not None
    assert (told.condition, told.otherwise, told.each) == (condition, otherwise, each)
