"""Orders for the forecast that a store has published last, from the inventory of its products."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from schemas.config import Config
from schemas.errors import UsageError
from schemas.forecasts import AS_OF_DATE, PRODUCT_CODE
from schemas.paths import orders as columns
from tasks.inputs.inventory import LEAD, REVIEW, Inventory
from tasks.inputs.table import SetAside
from tasks.models.arrays import Codes, Floats, Integers, find_codes
from tasks.models.distribution import Distribution
from tasks.models.paths.grouping import Grouping, groupable
from tasks.models.paths.orders import Orders, Stock, order
from tasks.models.paths.pits import Pits
from tasks.models.table import read_distributions
from tasks.sales.dates.conventions import conventions
from tasks.sales.layout.keys import read_codes
from tasks.sales.messages import quote, refuse, remedy
from tasks.sales.weeks import parse_index
from tasks.store.batches import regroup
from tasks.store.paths import ATTRIBUTES_FILE, DISTRIBUTIONS_FILE, FORECAST_FILE, PITS_FILE, run_file
from tasks.store.publishing.manifest import Manifest, read_manifest
from tasks.store.snapshot import Snapshot

_PATHS = 400  # at least: orders ask for the far ends of distributions
_AT_ONCE = 3_072  # products times weeks ahead whose paths are held at once
ENOUGH, AT_LEAST, MULTIPLE = "enough in stock", "the least order", "rounded up to a multiple"


class Ordered(NamedTuple):
    """The table of orders, and the rows of the inventory that none was made of."""

    orders: pa.Table
    set_aside: list[SetAside]


class Forecast:
    """The latest forecast of a store; raises UsageError where there is none, StoreDamaged where it is damaged."""

    def __init__(self, snapshot: Snapshot) -> None:
        latest = snapshot.latest
        if latest is None:
            raise UsageError(f"{snapshot.store.tell()}: nothing was published; orders need a forecast")
        self.run_id, self.as_of_week, self._snapshot = latest.run_id, latest.as_of_week, snapshot
        self._distributions = run_file(self.run_id, DISTRIBUTIONS_FILE)
        if not snapshot.files_of(self._distributions):
            raise UsageError(
                f"{snapshot.store.tell()}: an earlier release made the latest forecast, or its run is not kept any "
                "more; run again, then make the orders"
            )
        snapshot.require_whole([self._distributions, run_file(self.run_id, FORECAST_FILE)])

    @cached_property
    def _manifest(self) -> Manifest:
        return read_manifest(self._snapshot.store, self.run_id)

    @property
    def config(self) -> Config:
        """The settings of its run."""
        return Config.model_validate({k: v for k, v in self._manifest.config.items() if k in Config.model_fields})

    @property
    def reading(self) -> Config:
        """How its sales were read, with the columns of the key that were found."""
        return self.config.model_copy(update={"product": ",".join(self._find_key()) or self.config.product})

    def is_of_week(self, text: str) -> bool:
        """Whether a text is its last known week, or a day of it."""
        if (index := parse_index(text)) is not None:
            return index == self.as_of_week
        first = next(self._snapshot.store.read_batches(run_file(self.run_id, FORECAST_FILE), 1, [AS_OF_DATE]))
        start = first[AS_OF_DATE][0].as_py()
        days = [convention.value(text) for convention in conventions(self.config, indices=False)]
        return start is not None and any(day is not None and 0 <= day - start.toordinal() < 7 for day in days)

    @cached_property
    def codes(self) -> pa.Array:
        """All products."""
        read = self._snapshot.store.read_batches(self._distributions, columns=[PRODUCT_CODE])
        return pa.concat_tables(read)[PRODUCT_CODE].combine_chunks().unique()

    def _find_key(self) -> list[str]:
        """The columns of the key, where it has several: the first attributes, joined as the codes are."""
        attributes = self._attributes
        names = attributes.column_names[1:] if attributes else []
        first = attributes.slice(0, 1) if attributes else pa.table({})
        for parts in range(2, len(names) + 1):
            joined = read_codes(first.select(names[:parts]).to_batches()[0], tuple(range(parts)))
            if joined[0].equals(first[PRODUCT_CODE][0]):
                return names[:parts]
        return []

    @cached_property
    def _attributes(self) -> pa.Table | None:
        told = run_file(self.run_id, ATTRIBUTES_FILE)
        return self._snapshot.store.read_table(told) if told in self._snapshot.hashes else None

    def batches(self) -> Iterator[tuple[Codes, Distribution]]:
        """Yield the products, in their order, with their distributions."""
        horizon = self.config.horizon
        rows = max(_AT_ONCE // horizon, 1) * horizon
        for table in regroup(self._snapshot.store.read_batches(self._distributions), rows):
            codes = np.asarray(table[PRODUCT_CODE].to_numpy(zero_copy_only=False)[::horizon], object)
            yield codes, read_distributions(table, horizon)

    def group(self) -> tuple[Grouping, pa.Table | None]:
        """How its products are grouped, and what the file told of them."""
        config, attributes, path = self.config, self._attributes, run_file(self.run_id, PITS_FILE)
        pits = Pits.none()
        if self._snapshot.files_of(path):
            self._snapshot.require_whole([path])
            pits = Pits.from_table(self._snapshot.store.read_table(path))
        names = groupable(attributes, config.horizon) if attributes else []
        return Grouping.by(pits, config.horizon, config.seed, names, attributes, _PATHS), attributes


def make_orders(forecast: Forecast, inventory: Inventory, name: str) -> Ordered:
    """Order for each product of the inventory; name: what messages call its file.

    Raises BadInput where the stock is of another week, or an order has to last longer than the forecast reaches.
    """
    known = find_codes(inventory.codes, forecast.codes) >= 0
    stranger = f"it is not in the forecast of W{forecast.as_of_week}"
    aside = [*inventory.set_aside, *(SetAside(0, code, stranger) for code in inventory.codes[~known])]
    if not known.any():
        first = quote(inventory.codes[0])
        raise refuse(name, f"expected products of the forecast of W{forecast.as_of_week}, found none, but {first}")
    inventory = inventory.select(known)
    _require_same_week(forecast, inventory, name)
    _require_reach(forecast.config.horizon, inventory, name)
    grouping, attributes = forecast.group()
    tables, among = [columns.ORDERS.columns.empty_table()], pa.array(inventory.codes, pa.string())
    for codes, distribution in forecast.batches():
        rows = find_codes(codes, among)
        here = np.flatnonzero(rows >= 0)
        if len(here):
            some, stock = distribution.select(here), _describe(inventory, rows[here], distribution.select(here))
            made = order(grouping.draw(some, codes[here], attributes), stock)
            tables.append(_tabulate(forecast.as_of_week, codes[here], some.mean, stock, made))
    return Ordered(columns.ORDERS.enforce(pa.concat_tables(tables)), aside)


def _require_same_week(forecast: Forecast, inventory: Inventory, name: str) -> None:
    for text in dict.fromkeys(filter(None, inventory.as_of)):
        if not forecast.is_of_week(text):
            raise refuse(
                name,
                f"expected the stock at the end of W{forecast.as_of_week}, the forecast's last known week, found "
                f"as_of {quote(text)}; send the stock of that week, or run the forecast first",
            )


def _require_reach(horizon: int, inventory: Inventory, name: str) -> None:
    reach = inventory.lead + inventory.review
    longest = int(reach.argmax())
    if reach[longest] <= horizon:
        return
    raise refuse(
        name,
        f"expected {LEAD} + {REVIEW} of at most {horizon}, the weeks that are forecast, found {reach[longest]:.0f} for "
        f"{quote(inventory.codes[longest])}",
        remedies=[remedy(f"horizon={reach[longest]:.0f}", words="run the forecast again with {}")],
    )


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
        ratio=inventory.ratio[rows],
        multiple=inventory.multiple[rows],
        least=inventory.least[rows],
        whole=forecast.grain > 0,
        waits=inventory.waits[rows],
    )


def _tabulate(as_of: int, codes: Codes, mean: Floats, stock: Stock, made: Orders) -> pa.Table:
    week = np.arange(mean.shape[1])
    lasts = (week >= stock.lead[:, np.newaxis]) & (week < (stock.lead + stock.review)[:, np.newaxis])
    wanted = np.maximum(made.up_to - made.projected, 0.0)
    plain = np.where(stock.whole, np.ceil(wanted - 1e-9), wanted)
    raised = np.where(plain < stock.least, AT_LEAST, np.where(made.quantity > plain, MULTIPLE, ""))
    reason = np.where(made.quantity > 0, raised, ENOUGH)
    arrays = [
        pa.array(codes, pa.string()),
        np.full(len(codes), as_of, np.int32),
        (as_of + stock.lead + 1).astype(np.int32),
        stock.review.astype(np.int32),
        np.where(lasts, mean, 0.0).sum(axis=1),
        made.projected,
        stock.ratio,
        stock.ratio,
        made.up_to,
        made.quantity,
        made.shortage,
        made.left_over,
        pa.array(reason.astype(object), pa.string()),
    ]
    return pa.table([pa.array(values) for values in arrays], schema=columns.ORDERS.columns)
