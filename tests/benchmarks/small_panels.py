"""Weekcast without any option and the best simple method, in each cell of a grid of small generated panels.

A cell is a number of products, a number of known weeks, a dispersion of counts and a movement; its numbers come from so
many panels that there are at least 2,000 truths. Each ratio is to the simple method that was best in the cell by the
measure, although nobody knows beforehand which it is. One more ratio is that of the levels alone, without the network.
All cells would take a day, so only some are measured:

- up to 26 weeks, from 10 products on: panels of each dispersion, each with another movement;
- up to 26 weeks, 1 or 3 products: one dispersion; 52 weeks, from 10 products on: two;
- 104 weeks, from 10 products on, and 156 weeks, from 100 on: a season, and from 100 products on another movement too.

Movements and dispersions take turns, so that almost every pair of two factors' values occurs in some cell.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from schemas.config import Config
from schemas.forecasts import GRID
from schemas.scores import CHALLENGER, LEVELS, PUBLISHED, SIMPLE_METHODS
from tasks.baselines.simple import SimpleFit, forecast_simply
from tasks.evaluation.origins import scorable_origins
from tasks.evaluation.scores import Scores, to_scores_table
from tasks.evaluation.tally import score
from tasks.gate.decision import decide, takes_network_interval
from tasks.gate.errors import join_errors, read_errors
from tasks.gate.final_fit import find_fault
from tasks.gate.fits import fit_past, tabulate
from tasks.gate.judging import judge, judge_simple_methods
from tasks.gate.past_forecasts import answered_by
from tasks.models.answering import Answering
from tasks.models.arrays import Floats
from tasks.models.distribution import Distribution
from tasks.models.fitting import fit
from tasks.models.panel import Panel
from tasks.models.recipes.registry import prepare, recipe_for
from tests.benchmarks.generated.moving_panels import MOVEMENTS, draw_small_panel
from tests.benchmarks.measuring.heat_map import print_heat_map

PRODUCTS = (1, 3, 10, 30, 100, 300)
WEEKS = (10, 12, 16, 26, 52, 104, 156)
DISPERSIONS = (0.0, 0.5, 2.0)
HORIZON = 3
MOST = 1.03  # upper bound of a ratio
# Bounds of the share of PITs inside, narrower ones for cells with many truths, and the number of truths that is many.
_INSIDE, _INSIDE_OF_MANY, _MANY = (0.75, 0.86), (0.77, 0.83), 5000
RATIOS = ("MAE ratio", "pinball ratio")
LEVELS_RATIO = "MAE ratio of the levels alone"
_LOW = GRID.tolist().index(0.1)
_SEASONAL = 104  # weeks from which a season can be learned
_SHORT = 26  # weeks up to which a panel takes little time
_FEW = 10  # with fewer products a cell needs too many panels

Row = dict[str, Any]


@dataclass(frozen=True)
class Cell:
    """One kind of panel."""

    products: int
    weeks: int
    dispersion: float
    movement: str

    @property
    def panels(self) -> int:
        """Number of panels: with 2,000 truths at least, and 6 panels at least where weeks are few, 3 otherwise."""
        return max(math.ceil(2000 / (HORIZON * self.products)), 6 if self.weeks <= _SHORT else 3)


def measure() -> list[Row]:
    """One row a cell of the thinned grid, and rows that sum them up; it also prints and saves the heat map."""
    rows = measure_cells(thinned_grid())
    print_heat_map(rows)
    return [*rows, *sum_up_cells(rows)]


def thinned_grid() -> list[Cell]:
    """The cells that are measured."""
    return [cell for p in range(len(PRODUCTS)) for w in range(len(WEEKS)) for cell in _cells_of(p, w)]


def _cells_of(p: int, w: int) -> Iterator[Cell]:
    """The cells for one number of products and one of weeks, given by their positions in PRODUCTS and WEEKS."""
    products, weeks = PRODUCTS[p], WEEKS[w]
    if weeks <= _SHORT:
        cells = 1 if products < _FEW else len(DISPERSIONS)
    elif products < (100 if weeks > _SEASONAL else _FEW):
        cells = 0
    else:
        cells = 2 if weeks < _SEASONAL or products >= 100 else 1
    for turn in range(cells):
        d = (p + w + turn) % len(DISPERSIONS)
        lasting = [movement for movement in MOVEMENTS if movement != "seasonal"][(p + 2 * w + 2 * d) % 5]
        yield Cell(products, weeks, DISPERSIONS[d], "seasonal" if weeks >= _SEASONAL and not turn else lasting)


def measure_cells(cells: Iterable[Cell]) -> list[Row]:
    """One row a cell."""
    return [_row(cell, *forecast_cell(cell)) for cell in cells]


def forecast_cell(cell: Cell) -> tuple[Floats, dict[str, Distribution]]:
    """The truths of all panels of a cell (n, horizon), and the forecasts: published, of the levels, and simple."""
    config = Config(horizon=HORIZON)
    truth: list[Floats] = []
    forecasts: dict[str, list[Distribution]] = {name: [] for name in (PUBLISHED, LEVELS, *SIMPLE_METHODS)}
    for seed in range(cell.panels):
        panel = draw_small_panel(cell.products, cell.weeks, cell.dispersion, cell.movement, seed, HORIZON)
        origin = cell.weeks - 1
        past = panel.until(origin)
        truth.append(panel.after(origin, HORIZON))
        made = _publish(past, config) | {name: forecast_simply(name, past, HORIZON) for name in SIMPLE_METHODS}
        for name, forecast in made.items():
            forecasts[name].append(forecast)
    return np.concatenate(truth), {name: Distribution.join(parts) for name, parts in forecasts.items()}


def _publish(past: Panel, config: Config) -> dict[str, Distribution]:
    """What the first run of a new store publishes, by the method that the gate prefers, and the levels' forecast."""
    origins = scorable_origins(past.weeks, config)[-config.gate_origins :]
    made = {origin: fit_past(past, origin, config) for origin in origins if len(past.launched_by(origin))}
    judged = judge(past, made, {}, len(past.codes))
    errors = judged.errors or judge_simple_methods(past, config.gate_origins)
    prepared = prepare(past, config)
    fitted = fit(prepared, config)
    fault = find_fault(past, answered_by(tabulate(past, fitted, prepared.common, config), PUBLISHED))
    pretrained = recipe_for(config).is_pretrained(config)
    decision = decide(read_errors(join_errors(errors)), None, fault, config.gate_margin, config.seed, pretrained)
    simple = None if decision.answers == CHALLENGER else SimpleFit.on(decision.answers, past, HORIZON)
    own_interval = not takes_network_interval(decision, to_scores_table(judged.scores))
    model = fitted if decision.network else None
    answering = Answering(model, prepared.common, simple, decision.reason, own_interval)
    levels = fitted.predict(past, prepared.common).levels
    return {PUBLISHED: answering.answer(past).distribution, LEVELS: levels}


def _row(cell: Cell, truth: Floats, forecasts: dict[str, Distribution]) -> Row:
    simple = {name: score(truth, forecast) for name, forecast in forecasts.items()}
    ours, levels = simple.pop(PUBLISHED), simple.pop(LEVELS)
    best = min(simple, key=lambda name: float(simple[name].mae.mean()))
    row = {
        "products": cell.products,
        "weeks": cell.weeks,
        "counts": f"{cell.dispersion:g}" if cell.dispersion else "Poisson",
        "movement": cell.movement,
        "truths": truth.size,
        **_pit_shares(truth, forecasts[PUBLISHED], ours),
        "bias %": round(100 * float(ours.bias.mean() / truth.mean()), 1),
        "MAE ratio": round(_ratio(ours, simple, "mae"), 3),
        "pinball ratio": round(_ratio(ours, simple, "pinball"), 3),
        LEVELS_RATIO: round(_ratio(levels, simple, "mae"), 3),
        "best simple": best,
    }
    return row | {"outside": ", ".join(measure.split()[0] for measure in outside(row))}


def _pit_shares(truth: Floats, forecast: Distribution, scores: Scores) -> Row:
    """The shares of randomised PITs inside of 0.1..0.9, below and above; blank where no forecast tells of it."""
    whole = forecast.grain > 0  # NaN where there are only rounded quantiles
    if not whole.any():
        return {"PIT 80": "", "below": "", "above": ""}
    inside = float(scores.pit_80.mean())
    below = float(np.clip(forecast.quantiles[whole, :, _LOW] - truth[whole], 0, 1).mean())
    return {"PIT 80": round(inside, 3), "below": round(below, 3), "above": round(1 - inside - below, 3)}


def _ratio(ours: Scores, simple: dict[str, Scores], measure: str) -> float:
    best = min(getattr(scores, measure).mean() for scores in simple.values())
    return float(getattr(ours, measure).mean() / best)


def outside(row: Row) -> list[str]:
    """Which measures of a cell are out of bounds."""
    bounds = {"PIT 80": _INSIDE_OF_MANY if row["truths"] > _MANY else _INSIDE} | dict.fromkeys(RATIOS, (0.0, MOST))
    known = {measure: bound for measure, bound in bounds.items() if row[measure] != ""}
    return [measure for measure, (least, most) in known.items() if not least <= row[measure] <= most]


def sum_up_cells(rows: Sequence[Row]) -> Iterator[Row]:
    """Over all cells: the geometric mean and the worst of each ratio, and how many are out of bounds."""
    blank = dict.fromkeys(rows[0], "")
    for name, sum_ratios in (("geometric mean", statistics.geometric_mean), ("worst", max)):
        summed = {ratio: round(sum_ratios([row[ratio] for row in rows]), 3) for ratio in (*RATIOS, LEVELS_RATIO)}
        yield blank | {"products": name} | summed
    missed = {measure: sum(measure in outside(row) for row in rows) for measure in ("PIT 80", *RATIOS)}
    cells = sum(bool(outside(row)) for row in rows)
    yield blank | {"products": "out of bounds"} | missed | {"outside": f"{cells} of {len(rows)} cells"}
