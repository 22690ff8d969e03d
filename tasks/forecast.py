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
    PUBLISHED_LEVELS,
    REASON_CODE,
    UNITS_MEAN,
    Reason,
    carried_field,
)
from schemas.inputs.told import OVERRIDE_FIELDS
from schemas.records import ForecastTable, Promotion, Sales, WindowSet
from tasks.models.paths.grouping import groupable
from tasks.models.paths.table import Ahead
from tasks.models.table import add_attributes, add_lineage, add_overrides
from tasks.runners.runner import cut
from tasks.sales.history.identity import identify
from tasks.sales.plausibility.level_shift import find_shift
from tasks.sales.plausibility.totals import sum_expected, sum_weeks
from tasks.sales.weeks import start_of_week
from tasks.shards.answers import answer_rows, load_bundle
from tasks.shards.bundle import Bundle, GroupedBy
from tasks.shards.coming import place_coming
from tasks.shards.writing import EARLIER_FILE, writing_forecasts
from tasks.store.paths import FORECAST_FILE, pits_file, run_file
from tasks.store.store import Store
from tasks.store.tables import hash_table
from tasks.workspace.alerts import Alert
from tasks.workspace.workspace import Workspace


def forecast(
    work: Workspace, sales: Sales, windows: WindowSet, promotion: Promotion, request: WeeklyRequest
) -> ForecastTable:
    """Write the BI table of this run, with its lineage in columns and footer, and the tables beside it."""
    store, runner, config = work.store, work.runner, request.config
    attributes = store.read_table(sales.attributes) if sales.attributes else None
    overrides = store.read_table(sales.overrides) if sales.overrides else None
    bundle = _describe(work, sales, windows, promotion, config, attributes)
    schema, in_order = _schema(sales, request, attributes), Ascending(FORECASTS.name)
    path, parts = run_file(sales.run_id, FORECAST_FILE), _rows_of_part(sales.forecast_products, config)
    rows = short = wrong = 0
    problem, loaded = "", runner.start(load_bundle, bundle)
    shards = cut(sales.products, config.batch_products)
    with writing_forecasts(store, bundle, sales.run_id, schema, parts, _look_ahead(sales, config.horizon)) as write:
        for answered in runner.results(runner.start(answer_rows, loaded, shard) for shard in shards):
            table = add_lineage(answered.forecasts, promotion.champion, sales.run_id)
            table = add_attributes(table, attributes) if attributes else table
            table = add_overrides(table, overrides) if overrides else table
            in_order.require(table[PRODUCT_CODE])
            write(answered, FORECASTS.enforce(table).replace_schema_metadata(schema.metadata))
            problem = answered.problem
            rows += table.num_rows
            short += _count(pc.equal(table[REASON_CODE], Reason.SHORT_HISTORY))
            wrong += _count(pc.equal(table[REASON_CODE], Reason.IMPLAUSIBLE))
    if problem:
        work.tell.warn(problem)
    _require_judged(short, wrong, rows, config)
    told = _warn_of_shift(store, sales, path)
    for warning in told:
        work.tell.warn(warning, Alert.LEVEL_SHIFT)
    sha256 = hash_table({file: store.sha256(file) for file in store.parts(path)}, path)
    earlier = run_file(sales.run_id, EARLIER_FILE) if bundle.before and not problem else None
    return ForecastTable(path=path, rows=rows, sha256=sha256, earlier=earlier, warnings=told)


def _describe(
    work: Workspace,
    sales: Sales,
    windows: WindowSet,
    promotion: Promotion,
    config: Config,
    attributes: pa.Table | None,
) -> Bundle:
    """What answers, and what is made of it; tables of too many rows for one file are left out."""
    fits = sales.forecast_products * config.horizon * len(PUBLISHED_LEVELS) <= config.rows_per_file
    pits = pits_file(identify("model", sales.run_id))
    grouped = GroupedBy(
        pits=pits if work.store.exists(pits) else None,  # there are none where the training failed
        attributes=sales.attributes,
        columns=tuple(groupable(attributes, config.horizon)),
        each=sales.forecast_products * (config.horizon + 1) <= config.rows_per_file,
        seed=config.seed,
    )
    told = {"levels": PUBLISHED_LEVELS if fits else (), "grouped": grouped, "coming": place_coming(work.store, sales)}
    return Bundle.of(work, sales, windows, promotion, config.horizon).model_copy(update=told)


def _look_ahead(sales: Sales, horizon: int) -> Ahead:
    weeks = range(sales.as_of_week, sales.as_of_week + horizon + 1)
    return Ahead(sales.as_of_week, [start_of_week(week, sales.first_date) for week in weeks])


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
    carried = [carried_field(field) for field in attributes.schema if field.name != PRODUCT_CODE] if attributes else []
    return pa.schema(
        [*FORECASTS.columns, *carried, *ADDED_FIELDS, *(OVERRIDE_FIELDS if sales.overrides else ())],
        {
            "weekcast.run_id": sales.run_id,
            "weekcast.data_sha256": sales.data_sha256,
            "weekcast.config_sha256": request.config.fingerprint(),
            "weekcast.code_version": f"{FORECAST_FORMAT}",
        },
    )
