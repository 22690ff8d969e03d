"""The tables that a run makes of its forecasts, written together, shard after shard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pyarrow as pa

from schemas.forecasts import QUANTILES
from schemas.ledger import EARLIER
from schemas.paths.distributions import DISTRIBUTIONS
from schemas.paths.groups import GROUPS
from tasks.models.paths.grouping import Grouped, tabulate_sums
from tasks.models.paths.table import Ahead
from tasks.shards.answers import ShardForecasts
from tasks.shards.bundle import Bundle
from tasks.store.paths import DISTRIBUTIONS_FILE, FORECAST_FILE, GROUPS_FILE, QUANTILES_FILE, run_file
from tasks.store.store import Store
from tasks.store.tables import writing_parts

EARLIER_FILE = "windows/earlier.parquet"


@contextmanager
def writing_forecasts(
    store: Store, bundle: Bundle, run_id: str, schema: pa.Schema, rows: int | None, ahead: Ahead
) -> Iterator[Callable[[ShardForecasts, pa.Table], None]]:
    """Give a function that writes what a shard forecasts, and its rows of the BI table.

    bundle: says what is made of them
    schema: of the BI table
    rows: of each file of a folder, one file where None
    ahead: the weeks that are forecast
    """
    grouped = list[Grouped]()
    with ExitStack() as files:

        def writing(name: str, columns: pa.Schema, rows: int | None = None) -> Callable[[pa.Table], None]:
            return files.enter_context(writing_parts(store, run_file(run_id, name), columns, rows))

        forecasts = writing(FORECAST_FILE, schema, rows)
        distributions = writing(DISTRIBUTIONS_FILE, DISTRIBUTIONS, rows)
        groups, earlier = writing(GROUPS_FILE, GROUPS.columns), writing(EARLIER_FILE, EARLIER)
        quantiles = writing(QUANTILES_FILE, QUANTILES) if bundle.levels else None

        def write(answered: ShardForecasts, table: pa.Table) -> None:
            forecasts(table)
            distributions(answered.distributions)
            earlier(answered.expected)
            if quantiles and answered.quantiles:
                quantiles(answered.quantiles)
            if answered.groups:
                groups(answered.groups.rows)
                grouped.append(answered.groups._replace(rows=GROUPS.columns.empty_table()))

        yield write
        if grouped:
            groups(tabulate_sums(grouped, ahead))
