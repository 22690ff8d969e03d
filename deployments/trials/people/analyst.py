"""What an analyst does: reads what columns mean, asks the tables by SQL, and hands the forecasts on."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow.parquet as pq

from deployments.trials.people.told import Shell, head, quote, tell
from tests.server import ROOT, prefect_environment
from tests.store.conftest import FIXTURES

ROWS = 5


def try_as_analyst(store: Path, folder: Path) -> None:
    """Go through the points that an analyst asks for, on a store of some weeks."""
    head(12, "What people sum, in the metadata of the Parquet's columns")
    schema = pq.read_schema(store / "forecasts" / "latest.parquet")
    for name in ("units", "units_mean", "units_p10"):
        tell(f"  {name}: {schema.field(name).metadata[b'description'].decode()}")
    head(13, "Accuracy by product")
    quote(pd.read_parquet(store / "ledger" / "accuracy_by_product.parquet").head(ROWS).T.to_string())
    head(14, "docs/queries.sql by DuckDB; other tools: make benchmark ONLY=readers")
    _ask(store)
    head(15, "The hubverse's layout")
    shell = Shell(folder, prefect_environment(folder / "prefect"))
    shell(f"weekcast export {store} --hubverse hub")
    shell("find hub -type f | sort")
    shell("python -c 'import pandas; print(pandas.read_parquet(\"hub/model-output\").head(3).T.to_string())'")
    head(16, "The README")
    tell(f"  {(ROOT / 'README.md').stat().st_size} bytes")
    head(17, "A store of each earlier format is read and verified")
    for archive in sorted(FIXTURES.glob("*.zip")):
        shutil.unpack_archive(archive, folder / archive.stem)
        shell(f"weekcast verify {archive.stem}; weekcast status {archive.stem} | head -3")


def _ask(store: Path) -> None:
    here = Path.cwd()
    os.chdir(store)  # the queries name files from there
    try:
        for query in (ROOT / "docs" / "queries.sql").read_text().split("\n\n")[1:]:
            table = duckdb.execute(query).df()
            if len(table):
                tell(f"  {query.splitlines()[0]}")
                quote(table.head(ROWS).to_string())
    finally:
        os.chdir(here)
