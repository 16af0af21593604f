"""The compile driver: lift, run a pipeline, emit, read the output again, and account for every line of the source.

The tools and the runtime both call it. It writes nothing: a compiled skill is files in memory."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from attrs import evolve, field, frozen

from ..grammar.diagnostic import Diagnostic, Severity, SkvmError
from ..grammar.frontmatter_rules import check_frontmatter
from ..grammar.source import Span
from ..passes.capability_lower import CapabilityLower
from ..passes.context import Context
from ..passes.manager import ManagerOptions, Report, run_pipeline
from ..passes.pipeline import Pipeline
from ..passes.presets import DEFAULT_LEVEL, preset
from ..passes.remarks import RemarkKind, remarks_of
from ..skvm_ir.bundle import Bundle
from ..skvm_ir.clone import clone_module
from ..skvm_ir.from_skill import lift as lift_bundle
from ..skvm_ir.lift_names import NameTable
from ..skvm_ir.lift_text import frontmatter_of, lift_text, name_in
from ..skvm_ir.module import Module, Skill
from ..skvm_ir.printer import print_module
from ..skvm_ir.target import Target
from ..skvm_ir.verifier import check
from .base import EmitContext, OutputFile
from .dot import dot_text
from .emission import Emission, EmittedSource, apply_edits
from .read_folder import read_bundle, read_main
from .reparse import check_blocks
from .report import REPORT, SIR, Compiled, Json, make_report, seal
from .retention import Retention, measure_retention
from .skill_folder import emit_skill
from .source import source_bytes
from .target_registry import load_target
from .tokens import ESTIMATE, TokenCounter


@frozen
class Lifted:
    """A skill read and lifted, not yet touched by any pass.

    ``diagnostics`` is all that was found; ``findings`` what of it the texts alone show, wherever their folder lies and
    whatever it is called: that goes into reports.
    """

    bundle: Bundle
    module: Module
    diagnostics: tuple[Diagnostic, ...]
    findings: tuple[Diagnostic, ...]

    @property
    def skill(self) -> Skill:
        """The one skill of the module."""
        return self.module.skills[0]

    def with_findings(self, *findings: Diagnostic) -> "Lifted":
        """The same skill with more to say about it."""
        return evolve(self, diagnostics=(*self.diagnostics, *findings), findings=(*self.findings, *findings))


@frozen
class CompileResult:
    """One skill for one target: its output files by path, and how much of the source stands in them unchanged."""

    name: str
    target: str
    files: Mapping[str, OutputFile]
    report: Json
    retention: tuple[Retention, ...]
    module: Module
    diagnostics: tuple[Diagnostic, ...]

    @property
    def verbatim_share(self) -> float:
        """The share of the source's bytes that stand unchanged in the output, 0 to 1."""
        total = sum(own.source_bytes for own in self.retention)
        return sum(own.verbatim_bytes for own in self.retention) / total if total else 1.0

    def select(self, emits: Iterable[str]) -> dict[str, OutputFile]:
        """The files that ``emits`` asks for: ``skill``, ``dot``; SIR and report stand beside every output."""
        files = {SIR: self.files[SIR]}
        if "skill" in emits:
            files |= {path: file for path, file in self.files.items() if path != REPORT}
        if "dot" in emits:
            files["flow.dot"] = OutputFile(dot_text(self.module.skills[0]).encode())
        return seal(files, self.report)


@frozen
class CompileOptions:
    """How to compile: the pipeline (that of ``-O1`` when None), the token counter, and what the manager shall say.

    ``applies_edits`` False gives back the source, whatever the passes decided.
    """

    pipeline: Pipeline | None = None
    counter: TokenCounter = ESTIMATE
    manager: ManagerOptions = field(factory=ManagerOptions)
    applies_edits: bool = True


def lift_folder(path: Path) -> Lifted:
    """Read the skill at ``path`` (its folder or its ``SKILL.md``) and lift it.

    Raises ``SkvmError`` where there is no skill or its text is not UTF-8; what else is wrong comes as diagnostics.
    """
    return lift_read(read_bundle(path))


def lift_read(bundle: Bundle) -> Lifted:
    """Lift a bundle that is already read; the module is verified."""
    module, found = lift_bundle(bundle)
    check(module)
    frontmatter = frontmatter_of(module.skills[0])
    told = (*found, *check_frontmatter(frontmatter, bundle.name))
    texts = found[len(bundle.diagnostics) :]
    return Lifted(bundle, module, told, (*texts, *check_frontmatter(frontmatter, None)))


def name_of(folder: Path) -> str:
    """The name of the skill in ``folder`` (or of its ``SKILL.md``), from its frontmatter alone; nothing is lifted.

    Raises ``SkvmError`` (SKV050) where there is no skill.
    """
    name, source = read_main(folder)
    return name_in(source, name)


def adopt(skill: Skill, bundle: Bundle, target: str = "") -> Lifted:
    """A skill that was read from SIR as if it had just been lifted: what its texts show is found again from them."""
    _, found = lift_text(bundle, bundle.name, NameTable())
    return Lifted(bundle, Module([skill], target), (), (*found, *check_frontmatter(frontmatter_of(skill), None)))


def copy_lifted(lifted: Lifted) -> Lifted:
    """A copy whose module may be compiled without touching the first one's: lift once, compile for many targets."""
    return evolve(lifted, module=clone_module(lifted.module))


def compile_skill(
    lifted: Lifted, target: Target, options: CompileOptions | None = None, report: Report | None = None
) -> CompileResult:
    """Compile one lifted skill for ``target``; ``lifted`` itself is changed, so copy it first where it is wanted again.

    Raises ``SkvmError`` when a pass leaves unsound SIR, when a file of the skill has a name that the compile needs
    (SKV503), when the output reads differently from what was meant (SKV510, SKV511), or when a line of the source is
    lost (SKV501).
    """
    options = options or CompileOptions()
    module = lifted.module
    module.target = target.name
    run_passes(module, options.pipeline, target, {lifted.skill.name: lifted.bundle}, options.manager, report)
    return emit_compiled(lifted, target, options)


def run_passes(
    module: Module,
    pipeline: Pipeline | None = None,
    target: Target | None = None,
    bundles: Mapping[str, Bundle] | None = None,
    manager: ManagerOptions | None = None,
    report: Report | None = None,
) -> None:
    """Run ``pipeline`` (that of ``-O1`` when None) over ``module`` in place; ``bundles`` are the skills' files by name.

    Raises ``SkvmError`` when a pass needs what is not given, or leaves unsound SIR.
    """
    files = {name: _Files(bundle) for name, bundle in (bundles or {}).items()}
    chosen = pipeline if pipeline is not None else preset(DEFAULT_LEVEL)
    run_pipeline(module, chosen, Context(target, files), manager or ManagerOptions(), report)


def emit_compiled(lifted: Lifted, target: Target, options: CompileOptions) -> CompileResult:
    """The output of a module whose passes have run, checked against its source."""
    skill, bundle = lifted.skill, lifted.bundle
    _refuse_reserved(bundle)
    edits = skill.live_edits() if options.applies_edits else []
    emission = apply_edits(skill, target) if edits else unedited(skill)
    wrong = [finding for number, own in enumerate(emission.sources) for finding in check_blocks(skill, number, own)]
    if wrong:
        raise SkvmError(wrong)
    files = emit_skill(skill, emission, EmitContext(target, {skill.name: bundle}), "")
    compiled = Compiled(skill, target, emission, edits, files, bundle, lifted.findings, options.counter)
    report = make_report(compiled)
    retention = account(skill, bundle, files, [str(loss["text"]) for loss in report["losses"]])
    files[SIR] = OutputFile(print_module(lifted.module).encode())
    sealed = seal(files, report)
    return CompileResult(skill.name, target.name, sealed, report, retention, lifted.module, lifted.diagnostics)


def _refuse_reserved(bundle: Bundle) -> None:
    """``SkvmError`` (SKV503) when a file of the skill would have to give way to one that the compile writes."""
    help_text = "rename it; if the folder is a compiled skill, compile the source that it was made from"
    taken = [path for path in (SIR, REPORT) if path in bundle.entries]
    if taken:
        message = f"the skill holds a '{taken[0]}', the name of a file that the compile writes"
        raise SkvmError([Diagnostic("SKV503", message, path=bundle.shown_path(taken[0]), help=help_text)])


def unedited(skill: Skill) -> Emission:
    """The document as its leaves have it."""
    sources = enumerate(skill.sources)
    return Emission([EmittedSource(own.path, source_bytes(skill, number), ()) for number, own in sources])


def account(skill: Skill, bundle: Bundle, files: Mapping[str, OutputFile], losses: list[str]) -> tuple[Retention, ...]:
    """Check that each line of each source stands in the output or among ``losses``, and that each further file is there
    as it was; ``SkvmError`` (SKV501) otherwise."""
    output = {path: file.data for path, file in files.items()}
    retention = tuple(measure_retention(own.source, output, own.path, losses) for own in skill.sources)
    texts = {own.path for own in skill.sources}
    wrong = [_lost("this line is", span) for own in retention for span in own.lost]
    for path, entry in bundle.entries.items():
        if path not in texts and (path not in output or output[path] != entry.load()):
            wrong.append(_lost("this file is", None, bundle.shown_path(path)))
    if wrong:
        raise SkvmError(wrong)
    return retention


def _lost(what: str, span: Span | None, path: str = "") -> Diagnostic:
    help_text = "this is a fault of a pass or a backend (nothing may vanish unexplained): report it with the skill"
    return Diagnostic("SKV501", f"{what} neither in the output nor accounted for", span, help=help_text, path=path)


def lift(path: Path | str) -> Module:
    """The skill at ``path`` (its folder or its ``SKILL.md``) as SIR; warnings are dropped, see ``lift_folder``."""
    return lift_folder(Path(path)).module


def compile(path: Path | str, target: str, level: str = DEFAULT_LEVEL) -> CompileResult:
    """Read, lift and compile the skill at ``path`` for the target of that name, alias or file, at ``O0`` to ``Os``."""
    options = CompileOptions(preset(level.removeprefix("-")))
    return compile_skill(lift_folder(Path(path)), load_target(target), options)


def warnings_of(diagnostics: tuple[Diagnostic, ...], strict: bool) -> tuple[Diagnostic, ...]:
    """The findings as they count: under ``strict`` a warning is an error."""
    if not strict:
        return diagnostics
    raised = Severity.ERROR
    return tuple(evolve(own, severity=raised) if own.severity is Severity.WARNING else own for own in diagnostics)


def unmet_needs(result: CompileResult) -> list[Diagnostic]:
    """A finding (SKV504) for each need that the target does not meet and no rewrite could lower."""
    skill = result.module.skills[0]
    return [
        Diagnostic(
            "SKV504",
            f"{note.text('need')} is not met: {note.text('message')}",
            skill.place_of(note),
            help="reword the step, compile for a stronger target, or leave --strict away",
        )
        for note in remarks_of(skill)
        if note.text("pass") == CapabilityLower.name and note.text("kind") == RemarkKind.MISSED.value
    ]


class _Files(Mapping[str, bytes]):
    """The files of a bundle as the passes see them, read when they are asked for."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle

    def __getitem__(self, path: str) -> bytes:
        return self._bundle.entries[path].load()

    def __iter__(self):
        return iter(self._bundle.entries)

    def __len__(self) -> int:
        return len(self._bundle.entries)
