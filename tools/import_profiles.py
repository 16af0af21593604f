"""Turns published capability profiles into target files and fits the priors on them.

``python -m skvm.tools.import_profiles PROFILES_DIR OUT_DIR`` reads ``PROFILES_DIR/*.json`` and writes
``OUT_DIR/targets/NAME.toml`` for each and ``OUT_DIR/priors.toml``: the same bytes each time. OUT_DIR is ``backends``.
"""

import json
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from attrs import frozen

from ..grammar.diagnostic import Diagnostic, SkvmError
from ..skvm_ir.target import Evidence, Figure, Figures, Prior
from .calibration import Profile, fit_prior

_HERE = Path(__file__).parent
FAULTS = _HERE / "profile_faults.toml"
MODELS = _HERE / "models.toml"
_MODEL_FACTS = ("context_window", "tokenizer", "price_in", "price_out", "source")


@frozen
class Published:
    """One profile as published, and which of its cells do not count, with the reason."""

    name: str
    data: Mapping[str, Any]
    not_counted: Mapping[tuple[str, int], str]

    @property
    def capabilities(self) -> Mapping[str, Mapping[str, Any]]:
        """The figures by primitive, in order of name."""
        return dict(sorted(self.data["capabilities"].items()))

    def cell(self, primitive: str, level: int) -> tuple[int, int, float]:
        """Passed, total and mean seconds at ``level``; all zero for a cell that does not count."""
        if (primitive, level) in self.not_counted:
            return (0, 0, 0.0)
        cell = self.capabilities[primitive]
        return (cell["passed"][level - 1], cell["total"][level - 1], cell["mean_seconds"][level - 1])


def read_profiles(folder: Path) -> list[Published]:
    """All profiles of ``folder`` by name. Raises ``SkvmError`` (SKV601) where there are none or one is malformed."""
    paths = sorted(folder.glob("*.json"))
    if not paths:
        raise SkvmError([Diagnostic("SKV601", "no profile in the folder", path=str(folder), help="give their folder")])
    faults = cast(list[dict[str, Any]], tomllib.loads(FAULTS.read_text(encoding="utf-8"))["fault"])
    return [_read_profile(path, faults) for path in paths]


def _read_profile(path: Path, faults: Sequence[Mapping[str, Any]]) -> Published:
    data: object = None
    try:
        data = json.loads(path.read_bytes())
    except ValueError as error:
        raise _malformed(path, f"the profile is not JSON: {error}") from error
    fields = cast(dict[str, Any], data) if isinstance(data, dict) else {}
    missing = [key for key in ("capabilities", "harness", "model", "profiled_at", "source") if key not in fields]
    if missing:
        raise _malformed(path, f"the profile has no '{missing[0]}'")
    wrong = [name for name, cell in fields["capabilities"].items() if not _is_cell(cell)]
    if wrong:
        raise _malformed(path, f"'{wrong[0]}' needs a level and passed, total and mean_seconds of three levels")
    reasons = {
        (fault["primitive"], level): str(fault["reason"])
        for fault in faults
        if path.stem not in fault.get("except", []) and path.stem in fault.get("only", [path.stem])
        for level in fault["levels"]
    }
    present = {key: reason for key, reason in reasons.items() if key[0] in fields["capabilities"]}
    return Published(path.stem, fields, present)


def _is_cell(cell: object) -> bool:
    fields = cast(dict[str, Any], cell) if isinstance(cell, dict) else {}
    lists = (fields.get(key) for key in ("passed", "total", "mean_seconds"))
    level: object = fields.get("level")
    return level in ("L0", "L1", "L2", "L3") and all(
        isinstance(values, list) and len(cast(list[object], values)) == 3 for values in lists
    )


def _malformed(path: Path, message: str) -> SkvmError:
    return SkvmError([Diagnostic("SKV601", message, path=str(path), help="take the file from its source again")])


def as_profile(published: Published) -> Profile:
    """The trials that count, for fitting."""
    figures = {primitive: _figures(published, primitive) for primitive in published.capabilities}
    levels = {primitive: int(cell["level"][1:]) for primitive, cell in published.capabilities.items()}
    return Profile(published.name, published.data["model"], figures, levels)


def _figures(published: Published, primitive: str) -> Figures:
    cells = [published.cell(primitive, level) for level in (1, 2, 3)]
    one, two, three = (
        Figure(passed, total, seconds, Evidence.MEASURED) if total else Figure() for passed, total, seconds in cells
    )
    return (one, two, three)


def target_text(published: Published, models: Mapping[str, Mapping[str, Any]]) -> str:
    """The target file of one profile."""
    data = published.data
    lines = [
        "# Written by skvm.tools.import_profiles; change that or its inputs, not this file.",
        f"model = {_quoted(data['model'])}",
        f"harness = {_quoted(data['harness'])}",
        "estimated = false",
        f"provenance = {_quoted('measured: ' + data['source'] + ', profiled ' + data['profiled_at'])}",
        "",
    ]
    facts = models.get(data["model"], {})
    if facts:
        lines += ["[model_facts]", *(f"{key} = {_value(facts[key])}" for key in _MODEL_FACTS if key in facts), ""]
    lines += [
        "[capabilities] # trials passed, trials and mean seconds at L1, L2, L3; no trials: not measured",
        *(_capability_line(published, primitive) for primitive in published.capabilities),
    ]
    if published.not_counted:
        reasons = sorted(published.not_counted.items())
        lines += ["", "[not_counted] # faults of the measurement", *(_reason_line(*reason) for reason in reasons)]
    return "\n".join(lines) + "\n"


def _capability_line(published: Published, primitive: str) -> str:
    passed, total, seconds = zip(*(published.cell(primitive, level) for level in (1, 2, 3)), strict=True)
    level = int(published.capabilities[primitive]["level"][1:])
    figures = f"published = {level}, passed = {list(passed)}, total = {list(total)}, seconds = {list(seconds)}"
    return f'"{primitive}" = {{ {figures} }}'


def _reason_line(cell: tuple[str, int], reason: str) -> str:
    return f'"{cell[0]} L{cell[1]}" = {_quoted(reason)}'


def prior_text(prior: Prior, count: int) -> str:
    """The file of priors."""
    lines = [
        "# Written by skvm.tools.import_profiles; docs/decisions/0003-success-posterior.md says how and why.",
        f"# Fitted on {count} measured profiles: what to expect of a model before it made a trial.",
        "",
        f"strength = {prior.strength} # trials' worth of what is expected",
        f"borrowing = {prior.borrowing} # what a trial made in another harness counts",
        f"level_means = {_rounded(prior.level_means)}",
        "",
        "[means] # expected success at L1, L2, L3",
        *(f'"{primitive}" = {_rounded(means)}' for primitive, means in prior.means.items()),
    ]
    return "\n".join(lines) + "\n"


def _rounded(values: Sequence[float]) -> list[float]:
    return [round(value, 3) for value in values]


def _quoted(text: str) -> str:
    """A TOML basic string; JSON's escapes are among TOML's."""
    return json.dumps(text, ensure_ascii=False)


def _value(value: object) -> str:
    return _quoted(value) if isinstance(value, str) else str(value)


def import_profiles(folder: Path, out: Path) -> list[Path]:
    """Write all target files and the priors below ``out``; the paths written, in order."""
    published = read_profiles(folder)
    models = tomllib.loads(MODELS.read_text(encoding="utf-8"))
    texts = {out / "targets" / f"{each.name}.toml": target_text(each, models) for each in published}
    texts[out / "priors.toml"] = prior_text(fit_prior([as_profile(each) for each in published]), len(published))
    (out / "targets").mkdir(parents=True, exist_ok=True)
    for path, text in texts.items():
        path.write_bytes(text.encode("utf-8"))
    return list(texts)


def main(arguments: Sequence[str]) -> int:
    """The command: 0 done, 1 a finding, 2 wrong use."""
    if len(arguments) != 2:
        print("usage: python -m skvm.tools.import_profiles PROFILES_DIR OUT_DIR", file=sys.stderr)
        return 2
    try:
        written = import_profiles(Path(arguments[0]), Path(arguments[1]))
    except SkvmError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"wrote {len(written)} files below {arguments[1]}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
