"""Give the form to fill in where the text only lists its fields.

Before:  %list: json = generate {path = "list.json"} needs [follow.format:L2 65] from [b4]
After:   %list: json = generate {path = "list.json", template = [b4:41+6, b4:50+7], schema = "{…}"} by … from [b4]
         e1 insert after [b4] with [%list] by …
"""

import json
import re
from typing import Any, ClassVar, Self

from attrs import frozen

from ..grammar.block import Block, BlockKind
from ..skvm_ir.edits import EditKind
from ..skvm_ir.module import Skill
from ..skvm_ir.needs import Need
from ..skvm_ir.op import Attribute, Op, Range
from ..skvm_ir.rewriter import Rewriter
from ..skvm_ir.step_ops import Generate
from .legalize_base import Gap, Refused, Rewrite, Scene, behind, lowered, own_leaves, words_leaf

_LEAD = re.compile(
    r"\b(?:with|has|have|having|containing|contains?|fields?|keys?|columns?|properties|sections?|headings?)\b[^.`]*$",
    re.I,
)
_CODE = re.compile(r"`([^`\n]+)`")
_JOINED = re.compile(r"\s*(?:,\s*(?:and|or)?|and|or|&)\s*", re.I)
_NAME = re.compile(r"[A-Za-z_][\w-]*")
_HEADING = re.compile(r"#{1,6} \S.*")
_COLUMN = re.compile(r"[A-Za-z_][\w %()/-]*")
_LIST = re.compile(r"\b(?:list|array|objects|records|rows|entries|items|each|per|one line)\b", re.I)
_OBJECT = re.compile(r"\b(?:an?|one|the|single|json) (?:json )?object\b", re.I)
_SHOWN = re.compile(r"\b(?:template|schema|example|below|above|following|format)\b|\]\(", re.I)
LEAST_FIELDS = 2


@frozen
class _Fields:
    """The names of the fields in order, where they stand, and the kind of form: ``json``, ``list``, ``csv``, ``md``."""

    kind: str
    names: tuple[str, ...]
    ranges: tuple[Range, ...]


@frozen(eq=False)
class FillTemplate(Rewrite):
    """A step that says which fields its output has gets them as a form to fill in."""

    rule: ClassVar[str] = "fill-template"

    fields: _Fields
    leaf: Block

    @classmethod
    def match(cls, gap: Gap, scene: Scene) -> Self | Refused:
        """Fits ``generate`` and ``write`` of a ``.json``, ``.csv`` or ``.md`` file whose fields the step lists."""
        op = gap.op
        if op.name not in ("generate", "write"):
            return Refused("no step was found that makes the output")
        if gap.need.level < 2:
            return Refused("the form is known by its name")
        leaf = words_leaf(scene.skill, op)
        if op.ranges("template") or op.text("schema") or leaf is None:
            return Refused("the form is given already, or no words say what is wanted")
        if any(own.kind is BlockKind.FENCE for own in own_leaves(scene.skill, op)):
            return Refused("the form is given already")
        fields = _fields(scene.skill, op, leaf)
        if fields is None:
            return Refused("the step does not list the fields of its output")
        return cls(gap, fields, leaf)

    @property
    def asks(self) -> Need:
        """One level less: what is filled in is in front of the reader."""
        return Need("follow.format", self.gap.need.level - 1, self.gap.need.confidence)

    @property
    def why(self) -> str:
        """Which fields the form has."""
        return f"a form with the fields {', '.join(self.fields.names)} to fill in"

    def apply(self, rewriter: Rewriter, reason: str) -> None:
        """Note the fields on the op and word the form behind the step."""
        op = self.gap.op
        if isinstance(op, Generate):
            rewriter.set_attribute(op, "template", self.fields.ranges)
        rewriter.set_attribute(op, "schema", json.dumps(_schema(self.fields), ensure_ascii=False))
        op.origin = rewriter.origin(reason)
        rewriter.set_needs(op, lowered(op, "follow.format", self.asks))
        place, side = behind(self.leaf)
        rewriter.add_edit(EditKind.INSERT, [place], reason, content=(rewriter.label(op),), side=side)


def _fields(skill: Skill, op: Op, leaf: Block) -> _Fields | None:
    """The longest run of names in backticks behind a word that announces fields."""
    text = skill.block_bytes(leaf).decode("utf-8", "replace")
    kind = _kind(_path(op), text)
    if not kind or _SHOWN.search(text):
        return None
    pattern = {"csv": _COLUMN, "md": _HEADING}.get(kind, _NAME)
    for run in _runs(text):
        names = tuple(match.group(1) for match in run)
        if len(names) >= LEAST_FIELDS and len(set(names)) == len(names) and all(map(pattern.fullmatch, names)):
            ranges = tuple(
                Range(leaf.number, len(text[: match.start(1)].encode()), len(match.group(1).encode())) for match in run
            )
            return _Fields(kind, names, ranges)
    return None


def _runs(text: str) -> list[list[re.Match[str]]]:
    """Inline code in a row, joined by commas and "and" alone, where the sentence announces fields."""
    runs: list[list[re.Match[str]]] = []
    for match in _CODE.finditer(text):
        joined = runs and _JOINED.fullmatch(text[runs[-1][-1].end() : match.start()])
        if joined:
            runs[-1].append(match)
        else:
            runs.append([match])
    return [run for run in runs if _LEAD.search(text[: run[0].start()])]


def _path(op: Op) -> str:
    path: Attribute = op.attributes.get("path", "")
    return path if isinstance(path, str) else ""


def _kind(path: str, text: str) -> str:
    suffix = path.rpartition(".")[2].lower()
    if suffix == "json":
        if _LIST.search(text):
            return "list"
        return "json" if _OBJECT.search(text) else ""
    return suffix if suffix in ("csv", "md") else ""


def _schema(fields: _Fields) -> dict[str, Any]:
    """JSON Schema of the output: an object, a list of objects; of a text its columns or headings in order."""
    if fields.kind in ("csv", "md"):
        return {"type": "string", "description": fields.kind, "required": list(fields.names)}
    one = {"type": "object", "required": list(fields.names)}
    return {"type": "array", "items": one} if fields.kind == "list" else one
