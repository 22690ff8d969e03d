"""What the simple methods would have forecast of the products of a vintage, as of its week and from what is known now.

A vintage is read batch by batch, and beside it the sales of its products: those of a run, and of products that the run
does not have what the store knows. So simple methods forecast all that was published.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import HORIZON, PRODUCT_CODE
from schemas.scores import SIMPLE_METHODS
from tasks.baselines.simple import SimpleFit
from tasks.models.arrays import Floats
from tasks.models.panel import Panel
from tasks.sales.history.actuals import Actual
from tasks.store.publishing.sales_weeks import known_sales, pick_week, read_week
from tasks.store.store import Store

Values = tuple[Floats, Floats, Floats, Floats]  # of each row: units, their mean, p10 and p90


class SimpleForecasts:
    """Simple forecasts of a vintage's rows, asked for in their order.

    fits: of each method, from what was known in the vintage's week
    sales: the wide tables of a run, ascending by code, with weeks up to that one and later ones
    known: gives the known sales of a week, for products that the run does not have
    """

    def __init__(
        self, fits: Mapping[str, SimpleFit], sales: Iterable[pa.Table], known: Mapping[int, Actual], week: int
    ) -> None:
        self._fits, self._sales, self._known, self._week = fits, _InOrder(sales), known, week

    @classmethod
    def of(cls, store: Store, sales: str, known: Sequence[str], sample: Panel, week: int, horizon: int) -> Self:
        """Those of a vintage of that week.

        sales: a run's table of all products
        known: files of the sales history
        sample: of the products that stand for all
        """
        past = sample.until(week)
        fits = {method: SimpleFit.on(method, past, horizon) for method in SIMPLE_METHODS}
        weeks = {each: Actual(_read_known(store, known, each)) for each in past.weeks}
        return cls(fits, store.read_batches(sales), weeks, week)

    def forecast(self, rows: pa.Table) -> dict[str, Values]:
        """What each method says of the next rows."""
        codes = rows[PRODUCT_CODE].combine_chunks()
        products = codes.unique()
        place, ahead = pc.index_in(codes, value_set=products).to_numpy(), rows[HORIZON].to_numpy() - 1
        panel, found = self._read(products), dict[str, Values]()
        for method, fit in self._fits.items():
            told = fit.predict(panel)
            units, mean, p10, p90 = (values[place, ahead] for values in (told.units, told.mean, told.p10, told.p90))
            found[method] = units, mean, p10, p90
        return found

    def _read(self, products: pa.Array) -> Panel:
        """The sales up to the week; of a product of which none are known any more, nothing was sold."""
        units = np.full((len(products), len(self._known)), np.nan)
        rows = self._sales.take(products)
        if rows.num_rows:
            past = Panel.from_table(rows).until(self._week)
            there = pc.index_in(pa.array(past.codes, pa.string()), value_set=products).to_numpy()
            units[there] = past.units
        missing = np.flatnonzero(np.isnan(units[:, -1]))
        if len(missing):
            units[missing] = self._read_missing(products.take(pa.array(missing)))
        return Panel(products.to_numpy(zero_copy_only=False), units)

    def _read_missing(self, products: pa.Array) -> Floats:
        units = np.column_stack([week.take(products) for week in self._known.values()])
        launched = np.logical_or.accumulate(~np.isnan(units), axis=1)
        launched |= ~launched.any(axis=1, keepdims=True)
        return np.where(launched, np.nan_to_num(units), np.nan)


def _read_known(store: Store, files: Sequence[str], week: int) -> list[Iterable[pa.RecordBatch]]:
    known = known_sales(store, pick_week(files, week))
    return [read_week(known, week)] if known else []


class _InOrder:
    """Rows of tables that ascend by code, asked for in that order, so that little of them is in memory."""

    def __init__(self, tables: Iterable[pa.Table]) -> None:
        self._tables, self._rest = iter(tables), list[pa.Table]()

    def take(self, codes: pa.Array) -> pa.Table:
        """The rows of those of these products that are there; codes: ascending, and not below those before."""
        last, parts = codes[-1].as_py(), self._rest
        while not parts or parts[-1][PRODUCT_CODE][-1].as_py() < last:
            if (table := next(self._tables, None)) is None:
                break
            parts.append(table)
        self._rest = parts[-1:]
        together = pa.concat_tables(parts) if parts else pa.table({PRODUCT_CODE: pa.array([], pa.string())})
        place = pc.index_in(codes, value_set=together[PRODUCT_CODE].combine_chunks())
        return together.take(place.drop_null())
