"""`make benchmark`: every benchmark, or those named, as tables on the terminal and JSON in `results/`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flows.console import print_table
from tests.benchmarks import gate_memory, recipes, weekly_run

RESULTS = Path(__file__).parent / "results"
BENCHMARKS: dict[str, Callable[[], list[dict[str, Any]]]] = {
    "recipes": recipes.measure,
    "weekly_run": weekly_run.measure,
    "gate_memory": gate_memory.measure,
}


def main(names: list[str]) -> None:
    """Run the benchmarks of those names, all of them where none is named."""
    RESULTS.mkdir(exist_ok=True)
    for name in names or BENCHMARKS:
        rows = BENCHMARKS[name]()
        print_table(name, rows[0], [map(str, row.values()) for row in rows])
        (RESULTS / f"{name}.json").write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
