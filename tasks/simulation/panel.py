"""A simulated panel: all parts together, with parameters that are drawn anew for every panel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from tasks.simulation.draws import Floats, Integers
from tasks.simulation.lives import (
    draw_changes,
    draw_deaths,
    draw_launches,
    draw_levels,
    draw_seasonal_absence,
    draw_stock_outs,
)
from tasks.simulation.market import draw_groups, draw_market
from tasks.simulation.promotions import Promotions, draw_promotions
from tasks.simulation.seasons import Calendar, draw_closed_weeks, draw_seasons
from tasks.simulation.units import add_bulk_orders, draw_units

_BEFORE = 30  # weeks that pass before the first one of a panel, so that it begins in the middle of things
_FIRST_MONDAY, _MONDAYS = date(2000, 1, 3), 1_400
_LARGEST = 12.0  # logarithm of the units a week


@dataclass(frozen=True)
class SimulatedPanel:
    """Sales that never were.

    units: (n, weeks), NaN before a product's first week; first_monday: of the first week; promotions: of each product
    and week.
    """

    units: Floats
    first_monday: date
    promotions: Promotions


def simulate_panel(random: np.random.Generator, products: int, weeks: int) -> SimulatedPanel:
    """Draw a panel of so many products and weeks, of any kind."""
    span = weeks + _BEFORE
    calendar = Calendar(_FIRST_MONDAY + timedelta(weeks=int(random.integers(_MONDAYS))), span)
    groups = draw_groups(random, products)
    calm = random.random() < 0.4  # little but chance moves the sales of a calm panel
    rate = draw_levels(random, products) + draw_changes(random, products, span) * (0.2 if calm else 1.0)
    rate += draw_market(random, groups, span)
    if random.random() < 0.8:
        rate += draw_seasons(random, calendar, groups, strength=0.4 if calm else 1.0)
    promotions = Promotions.none(products, span)
    if random.random() < (0.1 if calm else 0.6):
        promotions = draw_promotions(random, groups, span)
        rate += promotions.effect
    launch, change = _draw_life(random, calendar, products, calm)
    mean = np.exp(np.clip(rate + change, -_LARGEST, _LARGEST))
    if random.random() < 0.15:
        mean *= draw_closed_weeks(random, calendar)
    units = draw_units(random, mean, calm)
    if not calm and random.random() < 0.3:
        units = add_bulk_orders(random, units, mean)
    units[np.arange(span) < launch[:, np.newaxis]] = np.nan
    units = units[:, _BEFORE:]
    if random.random() < 0.8:
        units = _blank_before_first_sale(units)
    seen = Promotions(*(values[:, _BEFORE:] for values in (promotions.effect, promotions.price, promotions.advertised)))
    return SimulatedPanel(units, calendar.first_monday + timedelta(weeks=_BEFORE), seen)


def _draw_life(
    random: np.random.Generator, calendar: Calendar, products: int, calm: bool
) -> tuple[Integers, Floats]:
    """The first week of each product, and log factors (products, weeks) of launches, deaths and empty shelves."""
    launch, change = np.zeros(products, np.int64), np.zeros((products, calendar.weeks))
    if random.random() < (0.4 if calm else 0.65):
        launch, change = draw_launches(random, products, calendar.weeks)
    if random.random() < 0.5:
        change += draw_deaths(random, launch, calendar.weeks)
    if random.random() < 0.08:
        change += draw_seasonal_absence(random, calendar.season, products)
    if not calm and random.random() < 0.4:
        change += draw_stock_outs(random, products, calendar.weeks)
    return launch, change


def _blank_before_first_sale(units: Floats) -> Floats:
    """Units as most files have them: blank until something is sold."""
    sold = np.nan_to_num(units) > 0
    first = np.where(sold.any(axis=1), sold.argmax(axis=1), units.shape[1])
    return np.where(np.arange(units.shape[1]) < first[:, np.newaxis], np.nan, units)
