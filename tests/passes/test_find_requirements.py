"""What `find-requirements` finds in bundles, code and words of our own, and over the public skills where they are."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from skvm.passes.context import Context
from skvm.passes.find_requirements import FindRequirements
from skvm.passes.remarks import remarks_of
from skvm.passes.requirement_base import Kind, is_plausible
from skvm.passes.requirement_installs import installs
from skvm.passes.requirement_javascript import package
from skvm.passes.requirement_python import imports
from skvm.passes.requirement_shell import Command, scan
from skvm.passes.requirement_tables import commands, modules, names, rules
from skvm.skvm_ir.bundle import Bundle
from skvm.skvm_ir.from_skill import lift
from skvm.skvm_ir.module import Module, Skill
from skvm.skvm_ir.op import Op
from skvm.skvm_ir.printer import print_module
from skvm.skvm_ir.verifier import check

SHARED = Path(__file__).parents[2] / ".." / "shared"
HEAD = "---\nname: demo\ndescription: A demo.\n---\n\n"


def find(text: str, files: dict[str, str] | None = None, given: FindRequirements | None = None) -> Skill:
    """The skill of ``text``, with ``files`` beside it, after the pass; it must be sound, and stay when run again."""
    whole = {"SKILL.md": text if text.startswith("---") else HEAD + text, **(files or {})}
    bundle = Bundle.of_bytes("demo", {path: content.encode() for path, content in whole.items()})
    module, _ = lift(bundle)
    run(module, bundle, given or FindRequirements())
    return module.skills[0]


def run(module: Module, bundle: Bundle, given: FindRequirements) -> None:
    files = {path: entry.load() for path, entry in bundle.entries.items()}
    context = Context(files={module.skills[0].name: files})
    given.run(module, context)
    check(module)
    text = print_module(module)
    assert not given.run(module, context)
    assert print_module(module) == text


def required(skill: Skill) -> list[Op]:
    return [op for op in skill.declarations if op.name == "require"]


def named(skill: Skill, kind: str = "") -> list[str]:
    return [op.text("name") for op in required(skill) if kind in ("", op.text("kind"))]


def only(skill: Skill, name: str) -> Op:
    (found,) = [op for op in required(skill) if op.text("name") == name]
    return found


# ---- files of the bundle


def test_scripts_are_read_for_what_they_import() -> None:
    script = "import os, yaml\nfrom helpers import x\nfrom . import y\nfrom google.cloud import storage\n"
    skill = find("# Run\n", {"scripts/run.py": script, "scripts/helpers.py": "import sklearn.svm\n"})
    assert named(skill) == ["google-cloud-storage", "pyyaml", "scikit-learn"]
    assert any("scripts/run.py" in note.text("message") for note in remarks_of(skill))


def test_an_import_in_a_try_is_optional() -> None:
    script = "try:\n    import orjson\nexcept ImportError:\n    orjson = None\nimport attrs\n"
    skill = find("# Run\n", {"run.py": script})
    assert only(skill, "orjson").attributes["required"] is False


def test_lists_of_packages_keep_their_versions() -> None:
    listed = "# pinned\nrequests[socks]>=2.31,<3 ; python_version > '3.8'  # http\n-r more.txt\n./local\n"
    listed += "git+https://host.invalid/x\n"
    skill = find("# Run\n", {"requirements.txt": listed, "requirements-dev.txt": "pytest==8.3.0\n"})
    assert named(skill) == ["pytest", "requests"]
    assert only(skill, "requests").text("version") == ">=2.31,<3"
    assert only(skill, "requests").attributes["required"] is True
    assert only(skill, "pytest").attributes["required"] is False


def test_script_headers_project_and_package_files() -> None:
    header = '# /// script\n# requires-python = ">=3.11"\n# dependencies = ["rich>=13", "httpx"]\n# ///\nimport rich\n'
    project = (
        '[project]\nname = "x"\ndependencies = ["Jinja2~=3.1"]\n[project.optional-dependencies]\nplot = ["plotly"]\n'
    )
    package_file = '{"dependencies": {"@scope/a": "^1.2.0"}, "devDependencies": {"vite": "5"}, "scripts": {}}'
    skill = find("# Run\n", {"run.py": header, "pyproject.toml": project, "package.json": package_file})
    assert named(skill, "pip") == ["httpx", "jinja2", "plotly", "rich"]
    assert only(skill, "rich").text("version") == ">=13"
    assert only(skill, "jinja2").text("version") == "~=3.1"
    assert only(skill, "plotly").attributes["required"] is False
    assert [(op.text("name"), op.attributes["required"]) for op in required(skill) if op.text("kind") == "npm"] == [
        ("@scope/a", True),
        ("vite", False),
    ]


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("package.json", "{broken"),
        ("package.json", "[" * 3000),
        ("package.json", '{"dependencies": ["a"], "devDependencies": {"../x": "1", "ok name": "1"}}'),
        ("pyproject.toml", "[project\n"),
        ("pyproject.toml", 'project = "x"\n'),
        ("requirements.txt", "--option-like\n$(rm -rf x)\n; echo\n../up\nhttps://host.invalid/a.whl\n"),
        ("run.py", "# /// script\n# dependencies = [\n# ///\ndef ("),
        ("run.py", "import \x00\nfrom x import (\n"),
        ("run.sh", "if [ -z \"$(broken 'quote\n"),
        ("run.js", "import {a from 'b\nrequire("),
        ("notes.txt", "import pandas\n"),
    ],
)
def test_broken_and_hostile_files_show_nothing(path: str, content: str) -> None:
    assert named(find("# Run\n", {path: content}), "pip") == []
    assert named(find("# Run\n", {path: content}), "npm") == []


def test_javascript_of_the_bundle() -> None:
    script = (
        "import fs from 'node:fs';\nimport path from 'path';\nimport { google } from 'googleapis/build';\n"
        "import './local.js';\nconst chalk = require('chalk');\n// import x from 'comment'\n"
        "const text = \"import y from 'string'\";\nconst late = await import('@scope/pkg/deep');\n"
        "if (process.env.MY_SERVICE_TOKEN) {}\nimport type { T } from '@/alias';\n"
    )
    skill = find("# Run\n", {"tool.mjs": script})
    assert named(skill) == ["@scope/pkg", "chalk", "googleapis", "MY_SERVICE_TOKEN"]


def test_shell_scripts_of_the_bundle() -> None:
    script = 'helper() { echo hi; }\nhelper now\nif ! command -v jq >/dev/null; then exit 1; fi\njq . "$1" | sort\n'
    assert named(find("# Run\n", {"run.sh": script})) == ["jq"]


# ---- frontmatter


def test_metadata_of_clients() -> None:
    front = (
        "---\nname: demo\ndescription: A demo.\n"
        'metadata: {"openclaw": {"requires": {"bins": ["ffmpeg", "ls"], "anyBins": ["rg", "fd"], "env": ["DEMO_KEY"]},'
        ' "install": [{"kind": "node", "package": "@scope/cli"}, {"kind": "brew", "formula": "gh"}]}}\n---\n\n# Run\n'
    )
    skill = find(front)
    found = {(op.text("kind"), op.text("name")): op.attributes["required"] for op in required(skill)}
    assert found == {
        ("npm", "@scope/cli"): False,
        ("system", "fd"): False,
        ("system", "ffmpeg"): True,
        ("system", "rg"): False,
        ("env", "DEMO_KEY"): True,
    }


def test_requires_compatibility_and_allowed_tools() -> None:
    front = "---\nname: demo\ndescription: A demo.\ncompatibility: Needs docker and DEMO_TOKEN\n"
    front += "allowed-tools: Bash(git:*) Bash(ls:*) mcp__files__read Read\nrequires:\n  mcp: [rube]\n---\n\n# Run\n"
    skill = find(front + "Call `SLACK_SEND_A_MESSAGE`, after `RUBE_SEARCH_ALL_TOOLS`.\n")
    assert named(skill) == ["docker", "git", "Slack", "DEMO_TOKEN", "files", "rube"]


# ---- readers, alone


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import a, b.c as d", ["a", "b.c"]),
        ("from a.b import (c,\n    d)", ["a.b.c", "a.b.d"]),
        (">>> import a\n>>> a.run(...)\n... more", ["a"]),
        ("if x:\n    import a", ["a"]),
        ("%pip install x\nimport a  # why", ["a"]),
        ("def f(:\n  <placeholder>\nimport a", ["a"]),
        ("from a import *", ["a"]),
        ("from . import a\nfrom .b import c", []),
        ("import the data from a file", []),
        ("from here we import goods", []),
        ("'''\nimport a\n'''", []),
        ('"""open\nimport a', []),
        ("# import a", []),
        ("important = 1", []),
    ],
)
def test_imports(code: str, expected: list[str]) -> None:
    assert [found.module for found in imports(code)] == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a | b && c; d || e", ["a", "b", "c", "d", "e"]),
        ("X=1 sudo -u me a -b", ["a"]),
        ('echo "$(a b | c)"', ["a", "c", "echo"]),
        ("for f in *.x; do a $f; done", ["a", "done"]),
        ("cat <<EOF\nb c\nEOF\nd", ["cat", "d"]),
        ("a > b 2>&1 < c", ["a"]),
        ("a 'b; c' \"d | e\" # f; g", ["a"]),
        ("a \\\n  --b", ["a"]),
        ("timeout 30s a", ["a"]),
        ("export A=1", []),
        ("", []),
    ],
)
def test_commands(line: str, expected: list[str]) -> None:
    assert [found.words[0] for found in scan(line) if isinstance(found, Command) and found.words] == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("pip install a b>=1 'c[d]==2'", ["a", "b", "c"]),
        ("python3 -m pip install -U --index-url http://x a", ["a"]),
        ("pip install -r requirements.txt -e . ./x x.whl git+https://h/x", []),
        ("uv add a --group dev b", ["a", "b"]),
        ("uv run --with a,b script.py", ["a", "b"]),
        ("npm install", []),
        ("npm run build", []),
        ("npm i -D @s/a b@1.2 ../c", ["@s/a", "b"]),
        ("npx --yes a@latest run", ["a"]),
        ("brew install --cask tap/x/a", ["a"]),
        ("apt-get install -y a b-dev", ["a", "b-dev"]),
        ("conda install -c conda-forge a", ["a"]),
        ("pip uninstall a", []),
        ("pip install <package> {name}", []),
    ],
)
def test_installs(line: str, expected: list[str]) -> None:
    (command,) = [found for found in scan(line) if isinstance(found, Command)]
    assert [found.name for found in installs(command.words)] == expected


def test_packages_of_module_specifiers() -> None:
    wanted = {"@s/a/b": "@s/a", "a/b": "a", "./a": "", "fs": "", "node:fs": "", "https://x/y": "", "@/a": "", "~/x": ""}
    assert {specifier: package(specifier) for specifier in wanted} == wanted


# ---- tables


def test_the_tables_hold_together() -> None:
    assert modules().standard >= {name for name in sys.stdlib_module_names if not name.startswith("_")}
    assert "typing_extensions" not in modules().standard
    assert not modules().standard & modules().distributions.keys()
    assert not commands().base & commands().known.keys()
    for kind, name in (*commands().known.values(), *names().spoken.values(), *names().companions.values()):
        assert is_plausible(kind, name), name
    for rule in rules().values():
        assert 0 < rule.confidence < 100


@pytest.mark.parametrize(
    "module", ["os.path", "dataclasses", "_socket", "tomllib", "distutils", "google", "__future__"]
)
def test_no_distribution_brings(module: str) -> None:
    assert modules().distribution(module) == ""


@pytest.mark.parametrize(
    ("module", "distribution"),
    [
        ("sklearn.svm", "scikit-learn"),
        ("google.genai.types", "google-genai"),
        ("my_mod.x", "my-mod"),
        ("bs4", "beautifulsoup4"),
    ],
)
def test_a_distribution_brings(module: str, distribution: str) -> None:
    assert modules().distribution(module) == distribution


def test_names_that_are_found_no_more_go_unless_something_needs_them() -> None:
    bundle = Bundle.of_bytes("demo", {"SKILL.md": (HEAD + "# Run\n\n```bash\njq .\n```\n").encode()})
    module, _ = lift(bundle)
    skill = module.skills[0]
    stale = [op for op in find("# Run\n\n```bash\nffmpeg -i a b\n```\n").declarations if op.name == "require"]
    skill.declarations += stale
    run(module, bundle, FindRequirements())
    assert named(skill) == ["jq"]


def test_further_texts_are_read_on_request_and_are_optional() -> None:
    files = {"more.md": "# More\n\n```python\nimport polars\n```\n"}
    text = "# Run\n\nSee [more](more.md).\n"
    assert named(find(text, files)) == []
    skill = find(text, files, FindRequirements(references=True))
    assert [(op.text("name"), op.attributes["required"]) for op in required(skill)] == [("polars", False)]


# ---- the public skills


def corpus() -> list[dict[str, Any]]:
    if not SHARED.is_dir():
        pytest.skip("../shared is absent")
    return json.loads((SHARED / "corpus" / "index.json").read_text("utf-8"))


def read(path: Path) -> Bundle:
    files = {
        own.relative_to(path.parent).as_posix(): own.read_bytes() for own in path.parent.rglob("*") if own.is_file()
    }
    return Bundle.of_bytes(path.parent.name, files, path.name)


def test_over_the_corpus_every_name_is_plausible_and_none_is_of_the_library_or_the_bundle() -> None:
    wrong: list[str] = []
    for record in corpus():
        bundle = read(SHARED / "corpus" / record["path"])
        module, _ = lift(bundle)
        run(module, bundle, FindRequirements())
        own = {Path(own["path"]).stem for own in record["omitted_files"]}
        for op in required(module.skills[0]):
            name, kind = op.text("name"), Kind(op.text("kind"))
            if not is_plausible(kind, name) or re.search(r"your|placeholder|<|>|\$", name):
                wrong.append(f"{record['path']}: {name}")
            if kind is Kind.PIP and name.replace("-", "_") in modules().standard | own | modules().distributions.keys():
                wrong.append(f"{record['path']}: {name} is a module")
            if kind is Kind.SYSTEM and name in commands().base - {"python", "python3"}:
                wrong.append(f"{record['path']}: {name} is everywhere")
    assert wrong == []


def labelled(folder: str) -> Iterator[tuple[Bundle, list[dict[str, Any]]]]:
    if not (SHARED / folder / "items.json").is_file():
        pytest.skip("../shared is absent")
    labels = SHARED / folder / ("labels" if folder == "training" else "")
    for item in json.loads((SHARED / folder / "items.json").read_text("utf-8")):
        found = sorted(labels.rglob(f"{item['id']}.json"))
        yield read(SHARED / item["file"]), [json.loads(path.read_text("utf-8")) for path in found]


def compared(name: str) -> str:
    return re.sub(r"[-_. ]+", "-", re.split(r"[\[<>=~! ]", name.strip().lower())[0])


@pytest.mark.parametrize(("folder", "floor"), [("training", 0.69), ("labels", 0.75)])
def test_agreement_with_the_readers_does_not_fall(folder: str, floor: float) -> None:
    figures: list[float] = []
    for bundle, readings in labelled(folder):
        module, _ = lift(bundle)
        FindRequirements().run(module, Context())
        mine = {(op.text("kind"), compared(op.text("name"))) for op in required(module.skills[0])}
        theirs = [{(own["type"], compared(own["name"])) for own in reading["deps"]} for reading in readings]
        told = [2 * len(mine & own) / (len(mine) + len(own)) for own in theirs if mine or own]
        figures += [sum(told) / len(told)] if told else []
    assert sum(figures) / len(figures) >= floor
