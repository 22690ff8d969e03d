"""Copies: rows that share product and week, or day, with another row. Exact copies count once, others are faults."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from schemas.errors import BadInput
from schemas.forecasts import PRODUCT_CODE, UNITS
from schemas.sales import LINE
from tasks.sales.layout.columns import Long
from tasks.sales.layout.keys import clean, split_codes
from tasks.sales.layout.numbers import Bools
from tasks.sales.messages import enumerate_some, quote, refuse, remedy
from tasks.sales.panel.faults import DUPLICATE, FAULTS, list_faults, name_weeks
from tasks.sales.panel.long_cells import LongCells
from tasks.sales.panel.long_rows import Chunk
from tasks.sales.reading.names import describes_week, is_order
from tasks.sales.reading.table import TableRows
from tasks.sales.wide_sales import UnitRows

CARRIED, REST, ROW, LAUNCHED = "carried", "rest", "row", "launched"  # columns of the checked rows of a wide file
_CELL = "cell"
_FEW = 5  # rows, more than, that each value of a part of a key has


def _compare(copies: pd.DataFrame, key: str) -> tuple[Bools, Bools]:
    """Which rows differ from another row with the same key, and which repeat an earlier row exactly: both (rows,).

    copies: rows that share their key with another row; their lines in the file, LINE, are not compared.
    """
    distinct = copies.drop_duplicates(copies.columns.drop(LINE))[key]
    differ = copies[key].isin(distinct[distinct.duplicated()]).to_numpy()
    return differ, copies[key].duplicated().to_numpy() & ~differ


def _find_keys(copies: pd.DataFrame, key: str, columns: list[str]) -> list[str]:
    """Those of the columns each of which tells all copies of a key apart, as a store does, and not every row."""
    return [
        name
        for name in columns
        # The number of an invoice tells rows apart too, but no products.
        if copies[name].nunique() * _FEW < len(copies) and not copies.duplicated([key, name]).any()
    ]


def _warn(codes: list[str], lines: list[int]) -> list[str]:
    """The warning about rows, of these products on these lines, that repeat another one exactly; empty without rows."""
    listed = [f"{quote(code)} on line {line}" for line, code in sorted(zip(lines, codes, strict=True))]
    return [f"rows that repeat another one exactly are left out: {enumerate_some(listed)}"] if listed else []


def set_copies_aside(table: pa.Table, units: UnitRows, faults: pa.Table) -> tuple[pa.Table, pa.Table, list[str]]:
    """Keep identical rows of a code once, with a warning; set all rows of a code aside where two of them differ.

    table: sorted by code; units: those of its rows, at the places ROW.
    """
    faulty = faults[PRODUCT_CODE].combine_chunks()
    codes = table[PRODUCT_CODE].combine_chunks()
    several = np.array(pc.is_in(codes, faulty))
    again = np.flatnonzero(np.array(pc.equal(codes[1:], codes[:-1])))
    several[again] = several[again + 1] = True
    if not several.any():
        return table, FAULTS.empty_table(), []
    copies = table.filter(pa.array(several)).to_pandas()
    copies = pd.concat([copies, pd.DataFrame(units.take(copies.pop(ROW).to_numpy()))], axis=1)
    differ, repeated = _compare(copies, PRODUCT_CODE)
    differ = differ | copies[PRODUCT_CODE].isin(faulty.to_pylist()).to_numpy()
    repeated = repeated & ~differ
    kept = ~several
    kept[several] = ~differ & ~repeated
    aside = copies.loc[differ]
    found = list_faults(aside[PRODUCT_CODE], DUPLICATE, aside[PRODUCT_CODE], aside[LINE].to_numpy())
    warnings = _warn(copies.loc[repeated, PRODUCT_CODE].tolist(), copies.loc[repeated, LINE].tolist())
    return table.filter(pa.array(kept)), found, warnings


def find_wide_keys(table: pa.Table, copies: pa.Table, names: list[str]) -> list[str]:
    """Names of the ignored columns that tell copies of a code apart."""
    if not copies.num_rows or not names:
        return []
    rows = table.filter(pc.is_in(table[PRODUCT_CODE], copies[PRODUCT_CODE].combine_chunks()))
    places = {f"{place}": name for place, name in enumerate(names)}  # two columns may have the same name
    parts = split_codes(rows[REST].combine_chunks(), len(names))
    texts = pd.DataFrame(dict(zip(places, (part.to_pylist() for part in parts), strict=True)))
    found = _find_keys(texts.assign(code=rows[PRODUCT_CODE].to_pylist()), "code", list(places))
    return [places[place] for place in found]


class LongCopies:
    """The columns of a long file that mean nothing there, read once more to tell copies from rows of another kind.

    keys: names of the columns each of which tells all copies apart, such as a store's; most: number of rows that may
    have other units than another row of their product and week, above which rows are lines of orders; None where no
    column tells orders apart.
    """

    def __init__(self, rows: TableRows, reread: Callable[[], TableRows], layout: Long, most: float | None) -> None:
        self.keys: list[str] = []
        self._name, self._reread, self._most = rows.name, reread, most
        self._names = {f"{place}": rows.header.fields[place] for place in layout.ignored}  # two may have the same name

    def _add_rest(self, copies: pd.DataFrame) -> pd.DataFrame:
        """The same rows, which have lines, with those columns: the same number for the same text."""
        if not self._names or copies.empty:
            return copies
        wanted = np.zeros(copies[LINE].max() + 1, bool)
        wanted[copies[LINE].to_numpy()] = True
        lines, parts = [], []
        for batch, lines_of_batch in self._reread().batches():
            chosen = wanted[np.minimum(lines_of_batch, len(wanted) - 1)] & (lines_of_batch < len(wanted))
            lines.append(lines_of_batch[chosen])
            parts.append(batch.select([int(place) for place in self._names]).filter(pa.array(chosen)))
        found = pa.Table.from_batches(parts)
        places = np.searchsorted(np.concatenate(lines), copies[LINE].to_numpy())
        numbers = [clean(column.combine_chunks()).dictionary_encode().indices.to_numpy() for column in found.columns]
        return copies.assign(**{name: texts[places] for name, texts in zip(self._names, numbers, strict=True)})

    def _tell_apart(self, copies: pd.DataFrame, differ: Bools) -> tuple[Bools, Bools]:
        """Which rows differ from another row of their cell, and which repeat an earlier row exactly: both (rows,).

        differ: the rows of cells with different units; of the others the columns are read, and of all rows where a
        column may be a key.
        """
        # A year tells weeks apart, and the number of an order tells rows apart.
        keys = [place for place, name in self._names.items() if not describes_week(name) and not is_order(name)]
        together = self._add_rest(copies if keys else copies[~differ])
        self.keys = [self._names[place] for place in _find_keys(together, _CELL, keys)]
        repeated, alike = np.zeros(len(copies), bool), ~differ
        differ[alike], repeated[alike] = _compare(together[alike] if keys else together, _CELL)
        return differ, repeated

    def list(self, cells: LongCells, aside: Bools) -> tuple[pa.Table, list[str]]:
        """Faults of rows that share a cell but differ, and warnings about rows that repeat another exactly.

        aside: which products are set aside already. Raises BadInput where the rows are lines of orders.
        """
        twice = _find_twice(cells, aside)
        if not twice.any():
            return FAULTS.empty_table(), []
        differing = _find_differing(cells, aside, twice)
        if self._most is not None:
            number = sum(int(np.count_nonzero(differing[found])) for _, found in cells.find_all(aside))
            if number > self._most:
                raise _refuse_orders(self._name, number)
        copies = pd.concat([_gather(cells, chunk, aside, twice) for chunk in cells.rows.chunks], ignore_index=True)
        differ, repeated = self._tell_apart(copies, differing[copies[_CELL].to_numpy()])
        codes = cells.rows.codes.take(pa.array(copies["product"]))
        lines, weeks = copies[LINE].to_numpy(), np.array(cells.weeks)[copies["place"].to_numpy()]
        faults = list_faults(
            codes.filter(pa.array(differ)),
            DUPLICATE,
            name_weeks(weeks[differ]),
            lines[differ],
            week=weeks[differ],
            rows=0,
        )
        return faults, _warn(codes.filter(pa.array(repeated)).to_pylist(), lines[repeated].tolist())


def _refuse_orders(name: str, number: int) -> BadInput:
    """The refusal of the file `name`, of which so many rows are lines of orders."""
    return refuse(
        name,
        f"expected one row a product and week, found {number:,} rows that share both with others",
        remedies=[remedy("rows=transactions", words="lines of orders are added up with {}")],
    )


def _find_twice(cells: LongCells, aside: Bools) -> Bools:
    """Which cells have several rows."""
    filled, rows = np.zeros(cells.number, bool), 0
    for _, found in cells.find_all(aside):
        filled[found] = True
        rows += len(found)
    twice = np.zeros(cells.number, bool)
    if np.count_nonzero(filled) == rows:
        return twice
    filled[:] = False
    for _, found in cells.find_all(aside):
        twice[found[filled[found] | pd.Index(found).duplicated()]] = True
        filled[found] = True
    return twice


def _find_differing(cells: LongCells, aside: Bools, twice: Bools) -> Bools:
    """Which cells have rows with other units than another of their rows; twice: those with several rows."""
    place = np.cumsum(twice) - 1
    one = np.empty(place[-1] + 1)  # the units of one row of each
    for units, found in cells.find_all(aside):
        shared = twice[found]
        one[place[found[shared]]] = units[shared]
    differing = np.zeros(cells.number, bool)
    for units, found in cells.find_all(aside):
        units, found = units[twice[found]], found[twice[found]]
        other = one[place[found]]
        differing[found[(units != other) & ~(np.isnan(units) & np.isnan(other))]] = True
    return differing


def _gather(cells: LongCells, chunk: Chunk, aside: Bools, twice: Bools) -> pd.DataFrame:
    usable, found = cells.find(chunk, aside)
    rows = np.flatnonzero(usable)[twice[found]]
    columns = {_CELL: found[twice[found]], UNITS: chunk.units[rows], LINE: chunk.lines[rows].astype(np.int64)}
    return pd.DataFrame(columns | {"product": chunk.product[rows], "place": cells.place(chunk)[1][rows]})
