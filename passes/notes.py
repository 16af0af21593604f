"""Notes that a pass finds anew each time it runs take the place of those it made before."""

from collections.abc import Iterable

from ..skvm_ir.module import Skill
from ..skvm_ir.op import Op


def replace_notes(skill: Skill, kind: type[Op], pass_name: str, notes: Iterable[Op]) -> bool:
    """Put ``notes`` where those of this kind by ``pass_name`` stood (else at the end); False when they say the same."""
    said = [note for note in skill.notes if isinstance(note, kind) and note.text("pass") == pass_name]
    new = list(notes)
    if [(note.attributes, note.citations) for note in said] == [(note.attributes, note.citations) for note in new]:
        return False
    at = skill.notes.index(said[0]) if said else len(skill.notes)
    own = set(map(id, said))
    rest = [note for note in skill.notes if id(note) not in own]
    skill.notes[:] = [*rest[:at], *new, *rest[at:]]
    return True
