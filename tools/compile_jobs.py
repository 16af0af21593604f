"""Many skills, many targets, several processes: what is compiled, where it goes, and what came of it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from attrs import frozen

from ..backends.compile import (
    CompileOptions,
    CompileResult,
    Lifted,
    compile_skill,
    copy_lifted,
    lift_folder,
    name_of,
    unmet_needs,
    warnings_of,
)
from ..backends.target_registry import load_target
from ..backends.tokens import ESTIMATE, exact_counter
from ..grammar.diagnostic import Diagnostic, SkvmError
from ..passes.manager import ManagerOptions
from ..passes.pipeline import Pipeline
from ..skvm_ir.target import Target
from .progress import Progress
from .report_errors import has_errors, system_refusal
from .write_output import write_folder


@frozen
class Job:
    """One skill folder for some targets. ``alone``: the only skill and target, so ``output`` is its folder itself."""

    folder: Path
    targets: tuple[str, ...]
    output: Path
    alone: bool
    emits: tuple[str, ...]
    count: str
    strict: bool
    pipeline: Pipeline | None
    manager: ManagerOptions


@frozen
class Row:
    """One skill compiled for one target, as the summary tells it; a target that claims nothing predicts no success."""

    skill: str
    target: str
    estimated: bool
    folder: str
    tokens_before: int
    tokens_after: int
    rewrites: int
    verbatim: float
    success_before: float | None
    success_after: float | None


@frozen
class Outcome:
    """What came of a job: rows of what was written, findings, dumps of the pass manager; and whether it failed."""

    rows: tuple[Row, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    said: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """True when something is not written that should be."""
        return has_errors(self.diagnostics)


def compile_many(jobs: Sequence[Job], processes: int, progress: Progress) -> list[Outcome]:
    """Do all jobs; outcomes come in the order of the jobs, whatever the number of processes.

    Raises ``SkvmError`` (SKV610) before anything is written when two skills would be written to one folder.
    """
    refuse_same_names([job.folder for job in jobs])
    outcomes: dict[int, Outcome] = {}
    for number, outcome in _run_in_pool(jobs, processes) if min(processes, len(jobs)) > 1 else _run_here(jobs):
        outcomes[number] = outcome
        progress.step(jobs[number].folder.name)
    progress.finish()
    return [outcomes[number] for number in range(len(jobs))]


def _run_here(jobs: Sequence[Job]) -> Iterator[tuple[int, Outcome]]:
    for number, job in enumerate(jobs):
        yield number, run_job(job)


def _run_in_pool(jobs: Sequence[Job], processes: int) -> Iterator[tuple[int, Outcome]]:
    """Outcomes as they come. Raises ``SkvmError`` (SKV611) when a process is killed."""
    from concurrent.futures import BrokenExecutor, ProcessPoolExecutor, as_completed

    with ProcessPoolExecutor(min(processes, len(jobs))) as pool:
        waiting = {pool.submit(run_job, job): number for number, job in enumerate(jobs)}
        for future in as_completed(waiting):
            try:
                yield waiting[future], future.result()
            except BrokenExecutor as error:
                help_text = "it was killed, perhaps for want of memory: try again with fewer --jobs"
                raise SkvmError([Diagnostic("SKV611", "a compile process died", help=help_text)]) from error


def refuse_same_names(folders: Sequence[Path]) -> None:
    """``SkvmError`` (SKV610) naming both places for each name that two of the skills bear."""
    if len(folders) < 2:
        return
    first: dict[str, Path] = {}
    findings: list[Diagnostic] = []
    for folder in folders:
        name = name_of(folder)
        # Some file systems do not tell 'Notes' from 'notes'.
        other = first.setdefault(name.casefold(), folder)
        if other is not folder:
            findings.append(
                Diagnostic(
                    "SKV610",
                    f"two skills are called '{name}': '{other}' and '{folder}'",
                    path=str(folder),
                    help="rename one (its folder and the name in its frontmatter), or compile them one by one",
                )
            )
    if findings:
        raise SkvmError(findings)


def run_job(job: Job) -> Outcome:
    """Compile one skill for all its targets and write each result. What goes wrong for one target is in the outcome and
    does not keep the others from being written."""
    try:
        lifted = lift_folder(job.folder)
    except SkvmError as error:
        return Outcome(diagnostics=error.diagnostics)
    findings = list(warnings_of(lifted.diagnostics, job.strict))
    rows: list[Row] = []
    said: list[str] = []
    for name in () if has_errors(findings) else job.targets:
        own = lifted if len(job.targets) == 1 else copy_lifted(lifted)
        try:
            rows.append(_compile_one(job, own, load_target(name), said))
        except SkvmError as error:
            findings += error.diagnostics
        except OSError as error:
            findings.append(system_refusal(error))
    return Outcome(tuple(rows), tuple(findings), tuple(said))


def _compile_one(job: Job, lifted: Lifted, target: Target, said: list[str]) -> Row:
    counter = exact_counter(target.tokenizer) if job.count == "exact" else ESTIMATE
    options = CompileOptions(job.pipeline, counter, job.manager)
    result = compile_skill(lifted, target, options, said.append)
    unmet = unmet_needs(result) if job.strict else []
    if unmet:
        raise SkvmError(unmet)
    folder = job.output if job.alone else job.output / target.name / result.name
    write_folder(folder, result.select(job.emits), [job.folder])
    return _row(result, folder)


def _row(result: CompileResult, folder: Path) -> Row:
    report = result.report
    return Row(
        result.name,
        result.target,
        report["estimated"],
        str(folder),
        report["tokens"]["activation_before"],
        report["tokens"]["activation_after"],
        len(report["transforms"]),
        result.verbatim_share,
        report["predicted_success"]["before"],
        report["predicted_success"]["after"],
    )
