"""Orders: how much to order now, so that what arrives lasts until the next order arrives, on sample paths of demand.

An order made at the end of the last observed week can be sold from `lead` + 1 weeks later on, and has to last for
`review` weeks. Of each path, what is needed is the most by which demand exceeds stock in those weeks; the order is the
quantile of the need at the critical ratio, the newsvendor's: Arrow, Harris and Marschak (1951).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from tasks.models.arrays import Floats, Integers, Mask


@dataclass(frozen=True)
class Stock:
    """What n products have, and how they are ordered.

    on_hand: (n,) units at the end of the last observed week
    coming: (n, horizon) units that can be sold from each week ahead on
    lead: (n,) whole weeks after the last observed one in which an order made now cannot be sold yet
    review: (n,) weeks that it has to last
    ratio: (n,) the probability with which it is enough
    multiple: (n,) orders are multiples of it, 0 where any quantity may be ordered
    least: (n,) units, which an order has at least
    whole: (n,) whether units are whole
    waits: (n,) whether demand that finds no stock waits for the next arrival, and is not lost
    """

    on_hand: Floats
    coming: Floats
    lead: Integers
    review: Integers
    ratio: Floats
    multiple: Floats
    least: Floats
    whole: Mask
    waits: Mask


class Orders(NamedTuple):
    """What is ordered of n products, and what is expected of it; all (n,) units.

    projected: stock as the order arrives, the mean of all paths
    up_to: the order and the projected stock together, before the order was rounded
    plain: the order in whole units, before its least quantity and multiples
    quantity: to order
    shortage: demand that finds no stock in the weeks that the order has to last
    left_over: stock after them
    """

    projected: Floats
    up_to: Floats
    plain: Floats
    quantity: Floats
    shortage: Floats
    left_over: Floats


def order(paths: Floats, stock: Stock) -> Orders:
    """The orders of n products.

    paths: (paths, n, horizon) demand; the horizon is at least `lead` + `review` of each product.
    """
    at_arrival = _project(paths, stock)
    need = np.sort(_find_need(paths, stock) - at_arrival, axis=0)
    place = np.clip(np.ceil(stock.ratio * len(need)).astype(np.int64) - 1, 0, len(need) - 1)
    wanted = np.maximum(need[place, np.arange(need.shape[1])], 0.0)
    plain = np.where(stock.whole, np.ceil(wanted - 1e-9), wanted)
    quantity = _round(plain, stock)
    shortage, left = _sell(paths, stock, at_arrival + quantity)
    projected = at_arrival.mean(axis=0)
    return Orders(projected, projected + wanted, plain, quantity, shortage, left)


def _project(paths: Floats, stock: Stock) -> Floats:
    """Stock of each path as the order arrives: (paths, n)."""
    units = np.broadcast_to(stock.on_hand, paths.shape[:2]).astype(np.float64)
    for week in range(int(stock.lead.max(initial=0))):
        sold_from = units + stock.coming[:, week] - paths[..., week]
        after = np.where(stock.waits, sold_from, np.maximum(sold_from, 0.0))
        units = np.where(week < stock.lead, after, units)
    return units


def _find_need(paths: Floats, stock: Stock) -> Floats:
    """The stock that each path needs as the order arrives to meet all demand until the next one does: (paths, n)."""
    needed, so_far = np.zeros(paths.shape[:2]), np.zeros(paths.shape[:2])
    for week in _weeks_to_last(stock):
        lasts = _has_to_last(stock, week)
        so_far += np.where(lasts, paths[..., week] - stock.coming[:, week], 0.0)
        needed = np.where(lasts, np.maximum(needed, so_far), needed)
    return needed


def _sell(paths: Floats, stock: Stock, units: Floats) -> tuple[Floats, Floats]:
    """Demand that finds no stock in the weeks that an order has to last, and stock after them: both (n,)."""
    short = np.zeros(paths.shape[1])
    for week in _weeks_to_last(stock):
        lasts = _has_to_last(stock, week)
        before = units + stock.coming[:, week]
        after = before - paths[..., week]
        missed = np.maximum(-after, 0.0) - np.maximum(-before, 0.0)  # without what waits since an earlier week
        short += np.where(lasts, missed, 0.0).mean(axis=0)
        units = np.where(lasts, np.where(stock.waits, after, np.maximum(after, 0.0)), units)
    return short, np.maximum(units, 0.0).mean(axis=0)


def _weeks_to_last(stock: Stock) -> range:
    return range(int(stock.lead.min(initial=0)), int((stock.lead + stock.review).max(initial=0)))


def _has_to_last(stock: Stock, week: int) -> Mask:
    return (stock.lead <= week) & (week < stock.lead + stock.review)


def _round(plain: Floats, stock: Stock) -> Floats:
    """Orders that can be made: multiples, and at least the least one; none where none is wanted."""
    units = np.where(plain > 0, np.maximum(plain, stock.least), 0.0)
    step = np.where(stock.multiple > 0, stock.multiple, 1.0)
    steps = np.where(units > 0, np.maximum(np.ceil(units / step - 1e-9), 1.0), 0.0)
    return np.where(stock.multiple > 0, steps * step, units)
