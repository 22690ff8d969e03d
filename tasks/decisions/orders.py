"""Orders for the forecast that a store has published last, from the inventory of its products."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from schemas.paths import orders as columns
from tasks.decisions.forecast import Batch, Forecast
from tasks.inputs.kinds.inventory import Inventory, require_reach, require_week
from tasks.inputs.table import SetAside
from tasks.models.arrays import Codes, Floats, Integers, find_codes
from tasks.models.distribution import Distribution
from tasks.models.paths.orders import Orders, Stock, order
from tasks.runners.threads import work_on
from tasks.sales.layout.numbers import Bools
from tasks.sales.messages import quote, refuse

# Sample paths of a product. They follow its own distributions alone, and the weeks do not depend on one another: with
# the PITs of past weeks, simulated inventories cost more, and meet a service level less closely.
_PATHS = 256
# Weeks that a unit left over is held beyond the next order, on average. Simulated inventories of five real panels cost
# least with half a week to two weeks; a ratio chosen by what was best in the weeks before costs about 1 % more.
_HELD = 1.25
ENOUGH, AT_LEAST, MULTIPLE = "enough in stock", "the least order", "rounded up to a multiple"


class Ordered(NamedTuple):
    """The table of orders, and the rows of the inventory that none was made of."""

    orders: pa.Table
    set_aside: list[SetAside]


def make_orders(forecast: Forecast, inventory: Inventory, name: str, *, of_week: bool = False) -> Ordered:
    """Order for each product of the inventory.

    name: what messages call its file
    of_week: whether it is known to be that of the forecast's last known week

    Raises BadInput where the stock is of another week, or an order has to last longer than the forecast reaches.
    """
    known = find_codes(inventory.codes, forecast.codes) >= 0
    stranger = f"it is not in the forecast of W{forecast.as_of_week}"
    aside = [*inventory.set_aside, *(SetAside(0, code, stranger) for code in inventory.codes[~known])]
    if not known.any():
        first = quote(inventory.codes[0])
        raise refuse(name, f"expected products of the forecast of W{forecast.as_of_week}, found none, but {first}")
    inventory = inventory.select(known)
    if not of_week:
        require_week(inventory, forecast.as_of_week, forecast.is_of_week, name)
    require_reach(inventory, forecast.config.horizon, name)
    places = find_codes(forecast.codes, pa.array(inventory.codes, pa.string()))

    def order_batch(batch: Batch) -> pa.Table:
        rows = places[batch.start : batch.start + len(batch.codes)]
        here = np.flatnonzero(rows >= 0)
        if not len(here):
            return columns.ORDERS.columns.empty_table()
        codes, some, rows = batch.codes[here], batch.distribution.select(here), rows[here]
        stock = _describe(inventory, rows, some)
        made = order(some.sample(_PATHS, forecast.config.seed), stock)
        return _tabulate(forecast.as_of_week, codes, some.mean, inventory.ratio[rows], stock, made)

    tables = work_on(forecast.batches(), order_batch)
    return Ordered(columns.ORDERS.enforce(pa.concat_tables(tables)), aside)


def _describe(inventory: Inventory, rows: Integers, forecast: Distribution) -> Stock:
    horizon = forecast.mean.shape[1]
    coming = np.zeros((len(rows), horizon))
    given = inventory.coming[rows, :horizon]
    coming[:, : given.shape[1]] = given
    return Stock(
        on_hand=inventory.on_hand[rows],
        coming=coming,
        lead=inventory.lead[rows].astype(np.int64),
        review=inventory.review[rows].astype(np.int64),
        ratio=use_ratio(inventory.ratio[rows], inventory.by_costs[rows], inventory.review[rows]),
        multiple=inventory.multiple[rows],
        least=inventory.least[rows],
        whole=forecast.grain > 0,
        waits=inventory.waits[rows],
    )


def use_ratio(ratio: Floats, by_costs: Bools, review: Floats) -> Floats:
    """The probability with which an order is to be enough: a service level as it is given, a ratio of costs less.

    A ratio of costs supposes that what is left over is held until the next order. Where forecasts fall it is longer, so
    that its holding costs count for more weeks.
    """
    weeks = 1 + _HELD / review
    return np.where(by_costs, ratio / (ratio + (1 - ratio) * weeks), ratio)


def _tabulate(as_of: int, codes: Codes, mean: Floats, ratio: Floats, stock: Stock, made: Orders) -> pa.Table:
    week = np.arange(mean.shape[1])
    lasts = (week >= stock.lead[:, np.newaxis]) & (week < (stock.lead + stock.review)[:, np.newaxis])
    raised = np.where(made.plain < stock.least, AT_LEAST, np.where(made.quantity > made.plain, MULTIPLE, ""))
    reason = np.where(made.quantity > 0, raised, ENOUGH)
    arrays = [
        pa.array(codes, pa.string()),
        np.full(len(codes), as_of, np.int32),
        (as_of + stock.lead + 1).astype(np.int32),
        stock.review.astype(np.int32),
        np.where(lasts, mean, 0.0).sum(axis=1),
        made.projected,
        ratio,
        stock.ratio,
        made.up_to,
        made.quantity,
        made.shortage,
        made.left_over,
        pa.array(reason.astype(object), pa.string()),
    ]
    return pa.table([pa.array(values) for values in arrays], schema=columns.ORDERS.columns)
