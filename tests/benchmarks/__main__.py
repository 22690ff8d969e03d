"""`make benchmark`: every benchmark, or those named, as tables on the terminal and JSON in `results/`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flows.console import print_table
from tests.benchmarks import (
    accuracy,
    amounts,
    check_memory,
    choices,
    other_counts,
    other_sales,
    simple_methods,
    small_panels,
    training,
    weekly_run,
)
from tests.real_sales import NoRealSales

RESULTS = Path(__file__).parent / "results"
BENCHMARKS: dict[str, Callable[[], list[dict[str, Any]]]] = {
    module.__name__.rpartition(".")[2]: module.measure
    for module in (
        accuracy,
        choices,
        simple_methods,
        amounts,
        other_counts,
        other_sales,
        small_panels,
        training,
        weekly_run,
        check_memory,
    )
}


def main(names: list[str]) -> None:
    """Run the benchmarks of those names, all of them where none is named."""
    RESULTS.mkdir(exist_ok=True)
    for name in names or BENCHMARKS:
        try:
            rows = BENCHMARKS[name]()
        except NoRealSales as error:
            rows = [{"left out": str(error)}]
        print_table(name, rows[0], [map(str, row.values()) for row in rows])
        (RESULTS / f"{name}.json").write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
