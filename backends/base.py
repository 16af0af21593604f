"""What a backend is: a pure function from a module to files, which the tools write."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from attrs import field, frozen

from ..skvm_ir.bundle import Bundle
from ..skvm_ir.module import Module
from ..skvm_ir.target import Target


@frozen
class OutputFile:
    """One file of the output: its bytes and its permission bits."""

    data: bytes
    mode: int = 0o644


@frozen
class EmitContext:
    """What a backend may look at beside the module: the target and the bundle of each skill by the skill's name."""

    target: Target | None = None
    bundles: Mapping[str, Bundle] = field(factory=dict[str, Bundle])


class Backend(ABC):
    """A backend. ``emit`` reads no disk, no clock and no host; it gives each file by its path below the output folder.

    ``for_any_target`` says that it does not care which target the module's edits were made for, ``applies_edits`` that
    its output is the document with those edits.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    for_any_target: ClassVar[bool] = False
    applies_edits: ClassVar[bool] = True

    @abstractmethod
    def emit(self, module: Module, context: EmitContext) -> dict[str, OutputFile]:
        """The files of ``module``; those of several skills stand in a folder each, named as the skill."""


def skill_root(module: Module, name: str) -> str:
    """The prefix of a skill's paths in the output: none when it is alone."""
    return "" if len(module.skills) == 1 else f"{name}/"
