"""All products, however many: their sales are read in batches, as often as needed, and a sample stands for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import PRODUCT_CODE
from schemas.inputs.panel import sales_columns
from schemas.sales import week_of
from tasks.models.panel import Panel
from tasks.models.sample import SAMPLE, draw_sample, hash_codes


@dataclass(frozen=True)
class Assortment:
    """The sales of all products.

    read: gives their wide tables, ascending by code, anew at each call
    products: their number
    weeks: indices, oldest first
    first_start: date of the first week, None without a calendar
    """

    read: Callable[[], Iterable[pa.Table]]
    products: int
    weeks: range
    first_start: date | None = None

    @classmethod
    def of(cls, table: pa.Table, first_start: date | None = None) -> Self:
        """The products of one table."""
        weeks = [week_of(name) for name in sales_columns(table.column_names) if name != PRODUCT_CODE]
        return cls(lambda: [table], table.num_rows, range(weeks[0], weeks[-1] + 1), first_start)

    @property
    def sampled(self) -> bool:
        """Whether a sample stands for the products, which are too many to be looked at together."""
        return self.products > SAMPLE

    def batches(self) -> Iterator[Panel]:
        """Yield the sales of all products, batch after batch."""
        for table in self.read():
            yield Panel.from_table(table, self.first_start)

    def together(self) -> Panel:
        """The sales of all products at once."""
        return Panel.from_table(pa.concat_tables(self.read()), self.first_start)

    def select(self, codes: pa.Array) -> Panel:
        """The sales, in all weeks, of those of some products that are here."""
        chosen = [table.filter(pc.is_in(table[PRODUCT_CODE], codes)) for table in self.read()]
        return Panel.from_table(pa.concat_tables(chosen), self.first_start)

    def sample(self, origin: int, seed: int) -> Panel:
        """The sales, in all weeks, of the products that are drawn by what was known at an origin."""
        return Panel.from_table(self.sample_table(origin, seed), self.first_start)

    def sample_table(self, origin: int, seed: int) -> pa.Table:
        """The same as a wide table; all products where they are not too many."""
        if not self.sampled:
            return pa.concat_tables(self.read())
        positions, keys, volumes, start = [], [], [], 0
        for batch in self.batches():
            positions.append(start + batch.launched_by(origin))
            past = batch.until(origin)
            keys.append(hash_codes(past.codes, seed))
            volumes.append(np.nansum(past.units, axis=1) / past.observed)
            start += len(batch.codes)
        drawn = np.concatenate(positions)[draw_sample(np.concatenate(keys), np.concatenate(volumes))]
        parts, start = [], 0
        for table in self.read():
            parts.append(table.take(drawn[(drawn >= start) & (drawn < start + table.num_rows)] - start))
            start += table.num_rows
        return pa.concat_tables(parts)
