"""Backend ``source``: the leaves as they are, edits ignored; gives back the skill that was read."""

from typing import ClassVar

from ..skvm_ir.module import Module, Skill
from .base import Backend, EmitContext, OutputFile, skill_root


class SourceBackend(Backend):
    """The skill's own text, byte for byte, and its files."""

    name: ClassVar[str] = "source"
    summary: ClassVar[str] = "the skill as it was read, byte for byte"
    for_any_target: ClassVar[bool] = True
    applies_edits: ClassVar[bool] = False

    def emit(self, module: Module, context: EmitContext) -> dict[str, OutputFile]:
        """The sources from their leaves alone, and the bundle's other files.

        Texts are written with mode 644 whatever it was: SIR keeps the modes of files, and a text is never run.
        """
        files: dict[str, OutputFile] = {}
        for skill in module.skills:
            root = skill_root(module, skill.name)
            files |= bundle_files(skill, context, root)
            for number, source in enumerate(skill.sources):
                files[root + source.path] = OutputFile(source_bytes(skill, number))
        return files


def source_bytes(skill: Skill, number: int) -> bytes:
    """Source ``number`` put together from the leaves that own its bytes."""
    roots = [root for root in skill.blocks if root.source == number]
    return b"".join([skill.block_bytes(leaf) for root in roots for leaf in root.leaves()])


def bundle_files(skill: Skill, context: EmitContext, root: str) -> dict[str, OutputFile]:
    """The files of the skill's folder that are no source, below ``root``."""
    bundle = context.bundles.get(skill.name)
    if bundle is None:
        return {}
    sources = {source.path for source in skill.sources}
    return {
        root + path: OutputFile(entry.load(), int(entry.mode, 8))
        for path, entry in bundle.entries.items()
        if path not in sources
    }
