"""First, last and total of each numeric column of a CSV file, as JSON on standard output."""

import csv
import json
import sys
from pathlib import Path


def summarise(path: Path) -> dict[str, dict[str, float]]:
    """Column name to its first and last value and its total; columns that are not numbers are left out."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    summary: dict[str, dict[str, float]] = {}
    for name in rows[0] if rows else ():
        try:
            values = [float(row[name]) for row in rows]
        except ValueError:
            continue
        summary[name] = {"first": values[0], "last": values[-1], "total": sum(values)}
    return summary


if __name__ == "__main__":
    print(json.dumps(summarise(Path(sys.argv[1])), indent=2))
