"""What groups of products may sell: sample paths of each batch are drawn, added up by group, and forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import PRODUCT_CODE
from schemas.paths.groups import BY_PRODUCT, GROUPS, TOTAL
from tasks.models.arrays import Codes
from tasks.models.distribution import Distribution
from tasks.models.panel import Panel
from tasks.models.paths.paths import Paths
from tasks.models.paths.pits import Pits
from tasks.models.paths.sums import Sums, spans_of_products
from tasks.models.paths.table import Ahead, to_group_table

_MOST_SUMS = 30_000  # groups of a column times weeks ahead, above which the column is left out
_PATHS = 100  # at least
_AT_ONCE = 6_144  # products times weeks ahead whose paths are held at once
_FEWEST_ALIKE = 10  # products with PITs in a group, on average, for which a column tells peers
# Of the median volume: sums of such steps are exact, so that batches of any size give the same bytes.
_STEP, _FINER = 2.0**-16, 2.0**-10


class Grouped(NamedTuple):
    """What a batch adds to the table of groups.

    rows: of its products, each alone
    sums: of all together and by each column
    origins: past ones that the sample paths come from
    """

    rows: pa.Table
    sums: dict[str, Sums]
    origins: int


@dataclass(frozen=True)
class Grouping:
    """How products are grouped.

    paths: draws their sample paths
    columns: by which they are grouped, beside all together and each alone
    peers: the column that tells which products are alike, empty where none does
    step: amounts are rounded to multiples of it
    """

    paths: Paths
    columns: tuple[str, ...]
    peers: str
    step: float

    @classmethod
    def by(
        cls,
        pits: Pits,
        horizon: int,
        seed: int,
        columns: Sequence[str],
        attributes: pa.Table | None,
    ) -> Grouping:
        """Group by some columns of the attributes, which have a row for each product of the PITs at least.

        pits: of past weeks
        horizon: weeks ahead
        seed: of the sample paths
        columns: by which products are grouped, and of which one may tell who is alike
        attributes: one row a product, None where there are no columns
        """
        known = pick_attributes(attributes, pits.codes) if attributes and columns else pa.table({})
        distinct = {name: len(known[name].unique()) for name in columns}
        alike = [name for name in columns if 1 < distinct[name] <= len(pits.codes) / _FEWEST_ALIKE]
        peers = max(alike, key=distinct.__getitem__, default="")
        volume = float(np.median(pits.volume)) if len(pits.volume) else 1.0
        step = 2.0 ** np.floor(np.log2(max(volume, 1e-9))) * _STEP
        drawn = Paths(pits, horizon, _groups(known, peers, len(pits.codes)), seed, _PATHS)
        return cls(drawn, tuple(columns), peers, step)

    def group(self, panel: Panel, forecast: Distribution, attributes: pa.Table | None) -> Grouped:
        """Sample a batch of products and add them up; attributes: one row each, in their order."""
        rows, parts = list[pa.Table](), list[dict[str, Sums]]()
        products, horizon = forecast.mean.shape
        size, table, ahead = max(_AT_ONCE // horizon, 1), attributes or pa.table({}), Ahead.of(panel, horizon)
        for start in range(0, products, size):
            at = np.arange(start, min(start + size, products))
            some, codes, known = forecast.select(at), panel.codes[at], table.slice(start, len(at))
            paths = self.paths.draw(some, codes, _groups(known, self.peers, len(at)))
            amounts = ~(some.grain > 0)
            paths[:, amounts] = np.round(paths[:, amounts] / self.step) * self.step
            finer = self.step * _FINER
            mean, whole = np.round(some.mean / finer) * finer, some.grain > 0
            columns = {_name(name): _texts(known[name]) for name in self.columns}
            columns = {TOTAL: np.full(len(at), "", object)} | columns
            parts.append({name: Sums.by(groups, paths, mean, whole) for name, groups in columns.items()})
            spans, one = spans_of_products(some, paths), np.ones(len(at), np.int64)
            rows.append(to_group_table(BY_PRODUCT, codes, spans, one, self.paths.origins, ahead))
        return Grouped(pa.concat_tables(rows), _join(parts), self.paths.origins)


def groupable(attributes: pa.Table | None, horizon: int) -> list[str]:
    """The columns of the attributes by which products are grouped: those of not too many values, none without any."""
    if attributes is None:
        return []
    names = [name for name in attributes.column_names if name != PRODUCT_CODE]
    return [name for name in names if pc.count_distinct(attributes[name]).as_py() * horizon <= _MOST_SUMS]


def tabulate_sums(grouped: Sequence[Grouped], ahead: Ahead) -> pa.Table:
    """The rows of all products together and of the groups of each column, from all batches, of which there is one."""
    sums, tables = _join([batch.sums for batch in grouped]), []
    for name, added in sums.items():
        tables.append(to_group_table(name, added.names, added.spans(), added.products, grouped[0].origins, ahead))
    return GROUPS.enforce(pa.concat_tables(tables))


def _join(parts: Sequence[dict[str, Sums]]) -> dict[str, Sums]:
    return {name: Sums.join([part[name] for part in parts]) for name in parts[0]}


def _name(column: str) -> str:
    """What a column of the file is called as a way to group: none has the name of all together, or of each alone."""
    return f"{column}_in_file" if column in (TOTAL, BY_PRODUCT) else column


def pick_attributes(attributes: pa.Table, codes: Codes) -> pa.Table:
    """The rows of some products, in their order; attributes: one row a product."""
    place = pc.index_in(pa.array(codes, pa.string()), value_set=attributes[PRODUCT_CODE].combine_chunks())
    return attributes.take(place)


def _groups(attributes: pa.Table, column: str, products: int) -> Codes:
    return _texts(attributes[column]) if column else np.full(products, "", object)


def _texts(column: pa.ChunkedArray) -> Codes:
    return np.asarray(column.fill_null("").to_numpy(zero_copy_only=False), object)
