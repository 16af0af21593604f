"""What ``skvm cc`` says when it is done: a line a skill and target, sums where there are many."""

from collections.abc import Sequence

from .compile_jobs import Row

FEW = 12
"""More rows than these are summed up by target instead of listed."""


def summary_lines(rows: Sequence[Row], as_json: bool) -> list[str]:
    """The rows as JSON lines, as a line each, or, when they are many, as a line a target."""
    if as_json:
        return _json_lines(rows)
    lines = [_line(row) for row in rows] if len(rows) <= FEW else _by_target(rows)
    estimated = [row for row in rows if row.estimated and row.success_before is not None]
    if estimated:
        lines.append("(estimated): not measured; what is predicted is derived from another target.")
    return lines


def _json_lines(rows: Sequence[Row]) -> list[str]:
    import json

    from attrs import asdict

    return [json.dumps(asdict(row)) for row in rows]


def _line(row: Row) -> str:
    rewrites = "1 rewrite" if row.rewrites == 1 else f"{row.rewrites} rewrites"
    parts = [rewrites, f"{row.tokens_before} -> {row.tokens_after} tokens", f"{row.verbatim:.1%} verbatim"]
    if row.success_before is not None and row.success_after is not None:
        parts.append(f"predicted success {row.success_before:.2f} -> {row.success_after:.2f}")
    return f"{row.skill} for {_target(row)}: {', '.join(parts)}\n  in {row.folder}"


def _target(row: Row) -> str:
    return f"{row.target} (estimated)" if row.estimated and row.success_before is not None else row.target


def _by_target(rows: Sequence[Row]) -> list[str]:
    lines: list[str] = []
    for target in dict.fromkeys(row.target for row in rows):
        own = [row for row in rows if row.target == target]
        before, after = sum(row.tokens_before for row in own), sum(row.tokens_after for row in own)
        verbatim = sum(row.verbatim for row in own) / len(own)
        lines.append(
            f"{_target(own[0])}: {len(own)} skills, {sum(row.rewrites for row in own)} rewrites in "
            f"{sum(1 for row in own if row.rewrites)} of them, {before} -> {after} tokens, {verbatim:.1%} verbatim"
        )
    return lines
