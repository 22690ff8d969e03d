"""The errors that the gate compares: one for each product and origin, of every method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from schemas.forecasts import AS_OF_WEEK, PRODUCT_CODE
from schemas.scores import SCALE
from tasks.models.arrays import Floats
from tasks.models.filter.shares import weigh_foreign
from tasks.models.panel import Panel

_KEYS = pa.schema([(PRODUCT_CODE, pa.string()), (AS_OF_WEEK, pa.int32()), (SCALE, pa.float64())])


@dataclass(frozen=True)
class Errors:
    """Mean absolute errors over the horizons, by method: (products, origins), NaN where it did not forecast."""

    origins: tuple[int, ...]
    of: Mapping[str, Floats]

    def by_origin(self, method: str) -> Floats:
        """Mean over the products at each origin: (origins,), NaN where it did not forecast."""
        known = np.count_nonzero(~np.isnan(self.of[method]), axis=0)
        return np.where(known > 0, np.nansum(self.of[method], axis=0) / np.maximum(known, 1), np.nan)

    def mean(self, method: str) -> float:
        """Mean over all that was judged, infinite where nothing was."""
        known = np.count_nonzero(~np.isnan(self.of[method]))
        return float(np.nansum(self.of[method]) / known) if known else np.inf

    def common(self, methods: Sequence[str]) -> Errors:
        """Those of some methods, where all of them forecast; of no origin where one never did."""
        if not all(method in self.of for method in methods):
            return Errors((), {})
        known = np.all([~np.isnan(self.of[method]) for method in methods], axis=0)
        judged = known.any(axis=0)
        return Errors(
            tuple(origin for origin, has in zip(self.origins, judged, strict=True) if has),
            {method: np.where(known, self.of[method], np.nan)[:, judged] for method in methods},
        )


def tabulate_errors(past: Panel, truth: Floats, forecasts: Mapping[str, Floats], whole: bool) -> pa.Table:
    """The errors of forecasts made at the history's last week: one row a product.

    truth: (n, horizon) units sold afterwards
    forecasts: (n, horizon) units by method, of as many weeks as there are, NaN where there is none
    whole: whether the panel is sold in whole units

    Errors are to be divided by the scale: 1 for nearly all products of such a panel, more for those in other units,
    which would outweigh the others. In other panels it is the mean absolute weekly change of the product before the
    origin, NaN where it never changed.
    """
    with np.errstate(invalid="ignore"):
        change = np.nan_to_num(np.abs(np.diff(past.units, axis=1))).sum(axis=1) / np.maximum(past.observed - 1, 1)
        usual = np.nan_to_num(past.units).sum(axis=1) / np.maximum(past.observed, 1)
    scale = 1 / weigh_foreign(usual) if whole else np.where(change > 0, change, np.nan)
    origin = np.full(len(truth), past.last_week, np.int32)
    table = pa.table([pa.array(past.codes, pa.string()), pa.array(origin), pa.array(scale)], schema=_KEYS)
    for name, units in forecasts.items():
        common = min(units.shape[1], truth.shape[1])
        missed, known = np.abs(units[:, :common] - truth[:, :common]), ~np.isnan(truth[:, :common])
        total = np.where(known, missed, 0.0).sum(axis=1)
        error = np.where(known.any(axis=1), total / np.maximum(known.sum(axis=1), 1), np.nan)
        table = table.append_column(name, pa.array(error))
    return table


def join_errors(tables: Sequence[pa.Table]) -> pa.Table:
    """What `tabulate_errors` made of several origins, below one another; null where a method was not judged."""
    return pa.concat_tables([_KEYS.empty_table(), *tables], promote_options="default")


def read_errors(table: pa.Table) -> Errors:
    """Read what `join_errors` made; errors are divided by the scales."""
    codes, origins = (table[name].combine_chunks().dictionary_encode() for name in (PRODUCT_CODE, AS_OF_WEEK))
    place = codes.indices.to_numpy(), origins.indices.to_numpy()
    scale, of = table[SCALE].to_numpy(), dict[str, Floats]()
    for name in table.column_names[len(_KEYS) :]:
        of[name] = np.full((len(codes.dictionary), len(origins.dictionary)), np.nan)
        of[name][place] = table[name].to_numpy() / scale
    return Errors(tuple(origins.dictionary.to_pylist()), of)
