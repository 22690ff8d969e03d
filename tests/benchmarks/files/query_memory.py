"""The cost of a query of two million rows from SQLite and from PostgreSQL: reading it, and the whole check."""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tasks.sources.database import BOUND_TO, PASSWORD
from tests.benchmarks.measuring.timing import run_timed
from tests.command_line.command import WEEKCAST
from tests.postgresql import postgresql

PRODUCTS, WEEKS = 38_464, 52
QUERY = "select sku, day, qty, price from sales"
_READ = """
import sys
from tasks.sources.fetching import fetch
for block in next(fetch(*sys.argv[1:])).blocks:
    pass
"""
_LOAD = "import tasks.sources.database, tasks.sources.fetching, pyarrow.parquet, sqlalchemy"

Row = dict[str, Any]


def measure() -> list[Row]:
    """One row a database, with seconds and MiB at the peak; `libraries` are what reading has to load."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="weekcast-benchmark-") as folder, postgresql() as server:
        file = Path(folder) / "shop.db"
        connection = sqlite3.connect(file)
        with connection:
            connection.execute("create table sales (sku text, day text, qty integer, price real)")
            connection.executemany("insert into sales values (?, ?, ?, ?)", _rows())
        connection.close()
        with server.connect() as opened:
            opened.execute("create table sales (sku text, day date, qty integer, price numeric(10, 3))")
            with opened.cursor().copy("copy sales from stdin") as copy:
                for row in _rows():
                    copy.write_row(row)
        for url in (f"sqlite:///{file}", server.url):
            environment = {**os.environ, PASSWORD: server.password, BOUND_TO: server.url}
            rows.append({"database": url.partition(":")[0]} | _measure(url, environment))
    return rows


def _rows() -> Iterator[tuple[str, str, int, float]]:
    first = date(2024, 1, 1)
    for product in range(PRODUCTS):
        for week in range(WEEKS):
            units = (product * 7919 + week * 31) % 23
            yield f"P{product:05}", f"{first + timedelta(weeks=week)}", units, units / 8


def _measure(url: str, environment: dict[str, str]) -> Row:
    commands: dict[str, list[object]] = {
        "libraries": [sys.executable, "-c", _LOAD],
        "read": [sys.executable, "-c", _READ, url, QUERY],
        "check": [WEEKCAST, "check", url, "--set", f"query={QUERY}"],
    }
    row: Row = {"rows": PRODUCTS * WEEKS}
    for name, command in commands.items():
        cost = run_timed(command, environment)
        row |= {f"{name}_seconds": round(cost.seconds, 1), f"{name}_peak_mib": round(cost.peak_mib)}
    return row
