"""What a pass is: a frozen class in a file of its name, whose fields are its options."""

import json
import re
from abc import ABC, abstractmethod
from typing import ClassVar

from attrs import fields, frozen

from ..skvm_ir.module import Module
from .context import Context

OptionValue = bool | int | str
"""What an option may hold; the type of its default says which of the three it wants."""

_BARE_VALUE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


@frozen
class Pass(ABC):
    """Takes sound SIR and leaves sound SIR behind; keeps nothing between runs, touches no file, socket or clock.

    Each field is an option with a default, ``snake_case`` here and ``kebab-case`` in a pipeline.
    """

    name: ClassVar[str]
    deletes: ClassVar[bool] = False
    """True for a pass that may take text away; ``-O0`` and ``-O1`` hold none."""

    @abstractmethod
    def run(self, module: Module, context: Context) -> bool:
        """Change ``module`` in place and return True when it is not what it was.

        Raises ``SkvmError`` (SKV304) where the pass works for a target and there is none.
        """

    def __str__(self) -> str:
        """The pass as a pipeline spells it: options in their order, those at their default left out."""
        given = {option: getattr(self, field_name(option)) for option in options_of(type(self))}
        changed = [
            spelled(option, given[option])
            for option, default in options_of(type(self)).items()
            if given[option] != default
        ]
        return f"{self.name}{{{' '.join(changed)}}}" if changed else self.name


def options_of(kind: type[Pass]) -> dict[str, OptionValue]:
    """The options of a pass with their defaults, in the order of its fields."""
    return {field.name.replace("_", "-"): field.default for field in fields(kind)}


def field_name(option: str) -> str:
    """The field that holds ``option``."""
    return option.replace("-", "_")


def spelled(option: str, value: OptionValue) -> str:
    """``option=value`` as the grammar of pipelines reads it."""
    if isinstance(value, bool):
        return f"{option}={'true' if value else 'false'}"
    text = str(value)
    return f"{option}={text if _BARE_VALUE.fullmatch(text) else json.dumps(text, ensure_ascii=False)}"


def summary(kind: type[Pass]) -> str:
    """The first sentence of the pass's docstring, for lists of passes."""
    return (kind.__doc__ or "").strip().partition("\n")[0]
