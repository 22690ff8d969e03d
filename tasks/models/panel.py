"""The sales of all products up to one week, which is all that a forecaster at that origin may see."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from schemas.forecasts import PRODUCT_CODE
from schemas.inputs.panel import DISCONTINUED, LAUNCHED, OUT_OF_STOCK, SINCE, sales_columns
from schemas.sales import week_of
from tasks.models.arrays import Codes, Floats, Integers, Mask
from tasks.models.known.availability import fill_out_of_stock
from tasks.models.known.inputs import Known, read_inputs

_AMOUNT_UNITS = 100.0  # the median amount in panel units


def sold_whole(units: Floats) -> Mask:
    """Which products, (n,), have whole units only; units: (n, weeks)."""
    return np.asarray((np.nan_to_num(units) % 1 == 0).all(axis=1))


def mostly_whole(units: Floats) -> bool:
    """Whether at least half of the products, of those that ever sold, have whole units only.

    Each product counts once, so that a few others, sold by weight, make no amounts of counts; units: (n, weeks).
    """
    ever_sold = (np.nan_to_num(units) > 0).any(axis=1)
    return bool(np.mean(sold_whole(units)[ever_sold]) >= 1 / 2) if ever_sold.any() else True


def panel_unit(units: Floats) -> float:
    """The size of a panel unit: 1 where most products are sold in whole units, else 1 % of the median amount sold.

    Constants in units then suit amounts of any size.
    """
    sold = units[np.nan_to_num(units) > 0]
    if mostly_whole(units) or not len(sold):
        return 1.0
    return float(np.median(sold)) / _AMOUNT_UNITS


@dataclass(frozen=True)
class Panel:
    """Weekly units of many products.

    codes: (n,) product codes
    units: (n, weeks), NaN before a product's first week, never after it; all NaN where it has no sales yet
    first_week: index of the first column's week
    first_start: its date, where there is a calendar
    masked: (n, weeks) weeks whose sales are no evidence of demand, because the shelf was empty; their units are those
      that were expected; None where no such week is known
    known: what is known of them beside their sales, also of later weeks; None where nothing is
    ends: (n,) index of the first week in which a product is not sold any more, infinite where none is known; None where
      none is known of any
    starts: (n,) index of the week of a product's launch, where it is one of the last weeks or comes; else as `ends`
    """

    codes: Codes
    units: Floats
    first_week: int = 0
    first_start: date | None = None
    masked: Mask | None = None
    known: Known | None = None
    ends: Floats | None = None
    starts: Floats | None = None

    @property
    def last_week(self) -> int:
        """Index of the last observed week: the origin of a forecast made from this history."""
        return self.first_week + int(self.units.shape[1]) - 1

    @property
    def weeks(self) -> range:
        """Indices of all weeks, oldest first."""
        return range(self.first_week, self.last_week + 1)

    @property
    def observed(self) -> Integers:
        """Number of observed weeks of each product: (n,)."""
        return np.asarray(np.count_nonzero(~np.isnan(self.units), axis=1), np.int64)

    @property
    def whole(self) -> bool:
        """Whether most products are sold in whole units, see `mostly_whole`."""
        return mostly_whole(self.units)

    def start_of(self, week: int) -> date | None:
        """The first day of a week, observed or not; None without a calendar."""
        return self.first_start and self.first_start + timedelta(weeks=week - self.first_week)

    def select(self, positions: Integers) -> Panel:
        """The history of the products at these positions only."""
        masked = None if self.masked is None else self.masked[positions]
        known = self.known and self.known.select(positions)
        ends, starts = (None if week is None else week[positions] for week in (self.ends, self.starts))
        codes, units = self.codes[positions], self.units[positions]
        return replace(self, codes=codes, units=units, masked=masked, known=known, ends=ends, starts=starts)

    def until(self, origin: int) -> Panel:
        """The history up to `origin`: later weeks and products launched later are removed.

        Raises IndexError where the origin lies outside of the weeks.
        """
        weeks, launched = self._position(origin) + 1, self.launched_by(origin)
        masked = None if self.masked is None else self.masked[:, :weeks]
        past = replace(self, units=self.units[:, :weeks], masked=masked, known=self.known and self.known.until(origin))
        return past if len(launched) == len(self.codes) else past.select(launched)

    def going_on(self) -> Panel:
        """The same, of which is known that all goes on as in the last week."""
        return replace(self, known=self.known and self.known.going_on(self.units.shape[1]), ends=None, starts=None)

    def launched_by(self, origin: int) -> Integers:
        """Positions of the products launched by `origin`."""
        return np.flatnonzero(~np.isnan(self.units[:, self._position(origin)]))

    def unsold(self) -> Integers:
        """Positions of the products without a sale that have just been launched, or are going to be."""
        never = ~(np.nan_to_num(self.units) > 0).any(axis=1)
        launched = np.zeros(len(self.codes), bool) if self.starts is None else np.isfinite(self.starts)
        return np.flatnonzero(never & (launched | np.isnan(self.units[:, -1])))

    def after(self, origin: int, horizon: int) -> Floats:
        """Units of the products launched by `origin` in the `horizon` weeks after it: (n launched, horizon).

        They are NaN in masked weeks. Raises IndexError where those weeks are not all observed yet.
        """
        start = self._position(origin)
        if origin + horizon > self.last_week:
            raise IndexError(f"weeks {origin + 1}..{origin + horizon} are not all observed by {self.last_week}")
        launched, ahead = ~np.isnan(self.units[:, start]), slice(start + 1, start + 1 + horizon)
        units = self.units[launched, ahead]
        return units if self.masked is None else np.where(self.masked[launched, ahead], np.nan, units)

    def _position(self, week: int) -> int:
        if week not in self.weeks:
            raise IndexError(f"week {week} is outside of weeks {self.first_week}..{self.last_week}")
        return week - self.first_week

    @classmethod
    def from_table(cls, table: pa.Table, first_start: date | None = None) -> Panel:
        """Read the wide sales table (`product_code`, then one column a week, consecutive)."""
        weeks = [name for name in sales_columns(table.column_names) if name != PRODUCT_CODE]
        units = np.empty((table.num_rows, len(weeks)))
        for number, name in enumerate(weeks):
            units[:, number] = table[name].to_numpy()
        codes, first, masked = table[PRODUCT_CODE].to_pandas().to_numpy(object), week_of(weeks[0]), None
        inputs = read_inputs(table, first)
        inputs.pop(f"{SINCE}{OUT_OF_STOCK}", None)
        if (out := inputs.pop(OUT_OF_STOCK, None)) is not None:
            out = np.pad(out, ((0, 0), (0, max(len(weeks) - out.shape[1], 0))))[:, : len(weeks)]
            units, masked = fill_out_of_stock(codes, units, out > 0)
        ends, starts = (_first_told(inputs.pop(name, None), first) for name in (DISCONTINUED, LAUNCHED))
        return cls(codes, units, first, first_start, masked, Known(inputs) if inputs else None, ends, starts)


def _first_told(told: Floats | None, first: int) -> Floats | None:
    """The first week in which an input is true, (n,), infinite where it never is."""
    if told is None:
        return None
    true = np.nan_to_num(told)
    return np.where(true.any(axis=1), first + true.argmax(axis=1), np.inf)
