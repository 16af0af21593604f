"""Command lines: where they are in a fence, and what their argument lists are."""

import pytest
from skvm.skvm_ir.lift_commands import Call, fence_commands, is_command, parse_call


def commands(body: str) -> list[str]:
    text = f"```bash\n{body}```\n"
    found = fence_commands(text, indented=False, is_open=False)
    return [text[one.start : one.end] for one in found]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("ls\n\n# note\npwd  # where\n", ["ls", "pwd"]),
        ("a \\\n  --b\nc\n", ["a \\\n  --b", "c"]),
        ("echo 'one\ntwo'\nls\n", ["echo 'one\ntwo'", "ls"]),
        ("cat <<EOF > x\na # b\nEOF\nls\n", ["cat <<EOF > x\na # b\nEOF", "ls"]),
        ("if a; then\n  b\nfi\nc\n", ["if a; then\n  b\nfi", "c"]),
        ("for x in 1 2; do echo $x; done\nc\n", ["for x in 1 2; do echo $x; done", "c"]),
        ("run() {\n  ls\n}\nrun\n", ["run() {\n  ls\n}", "run"]),
        ("a |\n  b\nc &&\n  d\n", ["a |\n  b", "c &&\n  d"]),
        ("$ ls\nfile\n$ pwd\n/home\n", ["ls", "pwd"]),
        ('grep "#x" file\n', ['grep "#x" file']),
        ("echo 'never closed\nls\n", ["echo 'never closed\nls"]),
        ("", []),
    ],
)
def test_commands_of_a_fence(body: str, expected: list[str]) -> None:
    assert commands(body) == expected


def test_a_fence_in_a_list_and_quote_keeps_its_places() -> None:
    text = "> - ```sh\n>   ls -l\n>   pwd\n>   ```\n"
    found = fence_commands(text, indented=False, is_open=False)
    assert [text[one.start : one.end] for one in found] == ["ls -l", "pwd"]


def test_an_open_fence_ends_with_the_text() -> None:
    text = "```sh\nls\npwd"
    assert [one.text for one in fence_commands(text, indented=False, is_open=True)] == ["ls", "pwd"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ls -l", Call(("ls", "-l"), ())),
        ("echo 'a b' \"c d\"", Call(("echo", "a b", "c d"), ())),
        ("gh pr view <id> --web", Call(("gh", "pr", "view", "$0", "--web"), ("<id>",))),
        ("deploy [path] -y", Call(("deploy", "$0", "-y"), ("[path]",))),
        ("make X={name} <id> <id>", Call(("make", "X=$0", "$1", "$1"), ("{name}", "<id>"))),
        ("run a.json > b.json", Call(("run", "a.json"), (), "b.json")),
        ("run <in> > <out>", Call(("run", "$0"), ("<in>", "<out>"), "$1")),
        ("a | b", Call((), (), needs_shell=True)),
        ("a || b", Call((), (), needs_shell=True)),
        ("a 2>/dev/null", Call((), (), needs_shell=True)),
        ("a > b | c", Call((), (), needs_shell=True)),
        ("echo $HOME", Call((), (), needs_shell=True)),
        ("awk '{print $1}' f", Call((), (), needs_shell=True)),
        ("ls *.py", Call((), (), needs_shell=True)),
        ("ls ~/x", Call((), (), needs_shell=True)),
        ("A=1 run", Call((), (), needs_shell=True)),
        ("npm test / pytest", Call((), (), needs_shell=True)),
        ("echo 'open", Call((), (), needs_shell=True)),
        ("jq '.[] | .a' f.json", Call(("jq", ".[] | .a", "f.json"), ())),
        ("x" * 10_001, Call((), (), needs_shell=True)),
    ],
)
def test_argument_lists(text: str, expected: Call) -> None:
    assert parse_call(text, frozenset()) == expected


def test_the_folder_of_the_skill_is_left_out_before_a_file_that_is_there() -> None:
    known = frozenset({"scripts/a.py"})
    for root in ("{baseDir}", "${SKILL_DIR}", "<path-to-skill>", "${CLAUDE_PLUGIN_ROOT}"):
        assert parse_call(f"python {root}/scripts/a.py", known).words == ("python", "scripts/a.py")
        assert parse_call(f"python {root}/scripts/b.py", known).words in ((), ("python", f"{root}/scripts/b.py"))


@pytest.mark.parametrize("text", ["git status", "npm ci", "./run", "scripts/a.py", "$ git log", "cd x"])
def test_is_a_command(text: str) -> None:
    assert is_command(text)


@pytest.mark.parametrize("text", ["git", "README.md", "--flag", "name", "a.b()", "key: value", ""])
def test_is_no_command(text: str) -> None:
    assert not is_command(text)
