"""Words for ops that a pass made or changed, for the place in the document where they are to stand.

What is said is made from the op: its command, files, fields and branches. Each kind of op has a worder of its own.
"""

from collections.abc import Callable, Mapping, Sequence

from ..skvm_ir.module import Skill
from ..skvm_ir.op import Op
from ..skvm_ir.target import Target
from .wording_base import Placement, Site, Wording
from .wording_commands import word_commands
from .wording_control import word_choice, word_loop, word_order
from .wording_form import word_form
from .wording_plain import word_plain

Worder = Callable[[Skill, Sequence[Op], Site, Target | None], Wording]

WORDERS: Mapping[str, Worder] = {
    "exec": word_commands,
    "seq": word_order,
    "back": word_loop,
    "repeat": word_loop,
    "choose": word_choice,
    "generate": word_form,
    "write": word_form,
}
"""The worder of each kind of op; ``word_plain`` words all others."""


def word(skill: Skill, ops: Sequence[Op], site: Site, target: Target | None) -> Wording:
    """The wording of ``ops`` where ``site`` says, made for ``target`` (None: for any).

    A ``stop`` behind another op belongs to that op's words.
    """
    kinds = {op.name for op in ops} - {"stop"}
    worder = WORDERS.get(ops[0].name, word_plain) if len(kinds) == 1 else word_plain
    return worder(skill, ops, site, target)


__all__ = ["Placement", "Site", "Wording", "word"]
