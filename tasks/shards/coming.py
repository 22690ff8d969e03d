"""Products that have no sales yet, put among those that a process forecasts, in the order of their codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import PRODUCT_CODE
from schemas.records import Sales
from tasks.models.arrays import Integers
from tasks.shards.bundle import Bundle, Coming
from tasks.store.store import Store


def place_coming(store: Store, sales: Sales) -> Coming | None:
    """Where the products without sales stand among those with sales; None where there are none."""
    if sales.coming_panel is None:
        return None
    before, own = np.zeros(len(sales.coming), np.int64), pa.array(sales.coming, pa.string())
    for table in store.read_batches(sales.path, columns=[PRODUCT_CODE]):
        rank = pc.rank(pa.chunked_array([*table[PRODUCT_CODE].chunks, own]), tiebreaker="first").to_numpy()
        before += rank[table.num_rows :].astype(np.int64) - 1 - np.arange(len(before))
    return Coming(panel=sales.coming_panel, places=tuple(before.tolist()), attributes=sales.attributes)


@dataclass(frozen=True)
class ComingRows:
    """The rows of a run's products without sales.

    panel: what is known of them
    places: (n,) how many products with sales stand before each
    products: number of these
    attributes: of all products, None where they have none
    """

    panel: pa.Table
    places: Integers
    products: int
    attributes: pa.Table | None

    @classmethod
    def load(cls, store: Store, bundle: Bundle) -> Self | None:
        """Those of a bundle, None where it has none."""
        if bundle.coming is None:
            return None
        attributes = store.read_table(bundle.coming.attributes) if bundle.coming.attributes else None
        places = np.array(bundle.coming.places, np.int64)
        return cls(store.read_table(bundle.coming.panel), places, bundle.products, attributes)

    def insert(self, sales: pa.Table, rows: range) -> pa.Table:
        """These rows of the products with sales, and those of the products that stand among them."""
        last = np.inf if rows.stop == self.products else rows.stop
        here = self.panel.filter(pa.array((self.places >= rows.start) & (self.places < last)))
        if not here.num_rows:
            return sales
        together = pa.concat_tables([sales, here], promote_options="permissive")
        return together.take(pc.sort_indices(together[PRODUCT_CODE]))
