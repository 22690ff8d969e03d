"""A simulated inventory on real panels: what orders cost beside plain quantiles, and the service levels that they meet.

Each week an order is made from the forecast of that week and arrives after the lead time; what is not in stock is lost.
Of the last 20 origins, 400 products. `cost` is relative to orders by the exact critical ratio of a negative binomial
distribution with the forecast's mean and upper quantile; `met` is the share of products and weeks without a shortage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from schemas.config import Config
from tasks.decisions.orders import use_ratio
from tasks.models.arrays import Floats, Integers, Mask
from tasks.models.choosing import choose
from tasks.models.fitting import fit
from tasks.models.panel import Panel
from tasks.models.paths.orders import Stock, order
from tasks.models.recipes.registry import prepare
from tests.real_sales import list_panels, name_panel, read_history

ORIGINS, PRODUCTS, HORIZON, PATHS, PLAIN_PATHS = 20, 400, 4, 256, 400
PANELS = ("pasta", "dunnhumby_frat", "online_retail")
_MOVERS = 2.0  # units a week, from which on a service level says something

Row = dict[str, Any]


class Decision(NamedTuple):
    """What is known at an origin: which products are launched, and paths of their demand, ours and plain ones."""

    launched: Mask
    ours: Floats
    plain: Floats


def measure() -> list[Row]:
    """One row a panel and lead time."""
    return [row for file in list_panels() if name_panel(file) in PANELS for row in _measure(file)]


def _measure(file: Path) -> Iterator[Row]:
    panel = read_history(file)
    some = np.sort(np.random.default_rng(0).permutation(len(panel.codes))[:PRODUCTS])
    origins = range(panel.last_week - HORIZON - ORIGINS + 1, panel.last_week - HORIZON + 1)
    decisions = [_decide(panel, some, origin) for origin in origins]
    first = origins[0] + 1 - panel.first_week
    demand = np.nan_to_num(panel.units[some, first : first + ORIGINS + HORIZON])
    for lead in (2, 3):
        row: Row = {"panel": name_panel(file), "lead time": lead}
        for holding in (0.1, 0.2):
            exact = np.full(len(some), 1 / (1 + holding))
            used = use_ratio(exact, np.ones(len(some), bool), np.ones(len(some)))
            ours = _simulate(decisions, demand, lead, lambda each: each.ours, used, holding)
            plain = _simulate(decisions, demand, lead, lambda each: each.plain, exact, holding)
            row[f"cost, holding {holding}"] = round(ours[0] / plain[0], 3)
        for level in (0.9, 0.95):
            asked = np.full(len(some), level)
            row[f"met, of {level}"] = round(
                _simulate(decisions, demand, lead, lambda each: each.ours, asked, 0.1)[1], 3
            )
        yield row


def _decide(panel: Panel, some: Integers, origin: int) -> Decision:
    prepared, config = prepare(panel.until(origin), Config(horizon=HORIZON)), Config(horizon=HORIZON)
    fitted, chosen = fit(prepared, config), panel.select(some)
    past, launched = chosen.until(origin), chosen.launched_by(origin)
    forecast = choose(past, fitted.predict(past, prepared.common), fitted.state.fewest_weeks).distribution
    ours, plain = (np.zeros((paths, len(some), HORIZON)) for paths in (PATHS, PLAIN_PATHS))
    ours[:, launched] = forecast.sample(PATHS, config.seed)
    plain[:, launched] = _draw_plain(np.maximum(forecast.mean, 0.01), forecast.p90)
    here = np.zeros(len(some), bool)
    here[launched] = True
    return Decision(here, ours, plain)


def _draw_plain(mean: Floats, p90: Floats) -> Floats:
    """Independent draws of negative binomial distributions with these means and upper quantiles."""
    spread = np.maximum((p90 + 0.5 - mean) / 1.2816, 0.9 * np.sqrt(mean))
    dispersion = np.maximum((spread**2 - mean) / mean**2, 1e-3)
    generator = np.random.default_rng(1)
    shape = (PLAIN_PATHS, *mean.shape)
    return generator.negative_binomial(1 / dispersion, 1 / (1 + dispersion * mean), shape).astype(float)


def _simulate(
    decisions: list[Decision],
    demand: Floats,
    lead: int,
    paths: Callable[[Decision], Floats],
    ratio: Floats,
    cost: float,
) -> tuple[float, float]:
    """What holding and shortage cost after the first weeks, and the share of weeks of movers without a shortage."""
    start = np.ceil(decisions[0].plain.mean(axis=(0, 2)))
    on_hand, coming, total, met = 2 * start, [start] * lead, 0.0, list[Floats]()
    movers = start > _MOVERS
    for week in range(len(decisions) + lead):
        quantity = np.zeros(len(start))
        if week < len(decisions):
            stock = _describe(on_hand, coming, lead, ratio)
            quantity = np.where(decisions[week].launched, order(paths(decisions[week]), stock).quantity, 0.0)
        units, asked = on_hand + coming[0], demand[:, week]
        on_hand = np.maximum(units - asked, 0.0)
        if week >= lead + 2:
            total += cost * on_hand.sum() + np.maximum(asked - units, 0.0).sum()
            met.append((units >= asked)[movers])
        coming = [*coming[1:], quantity]
    return total, float(np.mean(met))


def _describe(on_hand: Floats, coming: list[Floats], lead: int, ratio: Floats) -> Stock:
    products = len(on_hand)
    expected = np.zeros((products, HORIZON))
    expected[:, :lead] = np.stack(coming, axis=1)
    nothing, every = np.zeros(products), np.ones(products, bool)
    weeks, review = np.full(products, lead), np.ones(products, np.int64)
    return Stock(on_hand, expected, weeks, review, ratio, nothing, nothing, every, ~every)
