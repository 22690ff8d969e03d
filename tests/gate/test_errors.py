"""The errors that are compared, against a slow and obvious version."""

from __future__ import annotations

import numpy as np
import pytest

from tasks.gate.errors import join_errors, read_errors, tabulate_errors
from tasks.models.panel import Panel
from tests.histories import draw_history


@pytest.mark.parametrize("whole", [True, False])
def test_errors_are_means_over_the_weeks_ahead_and_of_amounts_a_share_of_the_usual_change(whole: bool) -> None:
    history = draw_history(6, 14, launches=True)
    tables, slow = [], {}
    for origin in (9, 10):
        past, truth = history.until(origin), history.after(origin, 3)
        forecast = np.full((len(truth), 2), 5.0)
        tables.append(tabulate_errors(past, truth, {"five": forecast}, whole))
        for code, units, sold in zip(past.codes, past.units, truth, strict=True):
            known = units[~np.isnan(units)]
            change = [abs(after - before) for before, after in zip(known[:-1], known[1:], strict=True)]
            scale = 1.0 if whole else sum(change) / len(change) if change and sum(change) else np.nan
            slow[code, origin] = np.mean([abs(5 - sold[0]), abs(5 - sold[1])]) / scale
    errors = read_errors(join_errors(tables))
    assert errors.origins == (9, 10)
    found = errors.of["five"]
    assert errors.mean("five") == pytest.approx(np.nanmean(list(slow.values())))
    assert errors.by_origin("five")[1] == pytest.approx(np.nanmean([e for (_, o), e in slow.items() if o == 10]))
    assert np.nansum(found) == pytest.approx(np.nansum(list(slow.values())))


def test_a_method_that_is_missing_at_one_origin_is_compared_at_the_others() -> None:
    history = draw_history(4, 14)
    ones = np.ones((4, 3))
    tables = [
        tabulate_errors(history.until(8), history.after(8, 3), {"one": ones}, whole=True),
        tabulate_errors(history.until(9), history.after(9, 3), {"one": ones, "two": 2 * ones}, whole=True),
    ]
    both = read_errors(join_errors(tables)).common(["one", "two"])
    assert both.origins == (9,)
    assert both.mean("one") == pytest.approx(np.abs(history.after(9, 3) - 1).mean())
    assert read_errors(join_errors(tables)).common(["one", "three"]).origins == ()


def test_nothing_was_judged() -> None:
    assert read_errors(join_errors([])).origins == ()
    constant = Panel(np.array(["A"], object), np.full((1, 9), 2.5))
    table = tabulate_errors(constant.until(5), constant.after(5, 1), {"one": np.ones((1, 1))}, whole=False)
    assert read_errors(join_errors([table])).mean("one") == np.inf


def test_products_in_other_units_do_not_outweigh_the_others() -> None:
    units = np.full((100, 9), 10.0)
    units[:2] *= 1e6
    sales = Panel(np.array([f"P{number}" for number in range(100)], object), units)
    table = tabulate_errors(sales.until(5), sales.after(5, 1), {"a third less": units[:, 5:6] * 2 / 3}, whole=True)
    errors = read_errors(join_errors([table])).of["a third less"]
    np.testing.assert_allclose(errors[2:], 10 / 3)
    assert (errors[:2] < 10 / 3).all()
