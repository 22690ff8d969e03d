"""How large the report is, how long it takes to be written, and when a browser shows it, by the number of products.

`WEEKCAST_PRODUCTS` may name other numbers of products, as in `811,100000`.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks.measuring.timing import run_timed
from tests.browser import open_page
from tests.command_line.command import WEEKCAST
from tests.server import prefect_environment

PRODUCTS = (811, 20_000)
WEEKS = 52
_FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime / 1000"


def measure() -> list[dict[str, Any]]:
    """One row a number of products; the page is that of a second week, and lists what was published in the first."""
    chosen = os.environ.get("WEEKCAST_PRODUCTS")
    sizes = tuple(map(int, chosen.split(","))) if chosen else PRODUCTS
    with tempfile.TemporaryDirectory(prefix="weekcast-benchmark-") as folder:
        return [_measure(products, Path(folder)) for products in sizes]


def _measure(products: int, folder: Path) -> dict[str, Any]:
    file, store, page = folder / f"{products}.csv", folder / f"{products}", folder / f"{products}.html"
    run_timed([WEEKCAST, "sample", file, "--products", products, "--weeks", WEEKS])
    environment = prefect_environment(folder / f"server-{products}")
    for week in (WEEKS - 2, WEEKS - 1):
        run_timed([WEEKCAST, "run", file, "--store", store, "--as-of", week, "--set", "gate_origins=1"], environment)
    cost = run_timed([WEEKCAST, "report", store, "--out", page])
    return {
        "products": products,
        "mb": round(page.stat().st_size / 1e6, 2),
        "written_seconds": round(cost.seconds, 2),
        "written_mib": round(cost.peak_mib),
        **_look(page),
    }


def _look(page: Path) -> dict[str, float]:
    """Seconds until a browser shows the top of the page, and until the table of products is there."""
    with open_page() as tab:
        tab.goto(page.as_uri())
        tab.wait_for_selector("#table tbody tr")
        table = tab.evaluate("performance.now() / 1000")
        return {"first_paint_seconds": round(tab.evaluate(_FIRST_PAINT), 2), "table_seconds": round(table, 2)}
