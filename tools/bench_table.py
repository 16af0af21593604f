"""A measurement as a table: what ``skvm.tools.bench`` prints, and writes as JSON."""

from typing import Any

from attrs import frozen

Cell = str | int | float


@frozen
class Table:
    """Rows under ``columns``; ``notes`` say how it was measured and what is aimed at."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()

    def render(self) -> str:
        """The table as text: the first column to the left, the others to the right, floats with two decimals."""
        lines = [self.columns, *(tuple(map(_shown, row)) for row in self.rows)]
        widths = [max(len(line[at]) for line in lines) for at in range(len(self.columns))]
        text = [self.title]
        for first, *others in lines:
            cells = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
            text.append("  " + "  ".join([first.ljust(widths[0]), *cells]).rstrip())
        return "\n".join([*text, *(f"  {note}" for note in self.notes)]) + "\n"

    def to_json(self) -> dict[str, Any]:
        """The table as plain data, a row as an object by column."""
        rows = [dict(zip(self.columns, row, strict=True)) for row in self.rows]
        return {"title": self.title, "rows": rows, "notes": list(self.notes)}


def _shown(cell: Cell) -> str:
    return f"{cell:.2f}" if isinstance(cell, float) else str(cell)


def percentile(values: list[float], share: float) -> float:
    """The smallest of ``values`` that at least ``share`` of them do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]
