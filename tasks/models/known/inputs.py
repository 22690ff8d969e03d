"""Inputs that are known ahead, of products and weeks, and what is measured of them: a price beside the usual one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pyarrow as pa

from schemas.inputs.panel import EVENT, OWN_EVENT, PRICE, REGULAR_PRICE, SINCE, parse_input_column
from tasks.models.arrays import Floats, Integers, Mask

_WEEKS = 26  # latest weeks among whose prices the usual one is
_FAR = 1.5  # logarithm of a ratio of prices, beyond which it tells no more
_HIGH = 0.8  # its quantile of these: most weeks have the usual price, and the others a lower one


@dataclass(frozen=True)
class Known:
    """Known inputs of n products.

    values: by name, (n, weeks) from the panel's first week on and beyond its last one, (1, weeks) where all products
      have it alike, NaN where nothing is told; under SINCE and a name stands the index of the week in which each value
      became known, NaN where it always was
    """

    values: Mapping[str, Floats]

    @property
    def own(self) -> list[str]:
        """Names of the inputs that products have of their own, and that have an effect."""
        others = (SINCE, EVENT, REGULAR_PRICE)
        return [name for name in self.values if not name.startswith(others)]

    @property
    def shared(self) -> list[str]:
        """Names of those that all products have alike."""
        return [name for name in self.values if name.startswith(EVENT)]

    def select(self, rows: Integers | Mask) -> Self:
        """Those of the products at these positions, or that a mask (n,) marks."""
        return replace(self, values={name: _of_rows(name, array, rows) for name, array in self.values.items()})

    def until(self, origin: int) -> Self:
        """What was known in a week: nothing of what became known later."""
        told = dict(self.values)
        for name, array in self.values.items():
            if SINCE + name in told:  # it may end before the input, where the last weeks were always known
                since = _fit(told[SINCE + name], array.shape[1])
                told[name] = np.where(since > origin, np.nan, array)
        return replace(self, values=told)

    def going_on(self, weeks: int) -> Self:
        """The first weeks, and all later ones as the last of these."""
        values = {}
        for name, array in self.values.items():
            past = array[:, :weeks]
            values[name] = np.hstack([past, np.repeat(past[:, -1:], max(array.shape[1] - weeks, 0), axis=1)])
        return replace(self, values=values)

    def as_usual_of(self, others: Self) -> Self:
        """The same, with the median of other products for a product of which an input tells nothing in any week.

        Not of prices and events: of these it says that all is as usual.
        """
        told = dict(self.values)
        for name in self.own:
            untold, theirs = np.isnan(told[name]).all(axis=1, keepdims=True), others.values[name]
            if name != PRICE and not name.startswith(OWN_EVENT) and not np.isnan(theirs).all():
                told[name] = np.where(untold, np.nanmedian(theirs), told[name])
        return replace(self, values=told)

    def measure(self, products: int, weeks: int) -> Floats:
        """What is measured of each of n products in the first weeks, zero where all is as usual: (n, weeks, K).

        A price is measured as the logarithm of its ratio to the regular one, or to the usual one of that week and those
        before it. What is not known is as usual: no event, and for a product the median of what is known of it.
        """
        measured = np.zeros((products, weeks, len(self.own)))
        for place, name in enumerate(self.own):
            told = _fit(self.values[name], weeks)
            if name == PRICE:
                told = np.nan_to_num(np.clip(self._compare(told), -_FAR, _FAR))
            elif name.startswith(OWN_EVENT):
                told = np.nan_to_num(told)
            measured[..., place] = _take_usual(told)
        return measured

    def log_price(self, products: int, weeks: int, seen: Floats) -> Floats:
        """The logarithm of each price in the first weeks, (n, weeks): the usual one where it is not told.

        seen: (2, K) smallest and largest measure: a price beyond them is the farthest that was seen
        """
        if PRICE not in self.own:
            return np.zeros((products, weeks))
        price = _fit(self.values[PRICE], weeks)
        price = np.where(price > 0, price, np.nan)
        told = np.where(np.isnan(price), _usual(price), price)
        first = told[np.arange(products), (~np.isnan(told)).argmax(axis=1)]
        told = np.log(np.nan_to_num(np.where(np.isnan(told), first[:, np.newaxis], told), nan=1.0))
        beside = np.nan_to_num(self._compare(price))
        return np.asarray(told - (beside - np.clip(beside, *seen[:, self.own.index(PRICE)])))

    def _compare(self, price: Floats) -> Floats:
        """Logarithms of prices beside the regular or the usual ones, (n, weeks), NaN where one is not known."""
        usual = _usual(price)
        if REGULAR_PRICE in self.values:
            regular = _fit(self.values[REGULAR_PRICE], price.shape[1])
            usual = np.where(np.isnan(regular), usual, regular)
        known = (price > 0) & (usual > 0)
        return np.asarray(np.log(np.where(known, price, np.nan) / np.where(known, usual, 1.0)))

    def measure_shared(self, weeks: int) -> Floats:
        """The same of what all products have alike: (weeks, K)."""
        measured = [np.nan_to_num(_fit(self.values[name], weeks))[0] for name in self.shared]
        return np.stack(measured, axis=-1) if measured else np.zeros((weeks, 0))


def _of_rows(name: str, array: Floats, rows: Integers | Mask) -> Floats:
    return array if name.removeprefix(SINCE).startswith(EVENT) else array[rows]


def read_inputs(table: pa.Table, first_week: int) -> dict[str, Floats]:
    """The inputs that a panel's table holds beside the sales, each (n, weeks) from the panel's first week on."""
    columns: dict[str, dict[int, str]] = {}
    for name in table.column_names:
        if found := parse_input_column(name):
            columns.setdefault(found[0], {})[found[1] - first_week] = name
    inputs = {}
    for name, weeks in columns.items():
        rows = min(table.num_rows, 1) if name.removeprefix(SINCE).startswith(EVENT) else table.num_rows
        inputs[name] = np.full((rows, max(weeks) + 1), np.nan)
        for place, column in weeks.items():
            inputs[name][:, place] = table[column].slice(0, rows).cast(pa.float64()).to_numpy()
    return inputs


def _fit(array: Floats, weeks: int) -> Floats:
    """The first weeks of an array (n, …), NaN where it ends before."""
    missing = max(weeks - array.shape[1], 0)
    return np.pad(array[:, :weeks].astype(np.float64), ((0, 0), (0, missing)), constant_values=np.nan)


def _take_usual(told: Floats) -> Floats:
    """Values (n, weeks) with the median of a product's own in the place of those that are not known, or zero."""
    missing = np.isnan(told)
    if not missing.any():
        return told
    some, usual = ~missing.all(axis=1), np.zeros(len(told))
    usual[some] = np.nanmedian(told[some], axis=1)
    return np.where(missing, usual[:, np.newaxis], told)


def _usual(price: Floats) -> Floats:
    """The usual price in each week, from that week and those before it: (n, weeks)."""
    usual, rows = np.full(price.shape, np.nan), np.arange(len(price))
    for week in range(price.shape[1]):
        recent = np.sort(price[:, max(week + 1 - _WEEKS, 0) : week + 1], axis=1)  # NaN last
        known = np.count_nonzero(~np.isnan(recent), axis=1)
        usual[:, week] = recent[rows, np.ceil(_HIGH * np.maximum(known - 1, 0)).astype(np.int64)]
    return usual
