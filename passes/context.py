"""What a pass is given beside the module: the target and the files of the skills, both read-only."""

from collections.abc import Mapping

from attrs import field, frozen

from ..grammar.diagnostic import Diagnostic, SkvmError
from ..skvm_ir.target import Target


@frozen
class Context:
    """``target`` is what the module is compiled for, None where nobody has said. ``files`` maps a skill's name to the
    bytes of its bundle files by path, as far as the caller has them; it may load them when they are asked for."""

    target: Target | None = None
    files: Mapping[str, Mapping[str, bytes]] = field(factory=dict[str, Mapping[str, bytes]])

    def require_target(self, pass_name: str) -> Target:
        """The target; ``SkvmError`` (SKV304) naming the pass where there is none."""
        if self.target is not None:
            return self.target
        raise SkvmError(
            [
                Diagnostic(
                    "SKV304",
                    f"'{pass_name}' works for a target, and neither the module nor the command line names one",
                    help="add --target=NAME, or a 'target \"NAME\"' line to the module; --list-targets shows the names",
                )
            ]
        )
