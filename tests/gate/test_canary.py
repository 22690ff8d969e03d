"""The canary finds a forecast that depends on later weeks, and no other."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from schemas.config import Config
from tasks.gate import canary
from tasks.gate.canary import find_leak, replace_later
from tasks.gate.fits import fit_past
from tasks.models.panel import Panel
from tests.histories import draw_history


@pytest.mark.parametrize("config", [Config(), Config(recipe="reference", lookback=5)])
@pytest.mark.parametrize("whole", [True, False])
def test_no_forecast_depends_on_later_weeks(config: Config, whole: bool) -> None:
    history = draw_history(300, 30, launches=True)
    sales = history if whole else Panel(history.codes, history.units * 1.37)
    assert find_leak(sales, 22, config) == 0


def test_a_forecast_that_looks_at_later_weeks_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    cut = Panel.until

    def peek(self: Panel, origin: int) -> Panel:
        past = cut(self, origin)
        return Panel(past.codes, past.units + (np.nan_to_num(self.units[:, -1]).mean() > 50), past.first_week)

    monkeypatch.setattr(Panel, "until", peek)
    assert find_leak(draw_history(60, 30), 22, Config()) == 60


def test_a_single_forecast_that_changes_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def move_one(sales: Panel, origin: int, config: Config) -> pa.Table:
        table, place = fit_past(sales, origin, config), pa.array(np.arange(540) == 7)
        moved = pc.if_else(place, float(np.nan_to_num(sales.units[:, -1]).sum()), table["units_mean"])
        return table.set_column(table.column_names.index("units_mean"), "units_mean", moved)

    monkeypatch.setattr(canary, "fit_past", move_one)
    assert find_leak(draw_history(60, 30), 22, Config()) == 1


def test_the_noise_leaves_what_was_known_and_replaces_the_rest() -> None:
    history = draw_history(20, 20, launches=True)
    noisy = replace_later(history, 14, seed=1)
    np.testing.assert_array_equal(noisy.until(14).units, history.until(14).units)
    assert not np.isin(noisy.units[:, 15:], history.units[:, 15:]).any()
    assert np.isfinite(noisy.units[:, 15:]).all()


def test_many_products_are_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canary, "_PRODUCTS", 30)
    assert find_leak(draw_history(100, 20), 14, Config()) == 0
