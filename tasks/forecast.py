"""Forecast: answer for every accepted product, batch by batch, by the network or by what stands in for it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.config import Config, WeeklyRequest
from schemas.contract import Ascending
from schemas.errors import PublicationRefused
from schemas.forecasts import (
    ADDED_FIELDS,
    FORECAST_FORMAT,
    FORECASTS,
    HORIZON,
    PRODUCT_CODE,
    REASON_CODE,
    UNITS_MEAN,
    Reason,
)
from schemas.ledger import EARLIER
from schemas.records import ForecastTable, Promotion, Sales, WindowSet
from tasks.models.table import add_attributes, add_lineage
from tasks.runners.runner import cut
from tasks.sales.plausibility.level_shift import find_shift
from tasks.sales.plausibility.totals import sum_expected, sum_weeks
from tasks.shards.answers import answer_rows, load_bundle
from tasks.shards.bundle import Bundle
from tasks.store.paths import FORECAST_FILE, run_file
from tasks.store.store import Store
from tasks.store.tables import hash_table, writing_parts
from tasks.workspace.workspace import Workspace


def forecast(
    work: Workspace, sales: Sales, windows: WindowSet, promotion: Promotion, request: WeeklyRequest
) -> ForecastTable:
    """Write the BI table of this run, with its lineage in columns and footer, and what last week's model expects."""
    store, runner = work.store, work.runner
    bundle = Bundle.of(work, sales, windows, promotion, request.config.horizon)
    attributes = store.read_table(sales.attributes) if sales.attributes else None
    schema = _schema(sales, request, attributes)
    path, in_order = run_file(sales.run_id, FORECAST_FILE), Ascending(FORECASTS.name)
    earlier = run_file(sales.run_id, "windows/earlier.parquet")
    rows = short = wrong = 0
    part = _rows_of_part(sales.products, request.config)
    problem, loaded = "", runner.start(load_bundle, bundle)
    shards = cut(sales.products, request.config.batch_products)
    with writing_parts(store, path, schema, part) as write, store.writing_table(earlier, EARLIER) as write_earlier:
        for answered in runner.results(runner.start(answer_rows, loaded, shard) for shard in shards):
            table = add_lineage(answered.forecasts, promotion.champion, sales.run_id)
            table = add_attributes(table, attributes) if attributes else table
            in_order.require(table[PRODUCT_CODE])
            write(FORECASTS.enforce(table).replace_schema_metadata(schema.metadata))
            write_earlier(answered.expected)
            problem = answered.problem
            rows += table.num_rows
            short += _count(pc.equal(table[REASON_CODE], Reason.SHORT_HISTORY))
            wrong += _count(pc.equal(table[REASON_CODE], Reason.IMPLAUSIBLE))
    if problem:
        work.tell.warn(problem)
    _require_judged(short, wrong, rows, request.config)
    told = _warn_of_shift(store, sales, path)
    for warning in told:
        work.tell.warn(warning)
    sha256 = hash_table({file: store.sha256(file) for file in store.parts(path)}, path)
    is_asked = bundle.before and not problem
    return ForecastTable(path=path, rows=rows, sha256=sha256, earlier=earlier if is_asked else None, warnings=told)


def _rows_of_part(products: int, config: Config) -> int | None:
    """The rows of each file, all of a product in one; None where one file holds all."""
    if products * config.horizon <= config.rows_per_file:
        return None
    return max(config.rows_per_file // config.horizon, 1) * config.horizon


def _count(rows: pa.ChunkedArray) -> int:
    return int(pc.sum(rows).as_py() or 0)


def _require_judged(short: int, wrong: int, rows: int, config: Config) -> None:
    """Raise PublicationRefused where too many rows are of products too new to judge, or of forecasts gone wrong."""
    if short + wrong <= config.max_fallback * rows:
        return
    products, new, implausible = (number // config.horizon for number in (rows, short, wrong))
    raise PublicationRefused(
        f"expected at most {config.max_fallback:.0%} of the products answered by a fallback (max_fallback), found "
        f"{new + implausible:,} of {products:,}: {new:,} have too few weeks to judge a forecast, {implausible:,} had "
        "an implausible one; nothing was published. Send a longer history, or --set max_fallback=1 to publish them"
    )


def _warn_of_shift(store: Store, sales: Sales, path: str) -> tuple[str, ...]:
    """What to look at where all products together are expected to sell otherwise than their history explains."""
    sold = [units for _, units in sum_weeks(store.read_batches(sales.path))]
    expected = sum_expected(store.read_batches(path, columns=[HORIZON, UNITS_MEAN]))
    shifts = [find_shift(np.array(sold + expected[: ahead + 1])) for ahead in range(len(expected))]
    return tuple(
        f"all products together are expected to sell {ratio - 1:+.0%} in W{sales.as_of_week + ahead} against the four "
        "weeks before it, more than their history explains"
        for ahead, ratio in enumerate(shifts, 1)
        if ratio is not None
    )


def _schema(sales: Sales, request: WeeklyRequest, attributes: pa.Table | None) -> pa.Schema:
    """The columns of the BI table, those of the attributes and those after them, and the lineage for the footer."""
    carried = [field for field in attributes.schema if field.name != PRODUCT_CODE] if attributes else []
    return pa.schema(
        [*FORECASTS.columns, *carried, *ADDED_FIELDS],
        {
            "weekcast.run_id": sales.run_id,
            "weekcast.data_sha256": sales.data_sha256,
            "weekcast.config_sha256": request.config.fingerprint(),
            "weekcast.code_version": f"{FORECAST_FORMAT}",
        },
    )
