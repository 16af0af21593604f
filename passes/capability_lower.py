"""Make each step fit what the target can do: the table of rewrites, and who decides.

Before:  exec @build {shell = [b2:8+24]} needs [tool.exec:L3 70] from [b2]
After:   exec @make_clean {run = ["make", "clean"], say = [b2:8+10]} needs [tool.exec:L1 70]
             by capability-lower for "compensate tool.exec L3->L1: 2 commands …" from [b2]
         exec @make_all {…} after [@make_clean] …
         e1 replace [b2:8+24] with [@make_clean, @make_all] by capability-lower for "compensate tool.exec L3->L1: …"

A need that the target does not meet is a gap. The first rewrite of its primitive that fits is done where the need it
leaves is likelier to be met. Every other gap is a remark with the figure and what would help. Nothing is removed.
"""

from collections.abc import Iterator
from typing import ClassVar

from attrs import field, frozen
from attrs.validators import ge, le

from ..skvm_ir.declaration_ops import Remark
from ..skvm_ir.module import Module, Skill
from ..skvm_ir.needs import LEVELS, Need
from ..skvm_ir.rewriter import Rewriter
from ..skvm_ir.target import Evidence, Target
from ..skvm_ir.walk import worded
from .base import Pass
from .context import Context
from .legalize_arithmetic import FormulaProgram
from .legalize_base import Gap, Refused, Rewrite, Scene
from .legalize_batch import SerialiseGroup
from .legalize_code import BundledScript, OutlineFence
from .legalize_exec import SplitChain
from .legalize_format import FillTemplate
from .legalize_procedure import BoundLoops, TabulateCases
from .remarks import RemarkKind, make_remark, remarks_of, replace_remarks

REWRITES: dict[str, tuple[type[Rewrite], ...]] = {
    "tool.exec": (SplitChain,),
    "tool.call.batch": (SerialiseGroup,),
    "follow.procedure": (BoundLoops, TabulateCases),
    "reason.logic": (TabulateCases,),
    "follow.format": (FillTemplate,),
    "gen.code.python": (BundledScript, OutlineFence),
    "reason.arithmetic": (FormulaProgram,),
}
"""The rewrites of each primitive, in the order they are tried."""


@frozen
class CapabilityLower(Pass):
    """Rewrite what the target seldom manages into what it manages more often."""

    name: ClassVar[str] = "capability-lower"

    threshold: int = field(default=60, validator=[ge(1), le(100)])
    """Predicted success, in hundredths, from which on a need is met."""
    only_missing: bool = False
    """Only primitives that the target does not even meet at L1."""
    rounds: int = field(default=3, validator=[ge(1), le(10)])
    """How often the steps are gone through, as a rewrite may leave needs that another can lower."""
    loop_bound: int = field(default=3, validator=[ge(1), le(100)])
    """Rounds of a loop whose text states no bound."""

    def run(self, module: Module, context: Context) -> bool:
        """Lower every skill; SKV304 where there is no target."""
        target = context.require_target(self.name)
        changed = [self._run_on(skill, target, context) for skill in module.skills]
        return any(changed)

    def _run_on(self, skill: Skill, target: Target, context: Context) -> bool:
        scene = Scene(skill, target, context.files.get(skill.name, {}), self.loop_bound)
        done = [note for note in remarks_of(skill) if note.text("pass") == self.name and note.text("kind") == "passed"]
        before = len(done)
        for _ in range(self.rounds):
            made = [remark for gap in self._gaps(skill, target) if (remark := self._close(gap, scene)) is not None]
            done += made
            if not made:
                break
        missed = list(self._missed(skill, scene))
        return replace_remarks(skill, self.name, [*done, *missed]) or len(done) > before

    def _gaps(self, skill: Skill, target: Target) -> list[Gap]:
        """The needs that are not met, in the order of the flow."""
        at_least = self.threshold / 100
        unmet: dict[tuple[str, int], bool] = {}
        gaps: list[Gap] = []
        for op in skill.flow.walk():
            for need in op.needs:
                key = need.primitive, 1 if self.only_missing else need.level
                if key not in unmet:
                    unmet[key] = not target.met(*key, at_least)
                if unmet[key] and not target.met(need.primitive, need.level, at_least):
                    gaps.append(Gap(op, need))
        return gaps

    def _close(self, gap: Gap, scene: Scene) -> Remark | None:
        """Apply the first rewrite that fits and helps; the remark that says so."""
        if gap.need not in gap.op.needs or gap.op.parent is None or _is_done(gap, scene.skill, self.name):
            return None
        for kind in REWRITES.get(gap.need.primitive, ()):
            match = kind.match(gap, scene)
            if isinstance(match, Refused) or not _helps(match, scene.target):
                continue
            reason, cited = match.reason, gap.op.citations
            rewriter = Rewriter(scene.skill, self.name)
            match.apply(rewriter, reason)
            words = [name for edit in rewriter.edits for name in edit.worded]
            ops = [op for op in scene.skill.flow.walk() if op.label in words]
            return make_remark(
                self.name, RemarkKind.PASSED, kind.rule, reason, on=ops, need=gap.need.demand, citations=cited
            )
        return None

    def _missed(self, skill: Skill, scene: Scene) -> Iterator[Remark]:
        """One remark for the gaps of one demand that are left for one reason."""
        groups: dict[tuple[str, str, str], list[Gap]] = {}
        for gap in self._gaps(skill, scene.target):
            rule, reason = self._why_not(gap, scene)
            groups.setdefault((gap.need.demand, rule, reason), []).append(gap)
        for (demand, rule, reason), gaps in groups.items():
            yield make_remark(
                self.name,
                RemarkKind.MISSED,
                rule,
                f"{_figure(scene.target, gaps[0].need)}; {reason}; {_help(scene.target, gaps[0].need, self.threshold)}",
                on=[gap.op for gap in gaps],
                need=demand,
                citations=tuple(dict.fromkeys(cited for gap in gaps for cited in gap.op.citations)),
            )

    def _why_not(self, gap: Gap, scene: Scene) -> tuple[str, str]:
        """The rule that came nearest and what stood against it."""
        if _is_done(gap, scene.skill, self.name):
            return "still-unmet", "lowered as far as a rule can"
        reasons: list[tuple[str, str]] = []
        for kind in REWRITES.get(gap.need.primitive, ()):
            match = kind.match(gap, scene)
            if isinstance(match, Refused):
                reasons.append((kind.rule, match.reason))
            else:
                asks = match.asks
                worth = scene.target.success(asks.primitive, asks.level) if asks is not None else 1.0
                reasons.append(
                    (kind.rule, f"{asks.demand if asks else 'nothing'} instead would do no better ({worth:.2f})")
                )
        if not reasons:
            return "no-rewrite", "no rule rewrites this need"
        return (
            reasons[0]
            if len(reasons) == 1
            else ("no-rewrite", ", and ".join(dict.fromkeys(text for _, text in reasons)))
        )


def _is_done(gap: Gap, skill: Skill, pass_name: str) -> bool:
    """True when a live edit of the pass words the op already for this very primitive."""
    edit = worded(skill).get(str(gap.op.label)) if gap.op.label is not None and skill.edits else None
    if edit is None or edit.origin.pass_name != pass_name:
        return False
    return edit.origin.reason.split(" ", 2)[1:2] == [gap.need.primitive]


def _helps(match: Rewrite, target: Target) -> bool:
    """True when what the rewrite asks for is likelier to succeed than what was asked before."""
    need, asks = match.gap.need, match.asks
    return asks is None or target.success(asks.primitive, asks.level) > target.success(need.primitive, need.level)


def _figure(target: Target, need: Need) -> str:
    figure = target.figure(need.primitive, need.level)
    if figure.evidence is Evidence.NOT_MEASURED:
        trials = "not measured"
    else:
        trials = f"{figure.passed} of {figure.total} trials, {figure.evidence.value}"
    return f"{need.demand} is predicted to succeed at {target.success(need.primitive, need.level):.2f} here ({trials})"


def _help(target: Target, need: Need, threshold: int) -> str:
    met = target.level(need.primitive, threshold / 100)
    if met:
        return f"a step that asks for L{met} at most would be met ({target.success(need.primitive, met):.2f})"
    best = target.success(need.primitive, LEVELS[0])
    return f"no level of it is met here ({best:.2f} at L1): this step wants a stronger target"
