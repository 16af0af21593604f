"""The op classes of SIR by name."""

from .control_ops import CONTROL_OPS
from .declaration_ops import DECLARATION_OPS, NOTE_OPS
from .op import Op
from .step_ops import STEP_OPS

ALL_OPS: tuple[type[Op], ...] = (*STEP_OPS, *CONTROL_OPS, *DECLARATION_OPS, *NOTE_OPS)
OPS: dict[str, type[Op]] = {op.name: op for op in ALL_OPS}
