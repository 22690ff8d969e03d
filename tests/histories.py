"""Histories that the tests forecast from."""

from __future__ import annotations

from functools import partial

import numpy as np
import pyarrow as pa

from schemas.config import Config
from schemas.forecasts import GRID
from tasks.models.arrays import Floats
from tasks.models.assortment import Assortment
from tasks.models.choosing import Answer, choose
from tasks.models.distribution import Distribution
from tasks.models.fitting import FittedModel, fit
from tasks.models.panel import Panel
from tasks.models.recipes.registry import prepare
from tasks.sales.wide_sales import WideSales


def draw_history(
    products: int = 40, weeks: int = 24, *, launches: bool = False, swing: float = 0.2, seed: int = 0
) -> Panel:
    """Counts of products in one market that moves up and down; with `launches` half start after the first week."""
    generator = np.random.default_rng(seed)
    market = 1 + swing * np.sin(np.arange(weeks) / 3)
    units = generator.poisson(generator.gamma(1.0, 8.0, (products, 1)) * market).astype(float)
    if launches:
        launch = generator.integers(0, weeks, products) * generator.integers(0, 2, products)
        units[np.arange(weeks) < launch[:, np.newaxis]] = np.nan
    return Panel(np.array([f"P{number:03d}" for number in range(products)], object), units)


def read_in_batches(history: Panel, products: int | None = None) -> Assortment:
    """All products of a history, read so many at once, or together."""
    codes, weeks = pa.array(history.codes, pa.string()), history.weeks
    sales = WideSales.of(codes, range(weeks.start, weeks.stop), history.units)
    return Assortment(partial(sales.batches, products or len(codes)), len(codes), weeks)


def fit_recipe(history: Panel, config: Config) -> FittedModel:
    """Fit the configured recipe at the history's last week."""
    return fit(prepare(history, config), config)


def answer(history: Panel, fitted: FittedModel) -> Answer:
    """What is published of all products of a history where nothing but this model was fitted."""
    return choose(history, fitted.predict(history), fitted.state.fewest_weeks)


def distribution_of(units: Floats, mean: Floats, p10: Floats, p90: Floats) -> Distribution:
    """A distribution with these medians, means and ends of the interval, of a method that gives quantiles alone."""
    at = [p10 if probability < 0.5 else units if probability == 0.5 else p90 for probability in GRID.tolist()]
    return Distribution(mean, np.stack(at, axis=-1), np.full(len(mean), np.nan))
