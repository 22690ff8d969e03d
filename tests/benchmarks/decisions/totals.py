"""Totals, groups and sums over weeks: how many of the truths lie inside, beside the sum of the products' quantiles.

From the last twenty origins of each panel, and from the last sixty where forty weeks lie before them, three weeks
ahead, refitted weekly: twenty totals of neighbouring weeks have much in common, so that their number inside is
uncertain. Groups are the first part of a code, or its first two letters. `pinball` is the mean loss at 0.1, 0.5 and
0.9 relative to that of summed quantiles.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from schemas.config import Config
from schemas.paths.groups import BY_PRODUCT, TOTAL
from tasks.evaluation.backtest import backtest
from tasks.evaluation.fits import Answered
from tasks.models.assortment import Assortment
from tasks.models.panel import Panel
from tasks.models.paths.grouping import tabulate_sums
from tasks.models.paths.table import Ahead
from tasks.models.table import to_forecast_table
from tasks.runners.threads import Threads
from tests.real_sales import list_panels, name_panel, read_history

ORIGINS, MORE, BEFORE, HORIZON = 20, 60, 40, 3
BRAND = "brand"
_ENDS = {"units_p10": 0.1, "units": 0.5, "units_p90": 0.9}
# What was sold, and the sum of quantiles, of each group and span of weeks, beside its own quantiles.
_COMPARED = """
select g.*, s.sold, s.p10, s.p50, s.p90 from groups g join (
    select as_of_week, {group} as "group", horizon_from, horizon_to, sum(sold) as sold,
        sum(units_p10) as p10, sum(units) as p50, sum(units_p90) as p90
    from (select *, {span} from forecasts) group by all
) s using (as_of_week, "group", horizon_from, horizon_to) where g.group_by = '{by}' and as_of_week >= {first}
"""
_GROUPS = {TOTAL: "''", BRAND: BRAND, BY_PRODUCT: "product_code"}
_SPANS = {
    "week": "horizon as horizon_from, horizon as horizon_to",
    "all weeks": f"1 as horizon_from, {HORIZON} as horizon_to",
}

Row = dict[str, Any]


def measure() -> list[Row]:
    """One row a panel, number of origins, kind of group and span of weeks."""
    return [row for file in list_panels() for row in _measure(file)]


def _measure(file: Path) -> Iterator[Row]:
    history = read_history(file)
    end = history.last_week - HORIZON + 1
    numbers = [ORIGINS, *([MORE] if end - MORE - history.first_week >= BEFORE else [])]
    forecasts, groups = _backtest(history, range(end - max(numbers), end))
    for number, by, span in product(numbers, _GROUPS, _SPANS):
        if (by, span) == (BY_PRODUCT, "week"):
            continue  # the forecasts themselves
        query = _COMPARED.format(by=by, group=_GROUPS[by], span=_SPANS[span], first=end - number)
        compared = duckdb.execute(query).df()
        sold = compared["sold"].to_numpy()
        below, above = (
            float(np.mean(missed)) for missed in (sold < compared["units_p10"], sold > compared["units_p90"])
        )
        ratio = _pinball(compared, list(_ENDS)) / _pinball(compared, ["p10", "p50", "p90"])
        yield {
            "panel": name_panel(file),
            "origins": number,
            "groups": by,
            "span": span,
            "sums": len(compared),
            "inside": round(1 - below - above, 3),
            "below p10": round(below, 3),
            "above p90": round(above, 3),
            "pinball": round(ratio, 3),
        }


def _backtest(history: Panel, origins: range) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The forecasts with what was sold, and the table of groups."""
    kept = list[Answered]()
    names = list(map(str, history.codes))  # some files number their products
    codes = pa.array(names, pa.string())
    brands = pa.array([_name_brand(code) for code in names])
    weeks = [pa.array(units, from_pandas=True) for units in history.units.T]
    sales = Assortment.of(pa.table([codes, *weeks], ["product_code", *(f"W{week}" for week in history.weeks)]))
    attributes = pa.table({"product_code": codes, BRAND: brands})
    with Threads() as threads:
        options = {"columns": (BRAND,), "attributes": attributes}
        backtest(sales, origins, Config(), "weekly", threads, kept.append, **options)
    forecasts, groups = list[pd.DataFrame](), list[pa.Table]()
    for answered in kept:
        table = to_forecast_table(answered.panel, answered.answer).to_pandas()
        brand = [_name_brand(code) for code in table["product_code"]]
        forecasts.append(table.assign(sold=answered.truth.ravel(), brand=brand))
        if answered.groups:
            groups += [answered.groups.rows, tabulate_sums([answered.groups], Ahead.of(answered.panel, HORIZON))]
    return pd.concat(forecasts), pa.concat_tables(groups).to_pandas()


def _name_brand(code: str) -> str:
    parted = code.replace("-", "_").split("_")
    return parted[0] if len(parted) > 1 else code[:2]


def _pinball(compared: pd.DataFrame, columns: list[str]) -> float:
    sold, losses = compared["sold"].to_numpy(), []
    for column, level in zip(columns, _ENDS.values(), strict=True):
        missed = sold - compared[column].to_numpy()
        losses.append(np.maximum(level * missed, (level - 1) * missed))
    return float(np.mean(losses))
