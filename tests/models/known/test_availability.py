"""Weeks out of stock get what was expected of them, and nothing is learned from them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from schemas.config import Config
from tasks.models.known.availability import fill_out_of_stock
from tasks.models.panel import Panel
from tests.histories import draw_history, fit_recipe

CODES = np.array(["A", "B", "C"], object)


def draw_stock_outs(history: Panel, share: float = 0.15) -> Panel:
    """The same history, of which some weeks sold nothing because the shelf was empty."""
    out = np.random.default_rng(1).random(history.units.shape) < share
    sold = np.where(out & ~np.isnan(history.units), 0.0, history.units)
    units, masked = fill_out_of_stock(history.codes, sold, out)
    return replace(history, units=units, masked=masked)


def test_a_week_out_of_stock_gets_about_what_is_usual() -> None:
    units, out = np.full((3, 30), 40.0), np.zeros((3, 30), bool)
    out[:, 20:22] = True
    units[out] = 0
    filled, masked = fill_out_of_stock(CODES, units, out)
    assert_array_equal(masked, out)
    assert_allclose(filled, 40)


def test_more_is_expected_of_the_week_in_which_a_lumpy_product_ran_out() -> None:
    lumpy = np.tile([0.0, 0.0, 30.0, 0.0, 6.0], 8)[np.newaxis]
    out = np.zeros(lumpy.shape, bool)
    out[0, 35:37] = True
    filled, _ = fill_out_of_stock(CODES[:1], lumpy * ~out, out)
    assert filled[0, 35] > 1.5 * filled[0, 36]


def test_what_was_sold_is_the_least_that_was_asked_for() -> None:
    units, out = np.full((3, 12), 10.0), np.zeros((3, 12), bool)
    out[:, -1] = True
    units[:, -1] = [0, 7, 25]
    filled, masked = fill_out_of_stock(CODES, units, out)
    assert_array_equal(masked[:, -1], [True, True, False])
    assert_allclose(filled[:, -1], [10, 10, 25])


def test_counts_stay_whole_and_amounts_do_not() -> None:
    units, out = np.full((2, 30), 3.0), np.zeros((2, 30), bool)
    units[:, ::2] += [[1.0], [0.5]]
    out[:, 20:] = True
    filled, _ = fill_out_of_stock(CODES[:2], units * ~out, out)
    assert (filled[0] % 1 == 0).all()
    assert (filled[1, 20:] % 1 != 0).any()
    assert_allclose(filled[0, 21:].mean(), 3.5, atol=0.3)


def test_later_weeks_and_other_products_change_no_filled_week() -> None:
    history, out = draw_history(weeks=30, launches=True), np.random.default_rng(2).random((40, 30)) < 0.2
    all_filled, _ = fill_out_of_stock(history.codes, history.units, out)
    early, _ = fill_out_of_stock(history.codes, history.units[:, :20], out[:, :20])
    some, _ = fill_out_of_stock(history.codes[7:19], history.units[7:19], out[7:19])
    assert_array_equal(all_filled[7:19], some)
    # How a rounded unit falls depends on the number of weeks; what is expected does not.
    assert_allclose(all_filled[:, :20], early, atol=1)


def test_nothing_is_filled_before_the_first_week_that_was_in_stock() -> None:
    units, out = np.array([[np.nan, 0.0, 0.0, 5.0, 0.0]]), np.array([[False, True, True, False, True]])
    filled, masked = fill_out_of_stock(CODES[:1], units, out)
    assert_array_equal(masked, [[False, False, False, False, True]])
    assert_allclose(filled, [[np.nan, 0, 0, 5, 5]])


def test_a_forecast_from_sales_with_empty_shelves_is_that_of_demand() -> None:
    demand = draw_history(products=60, weeks=60)
    sold = draw_stock_outs(demand)
    true, masked = (fit_recipe(panel, Config()).predict(panel).published.mean for panel in (demand, sold))
    assert_allclose(masked.sum(), true.sum(), rtol=0.03)
    assert sold.masked is not None
    unaware = Panel(demand.codes, np.where(sold.masked, 0.0, demand.units))
    assert fit_recipe(unaware, Config()).predict(unaware).published.mean.sum() < 0.93 * true.sum()


def test_an_empty_shelf_does_not_make_a_product_inactive() -> None:
    history = draw_history(weeks=60)
    out = np.zeros(history.units.shape, bool)
    out[:5, -12:] = True
    units, masked = fill_out_of_stock(history.codes, history.units * ~out, out)
    gone, there = (
        fit_recipe(panel, Config()).predict(panel)
        for panel in (Panel(history.codes, history.units * ~out), replace(history, units=units, masked=masked))
    )
    assert gone.inactive[:5].sum() > there.inactive[:5].sum() == 0


def test_masked_weeks_are_not_scored() -> None:
    history = draw_stock_outs(draw_history(weeks=30))
    truth = history.after(20, 3)
    assert history.masked is not None
    assert_array_equal(np.isnan(truth), history.masked[:, 21:24])
    assert history.until(20).masked is not None
    assert_array_equal(history.until(20).masked, history.masked[:, :21])
