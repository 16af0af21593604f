"""Lifts a skill's folder to SIR: total for text, lossless, and the same for the same bytes."""

from ..grammar.diagnostic import Diagnostic
from .bundle import Bundle
from .lift_flow import lift_flow
from .lift_names import NameTable
from .lift_text import lift_text
from .module import Module


def lift(bundle: Bundle, name_hint: str = "") -> tuple[Module, list[Diagnostic]]:
    """The skill in ``bundle`` as a module without a target, and what was found on the way.

    The skill is called as its frontmatter says, where that can be a symbol, else ``name_hint``, else as its folder.
    Raises ``SkvmError`` when ``SKILL.md`` is not text (SKV001, SKV002).
    """
    names = NameTable()
    skill, diagnostics = lift_text(bundle, name_hint or bundle.name, names)
    lift_flow(skill, names)
    return Module([skill]), [*bundle.diagnostics, *diagnostics]
