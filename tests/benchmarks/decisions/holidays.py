"""Public holidays: generated panels whose holidays have a known size, and avocados in the United States.

Each panel is fitted once and forecast without its holidays and with them. The MAE is that of all horizons; `before
Christmas` and `before Easter` are what is forecast of the week before, as a share of what that week sells.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from dateutil.easter import easter

from schemas.forecasts import PRODUCT_CODE, TARGET_WEEK, UNITS, UNITS_MEAN
from tasks.models.arrays import Integers
from tests.benchmarks.measuring.backtests import backtest_file
from tests.real_sales import list_panels, name_panel

PRODUCTS, WEEKS, START, ORIGINS = 300, 208, date(2021, 1, 4), range(150, 205)
AVOCADO, AVOCADO_START, AVOCADO_ORIGINS = "avocado", date(2015, 1, 4), range(100, 166)

Row = dict[str, Any]


class Holiday(NamedTuple):
    """The day of a holiday in a year, and what its week and the week before it sell of a usual week."""

    day: Callable[[int], date]
    week: float
    before: float


CHRISTMAS = Holiday(lambda year: date(year, 12, 25), 0.7, 1.9)
NEW_YEAR = Holiday(lambda year: date(year, 1, 1), 0.8, 1.0)
EASTER = Holiday(easter, 1.6, 1.0)
WHITSUN = Holiday(lambda year: easter(year) + timedelta(days=50), 1.3, 1.0)
# The fourth Thursday of November, with the Friday after it.
THANKSGIVING = Holiday(lambda year: date(year, 11, 28) - timedelta(days=date(year, 11, 25).weekday()), 1.8, 1.3)
COUNTRIES = {"US": (CHRISTMAS, EASTER, NEW_YEAR, THANKSGIVING), "DE": (CHRISTMAS, EASTER, NEW_YEAR, WHITSUN)}


def measure() -> list[Row]:
    """Two rows a panel: without its holidays, and with them."""
    rows = list[Row]()
    for country in COUNTRIES:
        rows += _measure(f"generated, {country}", _generate(country), country, START, ORIGINS)
    for file in list_panels():
        if name_panel(file) == AVOCADO:
            rows += _measure(AVOCADO, pd.read_csv(file, index_col=0), "US", AVOCADO_START, AVOCADO_ORIGINS)
    return rows


def _generate(country: str) -> pd.DataFrame:
    """Whole units of products with a level that wanders, a yearly season, and effects of holidays of their own."""
    generator = np.random.default_rng(0)
    log = generator.normal(3.5, 0.8, (PRODUCTS, 1)) + np.cumsum(generator.normal(0, 0.03, (PRODUCTS, WEEKS)), axis=1)
    log += 0.15 * np.sin(2 * np.pi * (np.arange(WEEKS) / 52.18 + generator.random((PRODUCTS, 1))))
    for holiday in COUNTRIES[country]:
        weeks, own = _find_weeks(holiday, START, WEEKS), generator.lognormal(0, 0.3, (PRODUCTS, 1))
        log[:, weeks[weeks < WEEKS]] += own * np.log(holiday.week)
        log[:, weeks[weeks > 0] - 1] += own * np.log(holiday.before)
    units = generator.poisson(np.exp(log) * generator.gamma(50, 1 / 50, log.shape))
    return pd.DataFrame(units, pd.Index([f"P{number:04d}" for number in range(PRODUCTS)], name="Product_Code"))


def _find_weeks(holiday: Holiday, start: date, weeks: int) -> Integers:
    """The weeks with a holiday, up to the one after the last: its week before may be the last."""
    years = range(start.year, start.year + weeks // 52 + 2)
    found = np.array([(holiday.day(year) - start).days // 7 for year in years])
    return found[(found >= 0) & (found <= weeks)]


def _measure(panel: str, units: pd.DataFrame, country: str, start: date, origins: range) -> Iterator[Row]:
    weeks = [_find_weeks(holiday, start, units.shape[1]) for holiday in COUNTRIES[country]]
    for holidays in ("", country):
        made = _forecast(units, start, origins, holidays)
        made["sold"] = units.to_numpy()[units.index.get_indexer(pd.Index(made[PRODUCT_CODE])), made[TARGET_WEEK]]
        error, within = (made[UNITS] - made["sold"]).abs(), made[TARGET_WEEK].isin(np.concatenate(weeks))
        yield {
            "panel": panel,
            "holidays": holidays or "none",
            "MAE": round(error.mean(), 3),
            "in weeks of holidays": round(error[within].mean(), 3),
            "before Christmas": _share_of_sold(made[made[TARGET_WEEK].isin(weeks[0] - 1)]),
            "before Easter": _share_of_sold(made[made[TARGET_WEEK].isin(weeks[1] - 1)]),
        }


def _forecast(units: pd.DataFrame, start: date, origins: range, holidays: str) -> pd.DataFrame:
    """What is forecast at these origins by one network, of sales with dates."""
    days = [str(start + timedelta(weeks=week)) for week in range(units.shape[1])]
    told = ["--set", f"week_starts={start:%A}".lower(), *(["--set", f"holidays={holidays}"] if holidays else [])]
    with tempfile.TemporaryDirectory(prefix="weekcast-benchmark-") as folder:
        sales = Path(folder, "sales.csv")
        units.set_axis(days, axis=1).to_csv(sales)
        made: pd.DataFrame = backtest_file(sales, origins, "--refit", "never", *told).forecasts.to_pandas()
    return made


def _share_of_sold(made: pd.DataFrame) -> float:
    return float(round(made[UNITS_MEAN].sum() / made["sold"].sum(), 3))
