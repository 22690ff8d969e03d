"""Simulated panels are sales that a shop might have: of every kind, the same for a seed, alike in every batch."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from tasks.simulation.draws import Draws
from tasks.simulation.kind import Kind
from tasks.simulation.panel import simulate_panel
from tasks.simulation.seasons import Calendar

CALM = Kind(calm=True, sold="poisson", level=4.0, width=0.5)


@pytest.mark.parametrize("seed", range(60))
def test_units_are_sales_and_blank_before_launch_only(seed: int) -> None:
    random = np.random.default_rng(seed)
    products, weeks = int(random.integers(1, 120)), int(random.integers(1, 160))
    kind = Kind.draw(random)
    units = simulate_panel(Draws.of(seed), products, weeks, kind).units
    assert units.shape == (products, weeks)
    launched = ~np.isnan(units)
    assert (np.diff(launched.astype(int), axis=1) >= 0).all()
    assert np.isfinite(units[launched]).all()
    assert (units[launched] >= 0).all()
    if kind.sold != "amounts":
        assert (units[launched] % 1 == 0).all()


def test_a_seed_gives_the_same_panel() -> None:
    kind = Kind.draw(np.random.default_rng(3))
    one, other = (simulate_panel(Draws.of(3), 50, 80, kind) for _ in range(2))
    assert_array_equal(one.units, other.units)
    assert one.first_start == other.first_start
    assert not np.array_equal(one.units, simulate_panel(Draws.of(4), 50, 80, kind).units)


@pytest.mark.parametrize("seed", range(8))
def test_batches_of_a_panel_share_its_weeks(seed: int) -> None:
    kind = replace(CALM, seasons=True, blank=False)
    panels = [simulate_panel(Draws.of(seed, batch), 300, 104, kind, of=600) for batch in range(2)]
    one, other = (np.log(panel.units.sum(axis=0)) for panel in panels)
    assert panels[0].first_start == panels[1].first_start
    assert not np.array_equal(panels[0].units, panels[1].units)
    assert np.corrcoef(one, other)[0, 1] > 0.5 or one.std() < 0.05


def test_what_a_kind_lacks_is_not_there() -> None:
    units = simulate_panel(Draws.of(1), 200, 104, CALM).units
    assert not np.isnan(units).any()
    later = simulate_panel(Draws.of(1), 200, 104, replace(CALM, launches=True)).units
    assert np.isnan(later).any()


def test_promotions_raise_sales_and_are_told() -> None:
    panel = simulate_panel(Draws.of(5), 100, 104, replace(CALM, promotions=True))
    promoted = panel.promotions.advertised > 0
    assert panel.promotions.price.shape == panel.promotions.effect.shape == panel.units.shape
    assert promoted.any()
    assert panel.promotions.effect[promoted].mean() > 0.05


def test_a_day_of_the_year_and_easter_are_found_in_their_weeks() -> None:
    calendar = Calendar(date(2023, 1, 2), 104)
    assert calendar.weeks_of(12, 25).tolist() == [51, 103]
    assert calendar.easters(0).tolist() == [(date(2023, 4, 9) - date(2023, 1, 2)).days // 7, 64]
    assert calendar.season[0] == 4
