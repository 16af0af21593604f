"""Backend ``skill``: a skill folder as the target's harness reads it, with the edits applied."""

from typing import ClassVar

from ..skvm_ir.module import Module, Skill
from .base import Backend, EmitContext, OutputFile, skill_root
from .emission import Emission, apply_edits
from .source import bundle_files


class SkillBackend(Backend):
    """A skill folder for the module's target: ``SKILL.md``, its further texts, its files and those that edits made."""

    name: ClassVar[str] = "skill"
    summary: ClassVar[str] = "a skill folder for the target's harness"

    def emit(self, module: Module, context: EmitContext) -> dict[str, OutputFile]:
        """Sources with their live edits applied, the bundle's other files, and the files that edits made."""
        files: dict[str, OutputFile] = {}
        for skill in module.skills:
            files |= emit_skill(skill, apply_edits(skill, context.target), context, skill_root(module, skill.name))
        return files


def emit_skill(skill: Skill, emission: Emission, context: EmitContext, root: str) -> dict[str, OutputFile]:
    """The files of one skill below ``root``, from its edited sources."""
    files = bundle_files(skill, context, root)
    files |= {root + own.path: OutputFile(own.data) for own in emission.sources}
    files |= {root + path: OutputFile(data) for path, data in emission.files.items()}
    return files
