"""Forecasts of past weeks, as `schemas.scores.PAST_FORECASTS`: which products, and whether they may be used again."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from schemas.config import Config
from schemas.forecasts import AS_OF_WEEK, FORECAST_FORMAT, HORIZON, PRODUCT_CODE
from schemas.scores import FORECASTER, SALES_HASH
from tasks.models.arrays import Floats
from tasks.models.assortment import Assortment
from tasks.models.panel import Panel
from tasks.models.sample import draw_sample, hash_codes

JUDGED_PRODUCTS = 4_000  # that the gate judges by, at most
FITTED_PRODUCTS = 1_000  # that a past week is fitted on, at most: four fits on more take longer than all other steps
_MIX = np.uint64(0x9E3779B97F4A7C15)


def name_settings(config: Config) -> str:
    """What a fit depends on beside the sales, in a few characters."""
    return f"{FORECAST_FORMAT}-{config.fit_fingerprint()[:16]}"


def draw_fitted(sales: Assortment, origin: int, seed: int) -> Panel:
    """The products that a past week is fitted on, with all their weeks, drawn by what was known at the origin."""
    return draw_some(sales.sample(origin, seed), origin, seed, FITTED_PRODUCTS)


def draw_some(sales: Panel, origin: int, seed: int, most: int) -> Panel:
    """Some products that are sold by an origin, at most so many, with all their weeks, drawn by what was known then."""
    launched = sales.select(sales.launched_by(origin))
    past = launched.until(origin)
    volume = np.nansum(past.units, axis=1) / past.observed
    return launched.select(draw_sample(hash_codes(past.codes, seed), volume, most))


def hash_products(history: Panel, horizon: int) -> npt.NDArray[np.uint64]:
    """A number for what is known of each product, (n,): its units since launch, and inputs up to the horizon."""
    digest = np.zeros(len(history.codes), np.uint64)
    for values in _list_known(history, horizon):
        hashed = pd.util.hash_array(np.ascontiguousarray(values) + 0.0, categorize=False)  # -0.0 is 0.0
        digest = np.where(np.isnan(values), digest, (digest * _MIX) ^ hashed)
    return digest


def _list_known(history: Panel, horizon: int) -> Iterator[Floats]:
    """Yield the units of each week, (n,), and then the inputs of each, (n,) or (1,)."""
    yield from history.units.T
    if history.masked is not None:
        yield from np.where(history.masked, 1.0, np.nan).T
    for name, values in sorted(history.known.values.items()) if history.known else ():
        yield np.array([float(zlib.crc32(name.encode()))])
        yield from values[:, : history.units.shape[1] + horizon].T


def still_true(table: pa.Table, sales: Panel) -> pa.Table | None:
    """Past forecasts of one origin without the products that are gone; None where one was made from other units.

    sales: as they are known now, with weeks after the origin.
    """
    origin = table[AS_OF_WEEK][0].as_py()
    past = sales.until(origin)
    kept = table.filter(pc.is_in(table[PRODUCT_CODE], pa.array(past.codes, pa.string())))
    place = pc.index_in(kept[PRODUCT_CODE], value_set=pa.array(past.codes, pa.string())).to_numpy()
    horizon = pc.max(table[HORIZON]).as_py()
    same = np.array_equal(hash_products(past, horizon)[place], kept[SALES_HASH].to_numpy())
    return kept if same and kept.num_rows else None


def codes_of(tables: Sequence[pa.Table]) -> pa.Array:
    """The products of some tables, in order and each once."""
    codes = pa.chunked_array([chunk for table in tables for chunk in table[PRODUCT_CODE].chunks], pa.string())
    return codes.unique().sort()


def answered_by(table: pa.Table, forecaster: str) -> pa.Table:
    """The rows of one forecaster: PUBLISHED, LEVELS or the network."""
    return table.filter(pc.field(FORECASTER) == forecaster)
