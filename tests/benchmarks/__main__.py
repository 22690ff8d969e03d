"""`make benchmark`: run all benchmarks or some, and write tables to the terminal and JSON to `results/`."""

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
    fev,
    other_counts,
    other_sales,
    simple_methods,
    small_panels,
    training,
    weekly_run,
)
from tests.benchmarks.decisions import holidays, inventories, known_inputs, stock_outs, totals
from tests.benchmarks.files import check_memory, input_rows, last_weeks, query_memory, refusals, report, scale
from tests.benchmarks.machines import buckets, spark, trials, workers
from tests.benchmarks.readers import readers
from tests.benchmarks.recipe import choices, pretraining
from tests.benchmarks.weeks import gate, gate_errors, growth, mondays
from tests.real_sales import NoRealSales

RESULTS = Path(__file__).parent / "results"
BENCHMARKS: dict[str, Callable[[], list[dict[str, Any]]]] = {
    module.__name__.rpartition(".")[2]: module.measure
    for module in (
        accuracy,
        choices,
        pretraining,
        simple_methods,
        amounts,
        other_counts,
        other_sales,
        fev,
        small_panels,
        training,
        weekly_run,
        check_memory,
        query_memory,
        refusals,
        last_weeks,
        scale,
        input_rows,
        report,
        mondays,
        gate,
        gate_errors,
        growth,
        buckets,
        workers,
        spark,
        totals,
        inventories,
        holidays,
        stock_outs,
        known_inputs,
        readers,
        trials,
    )
}


def main(names: list[str]) -> None:
    """Run the benchmarks with these names, or all where no name is given."""
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
