"""Prices and promotions that are known ahead: orange juice with and without them, and every panel with inputs of noise.

Orange juice is fitted once, at W80, and forecast from 38 weeks; the panels from their last ten. `promoted` is the share
of the truths between p10 and p90 in weeks with a feature or a deal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from schemas.config import Config
from schemas.inputs.panel import EVENT, PRICE, input_column
from tasks.evaluation.backtest import Refit, backtest
from tasks.evaluation.fits import Answered
from tasks.models.arrays import Codes, Floats, Mask
from tasks.models.assortment import Assortment
from tasks.models.panel import Panel
from tasks.runners.threads import Threads
from tests.real_sales import list_panels, name_panel, read_history

HORIZON, ORIGINS, JUICE = 3, 10, "oj"

Row = dict[str, Any]


def measure() -> list[Row]:
    """One row a panel and kind of inputs."""
    files = list_panels()
    juice = next(file for file in files if name_panel(file) == JUICE)
    rows = list(_measure_juice(read_history(juice), pd.read_csv(juice.with_name("oj_inputs.csv.gz"))))
    for file in files:
        panel = read_history(file)
        origins = range(panel.last_week - HORIZON + 1 - ORIGINS, panel.last_week - HORIZON + 1)
        for kind, inputs in {"none": {}, "noise": _draw_noise(panel)}.items():
            rows.append({"panel": name_panel(file), "inputs": kind} | _score(panel, inputs, origins, "weekly"))
    return rows


def _measure_juice(panel: Panel, told: pd.DataFrame) -> Iterator[Row]:
    inputs = {name: _spread(told, name, panel.codes, panel.units.shape[1]) for name in (PRICE, "feature", "deal")}
    promoted = (np.nan_to_num(inputs["feature"]) > 0) | (np.nan_to_num(inputs["deal"]) > 0)
    for kind, given in {"none": {}, "price, feature, deal": inputs}.items():
        scored = _score(panel, given, range(80, panel.last_week - HORIZON + 1), "never", promoted)
        yield {"panel": JUICE, "inputs": kind} | scored


def _spread(told: pd.DataFrame, name: str, codes: Codes, weeks: int) -> Floats:
    table = told.pivot_table(index="product_code", columns="week", values=name)
    return table.reindex(index=codes, columns=range(weeks)).to_numpy(float)


def _draw_noise(panel: Panel) -> dict[str, Floats]:
    generator, shape = np.random.default_rng(0), panel.units.shape
    discount = 1 - 0.4 * generator.random(shape) * (generator.random(shape) < 0.15)
    fair = np.broadcast_to(1.0 * (generator.random(shape[1]) < 0.06), shape)
    return {
        PRICE: generator.uniform(1, 9, (shape[0], 1)) * discount,
        "feature": 1.0 * (generator.random(shape) < 0.1),
        "display": generator.random(shape),
        f"{EVENT}fair": fair,
    }


def _score(
    panel: Panel, inputs: Mapping[str, Floats], origins: range, refit: Refit, promoted: Mask | None = None
) -> Row:
    weeks = [pa.array(units, from_pandas=True) for units in panel.units.T]
    columns = {"product_code": pa.array(list(map(str, panel.codes)), pa.string())}
    columns |= dict(zip((f"W{week}" for week in panel.weeks), weeks, strict=True))
    for name, values in inputs.items():
        told = zip(panel.weeks, values.T, strict=True)
        columns |= {input_column(name, week): pa.array(each, from_pandas=True) for week, each in told}
    answers, inside = list[Answered](), list[Mask]()
    with Threads() as threads:
        tested = backtest(Assortment.of(pa.table(columns)), origins, Config(), refit, threads, answers.append)
    for answered in answers if promoted is not None else ():
        place = np.searchsorted(panel.codes.astype(str), answered.panel.codes.astype(str))
        start = answered.panel.last_week + 1 - panel.first_week
        among, made = promoted[place, start : start + HORIZON], answered.answer.distribution  # type: ignore[index]
        inside.append(((made.p10 <= answered.truth) & (answered.truth <= made.p90))[among])
    scores = tested.scores["published"]
    row = {"MAE": round(float(np.mean(scores.mae)), 4), "pinball": round(float(np.mean(scores.pinball)), 4)}
    return row | ({"promoted": round(float(np.concatenate(inside).mean()), 3)} if inside else {"promoted": ""})
