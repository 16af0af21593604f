"""Small skills and edits for the tests of this folder."""

import hashlib
from functools import partial

from skvm.backends.compile import Lifted, lift_read
from skvm.skvm_ir.bundle import Bundle, Entry
from skvm.skvm_ir.edits import Content, Edit, EditKind, Side
from skvm.skvm_ir.module import Skill
from skvm.skvm_ir.op import Origin, Range

TEXT = """---
name: sample
description: Shows a little of everything. Use in tests.
---

# Sample

1. Run `make all`.
2. Read `log.txt` and list the errors.
3. Write `report.md`.
4. Verify that nothing is missing. If something is, go back to step 2.

NEVER delete `log.txt`.

```bash
make all
make clean
make all
```

The end.
"""


def bundle_of(text: str = TEXT, **files: bytes) -> Bundle:
    """A bundle in memory: ``SKILL.md`` and further ``files``, ``x__md`` for ``x.md``."""
    contents = {"SKILL.md": text.encode(), **{name.replace("__", "."): data for name, data in files.items()}}
    entries = {
        path: Entry(path, len(data), hashlib.sha256(data).hexdigest(), "644", partial(bytes, data))
        for path, data in sorted(contents.items())
    }
    return Bundle("sample", "SKILL.md", entries, "far/away/sample")


def lifted(text: str = TEXT, **files: bytes) -> Lifted:
    return lift_read(bundle_of(text, **files))


def whole(skill: Skill, text: str) -> Range:
    """The first leaf that holds ``text``."""
    return Range(next(leaf.number for leaf in skill.leaves() if text.encode() in skill.block_bytes(leaf)))


def part(skill: Skill, text: str) -> Range:
    """The bytes of ``text`` in the first leaf that holds it."""
    leaf = next(leaf for leaf in skill.leaves() if text.encode() in skill.block_bytes(leaf))
    return Range(leaf.number, skill.block_bytes(leaf).index(text.encode()), len(text.encode()))


def add_edit(
    skill: Skill,
    kind: EditKind,
    *ranges: Range,
    content: Content | None = None,
    target: str = "",
    side: Side | None = None,
    reason: str = "compensate tool.exec L2",
) -> Edit:
    """A further edit, made by a pass called ``rewrite``."""
    edit = Edit(len(skill.edits) + 1, kind, ranges, Origin("rewrite", reason), content, target, side)
    skill.edits.append(edit)
    return edit
