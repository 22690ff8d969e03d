"""A simulated panel: all parts together, with parameters that are drawn anew for every panel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from tasks.simulation.draws import Draws, Floats, Integers
from tasks.simulation.kind import Kind
from tasks.simulation.lives import draw_absences, draw_changes, draw_deaths, draw_launches, draw_stock_outs
from tasks.simulation.market import draw_groups, draw_market
from tasks.simulation.promotions import Promotions, draw_promotions
from tasks.simulation.seasons import Calendar, draw_closed_weeks, draw_seasons
from tasks.simulation.units import draw_units

_BEFORE = 30  # weeks that pass before the first one of a panel, so that it begins in the middle of things
_FIRST_MONDAY, _MONDAYS = date(2000, 1, 3), 1_400
_LARGEST = 12.0  # logarithm of the units a week


@dataclass(frozen=True)
class SimulatedPanel:
    """Sales that never were.

    units: (n, weeks), NaN before a product's first week
    first_start: of the first week
    promotions: of each product and week
    """

    units: Floats
    first_start: date
    promotions: Promotions


def simulate_panel(draws: Draws, products: int, weeks: int, kind: Kind, of: int | None = None) -> SimulatedPanel:
    """Draw a panel of so many products and weeks; of: number of all products, where these are a batch of them."""
    span = weeks + _BEFORE
    calendar = Calendar(_FIRST_MONDAY + timedelta(weeks=int(draws.panel.integers(_MONDAYS))), span)
    groups, count = np.zeros(products, np.int64), 1
    if kind.groups:
        groups, count = draw_groups(draws, products, of or products)
    rate = kind.level + kind.width * draws.products.normal(size=(products, 1))
    rate = rate + draw_changes(draws, products, span, kind.calm, kind.restless)
    rate += draw_market(draws, groups, count, span, kind.swing)
    if kind.seasons:
        rate += draw_seasons(draws, calendar, groups, count, kind.calm)
    promotions = Promotions.none(products, span)
    if kind.promotions:
        promotions = draw_promotions(draws, groups, count, span)
        rate += promotions.effect
    launch, change = _draw_lives(draws, calendar, products, kind)
    mean = np.exp(np.clip(rate + change, -_LARGEST, _LARGEST))
    if kind.closed_weeks:
        mean *= draw_closed_weeks(draws.panel, calendar)
    units = draw_units(draws, mean, kind)
    units[np.arange(span) < launch[:, np.newaxis]] = np.nan
    units = units[:, _BEFORE:]
    if kind.blank:
        units = _blank_before_first_sale(units)
    return SimulatedPanel(units, calendar.first_start + timedelta(weeks=_BEFORE), promotions.since(_BEFORE))


def _draw_lives(draws: Draws, calendar: Calendar, products: int, kind: Kind) -> tuple[Integers, Floats]:
    """The first week of each product, and log factors (products, weeks) of launches, deaths and empty shelves."""
    launch, change = np.zeros(products, np.int64), np.zeros((products, calendar.weeks))
    if kind.launches:
        launch, change = draw_launches(draws, products, calendar.weeks)
    if kind.deaths:
        change += draw_deaths(draws, launch, calendar.weeks)
    if kind.seasonal_goods:
        change += draw_absences(draws, calendar.season, products)
    if kind.stock_outs:
        change += draw_stock_outs(draws, products, calendar.weeks)
    return launch, change


def _blank_before_first_sale(units: Floats) -> Floats:
    """Units as most files have them: blank until something is sold."""
    sold = np.nan_to_num(units) > 0
    first = np.where(sold.any(axis=1), sold.argmax(axis=1), units.shape[1])
    return np.where(np.arange(units.shape[1]) < first[:, np.newaxis], np.nan, units)
