"""Drop the rows of a CSV file that have an empty cell; says how many went."""

import csv
import sys
from pathlib import Path


def clean(path: Path) -> int:
    """Rewrite ``path`` without incomplete rows; the number of rows dropped."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    kept = [row for row in rows if row and all(cell.strip() for cell in row)]
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(kept)
    return len(rows) - len(kept)


if __name__ == "__main__":
    print(f"{clean(Path(sys.argv[1]))} rows dropped")
