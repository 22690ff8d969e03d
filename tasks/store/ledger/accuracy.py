"""The accuracy of each product, from the vintages of the last year, which are read together, product by product."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import PRODUCT_CODE
from tasks.evaluation.by_product import SCORED, score_products
from tasks.store.store import Store

JUDGED = 52  # vintages, the newest: what a run reads does not grow from year to year
_MOST_ROWS = 12_000_000  # of these vintages: four of a million products, which take ten seconds
_ROWS = 8_192  # of each vintage at once


def read_accuracy(store: Store, vintages: Sequence[str]) -> Iterator[pa.Table]:
    """Yield the rows of `schemas.ledger.ACCURACY_BY_PRODUCT`.

    vintages: files of the ledger, oldest first; those of an earlier release, without simple methods, are left out.
    """
    files = [file for file in _list_judged(store, vintages) if has_simple_methods(store, file)]
    for rows in merge_products(store.read_batches(file, _ROWS, SCORED) for file in files):
        yield score_products(rows)


def _list_judged(store: Store, vintages: Sequence[str]) -> list[str]:
    """The newest of these files, oldest first: so many as are read in a short time."""
    if not vintages:
        return []
    number = max(_MOST_ROWS // max(store.count_rows(vintages[-1]), 1), 1)
    return list(vintages[-min(number, JUDGED) :])


def has_simple_methods(store: Store, vintage: str) -> bool:
    """Whether a file of the ledger says what simple methods would have forecast."""
    return set(SCORED) <= set(store.read_columns(vintage))


def merge_products(sources: Iterable[Iterable[pa.Table]]) -> Iterator[pa.Table]:
    """Yield tables that have all rows of their products, source after source.

    sources: batches of rows that ascend by product code.
    """
    readers = [_Reader(tables) for tables in sources]
    while any(reader.rows.num_rows for reader in readers):
        # A product that a batch ends with may go on in the next one.
        ends = [reader.last for reader in readers if not reader.done]
        parts = [reader.take_below(min(ends, default=None)) for reader in readers]
        if any(part.num_rows for part in parts):
            yield pa.concat_tables(parts)
        for reader in readers:
            if not reader.done and reader.last == min(ends):
                reader.read()


class _Reader:
    """The next rows of one source; done: whether none are behind them."""

    def __init__(self, tables: Iterable[pa.Table]) -> None:
        self._tables = iter(tables)
        self.rows, self.done = pa.table({PRODUCT_CODE: pa.array([], pa.string())}), False
        self.read()

    @property
    def last(self) -> str:
        """The code of the last of these rows."""
        return str(self.rows[PRODUCT_CODE][-1].as_py())

    def read(self) -> None:
        """Add the next batch."""
        table = next(self._tables, None)
        if table is None:
            self.done = True
        else:
            self.rows = pa.concat_tables([self.rows, table]) if self.rows.num_rows else table

    def take_below(self, code: str | None) -> pa.Table:
        """Take the rows of products before that one away; all where None."""
        if code is None:
            taken, self.rows = self.rows, self.rows.slice(0, 0)
            return taken
        number = pc.sum(pc.less(self.rows[PRODUCT_CODE], code)).as_py() or 0
        taken, self.rows = self.rows.slice(0, number), self.rows.slice(number)
        return taken
