"""What a process loads to forecast any products of a run, and what it makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import pyarrow as pa

from schemas.errors import ModelFailed, RunnerFailed
from schemas.forecasts import NETWORK_METHOD
from schemas.ledger import EARLIER
from schemas.paths.groups import GROUPS
from tasks.baselines.launch import LaunchFit
from tasks.baselines.simple import SimpleFit
from tasks.models.answering import Answering, Before
from tasks.models.distribution import Distribution
from tasks.models.panel import Panel
from tasks.models.paths.grouping import Grouped, Grouping, pick_attributes
from tasks.models.paths.pits import Pits
from tasks.models.table import read_distributions, to_distribution_table, to_forecast_table, to_quantile_table
from tasks.shards.bundle import Bundle, Served
from tasks.shards.coming import ComingRows
from tasks.store.store import Store
from tasks.workspace.loading import load_model


class Loaded(NamedTuple):
    """What answers now, and what did the week before; problem: why the latter cannot be asked, where it cannot."""

    bundle: Bundle
    now: Answering
    before: Before | None
    problem: str
    grouping: Grouping | None
    coming: ComingRows | None


class ShardForecasts(NamedTuple):
    """What is forecast of some products.

    forecasts, distributions: see `schemas.forecasts` and `schemas.paths.distributions`
    quantiles: None where they are not asked for
    groups: rows of single products, and sums of groups; None where they are not grouped
    expected: of them the week before, see `schemas.ledger.EARLIER`
    problem: why that is not known, where it is not
    """

    forecasts: pa.Table
    quantiles: pa.Table | None
    distributions: pa.Table
    groups: Grouped | None
    expected: pa.Table
    problem: str


def load_bundle(bundle: Bundle, kept: pa.Table | None = None) -> Loaded:
    """Load what a bundle names; kept: the sample, where the bundle names none.

    Raises ModelFailed where Keras cannot read the network, RunnerFailed where this machine does not see the store.
    """
    store, problem = Store(bundle.store), ""
    require_visible(store, bundle.sales)
    sample = Panel.from_table(store.read_table(bundle.sample) if bundle.sample else kept, bundle.first_start)
    coming, before = ComingRows.load(store, bundle), None
    now = _load_now(store, bundle, sample)
    now = replace(now, launches=_load_launches(store, bundle, sample, coming, now))
    try:
        before = _load_before(store, bundle, sample, now)
    except ModelFailed as error:
        problem = error.message
    return Loaded(bundle, now, before, problem, _load_grouping(store, bundle), coming)


def answer_rows(loaded: Loaded, rows: range) -> ShardForecasts:
    """Forecast the products in these rows of the sales."""
    store = Store(loaded.bundle.store)
    require_visible(store, loaded.bundle.sales)
    sales = store.read_rows(loaded.bundle.sales, rows)
    batch = Panel.from_table(loaded.coming.insert(sales, rows) if loaded.coming else sales, loaded.bundle.first_start)
    answer = loaded.now.answer(batch)
    expected = loaded.before.expect(batch, loaded.now, answer) if loaded.before else EARLIER.empty_table()
    distributions = to_distribution_table(batch, answer.distribution)
    return ShardForecasts(
        forecasts=to_forecast_table(batch, answer),
        quantiles=to_quantile_table(batch, answer, levels) if (levels := loaded.bundle.levels) else None,
        distributions=distributions,
        groups=_group(store, loaded, batch, read_distributions(distributions, loaded.bundle.horizon), rows),
        expected=expected,
        problem=loaded.problem,
    )


def answer_batches(bundle: Bundle, sample: pa.Table, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield the forecasts of batches of the wide sales; bundle, sample: see `tasks.shards.published`."""
    loaded = load_bundle(bundle, sample)
    for batch in batches:
        panel = Panel.from_table(pa.Table.from_batches([batch]), bundle.first_start)
        yield from to_forecast_table(panel, loaded.now.answer(panel)).to_batches()


def require_visible(store: Store, path: str) -> None:
    """Raise RunnerFailed where this process does not see a file that the run has just written."""
    if not store.exists(path):
        raise RunnerFailed(
            f"{store.tell(path)}: a worker does not see this file; expected a store in a bucket, or in a folder that "
            "all workers share at the same path"
        )


def _group(store: Store, loaded: Loaded, batch: Panel, forecast: Distribution, rows: range) -> Grouped | None:
    if loaded.grouping is None or loaded.bundle.grouped is None:
        return None
    path = loaded.bundle.grouped.attributes
    attributes = store.read_rows(path, rows) if path else None
    if loaded.coming and loaded.coming.attributes:
        attributes = pick_attributes(loaded.coming.attributes, batch.codes)
    grouped = loaded.grouping.group(batch, forecast, attributes)
    return grouped if loaded.bundle.grouped.each else grouped._replace(rows=GROUPS.columns.empty_table())


def _load_grouping(store: Store, bundle: Bundle) -> Grouping | None:
    grouped = bundle.grouped
    if grouped is None:
        return None
    pits = Pits.from_table(store.read_table(grouped.pits)) if grouped.pits else Pits.none()
    attributes = store.read_table(grouped.attributes) if grouped.attributes and grouped.columns else None
    return Grouping.by(pits, bundle.horizon, grouped.seed, grouped.columns, attributes)


def _load_launches(
    store: Store, bundle: Bundle, sample: Panel, coming: ComingRows | None, now: Answering
) -> LaunchFit | None:
    """For products without sales; None where life cycles tell of no launch."""
    if coming is None and sample.starts is None:
        return None
    attributes = coming.attributes if coming else None
    if coming is None and bundle.grouped and bundle.grouped.attributes:
        attributes = store.read_table(bundle.grouped.attributes)
    find_change = partial(now.model.find_change, common=now.common) if now.model else None
    return LaunchFit.on(sample, attributes, bundle.horizon, find_change)


def _load_now(store: Store, bundle: Bundle, sample: Panel) -> Answering:
    model, common, simple = None, pa.table({}), None
    if bundle.model:
        model = load_model(store, bundle.model)
        common = store.read_table(bundle.common) if bundle.common else model.measure(sample)
    if bundle.method != NETWORK_METHOD:
        simple = SimpleFit.on(bundle.method, sample, bundle.horizon)
    return Answering(model, common, simple, bundle.reason, not bundle.network_interval)


def _load_before(store: Store, bundle: Bundle, sample: Panel, now: Answering) -> Before | None:
    """What answered in the week before; sample: stands for all products, up to this week."""
    served = bundle.before
    if served is None:
        return None
    answering = now if served.is_same else replace(_load_served(store, served, sample), launches=now.launches)
    then = _load_served(store, served, sample.until(served.week)) if served.restated else None
    # Asking for very many products would take half as long again as forecasting them.
    codes = pa.array(sample.codes, pa.string()) if len(sample.codes) < bundle.products else None
    return Before(served.week, answering, then, codes)


def _load_served(store: Store, served: Served, sample: Panel) -> Answering:
    """What answered then, as of the last week of a sample that stands for all products."""
    model, simple = load_model(store, served.model), None
    if served.method != NETWORK_METHOD:
        simple = SimpleFit.on(served.method, sample, model.state.horizon)
    return Answering(model, model.measure(sample), simple)
