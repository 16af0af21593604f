"""The lines of ``--list-targets``."""

from ..backends.target_registry import list_targets


def target_lines() -> list[str]:
    """A line a target: name, whether it was measured, and where its figures come from."""
    rows = list_targets()
    width = max(len(row.name) for row in rows)
    lines: list[str] = []
    for row in rows:
        kind = "estimated" if row.estimated else "measured"
        alias = f"  (also {', '.join(row.aliases)})" if row.aliases else ""
        lines.append(f"{row.name:{width}}  {kind:9}  {row.provenance}{alias}")
    return lines
