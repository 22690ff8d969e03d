"""Whether a last week is unfinished: what is found, and what is left alone."""

from __future__ import annotations

import numpy as np
import pytest

from tasks.sales.plausibility.unfinished import Floats, Judgement, Shortfall, WeekStatistics, judge_last_week

Random = np.random.Generator


@pytest.fixture
def random() -> Random:
    return np.random.default_rng(5)


def draw(random: Random, weeks: Floats, products: int = 400, level: float = 6.0) -> Floats:
    """Units (products, weeks) of products of all sizes, whose sales rise and fall together with `weeks`."""
    rates: Floats = random.lognormal(np.log(level), 1, (products, 1)) * weeks
    return random.poisson(rates).astype(float)


def examine(units: Floats) -> Shortfall | None:
    return judge(units).shortfall


def judge(units: Floats) -> Judgement:
    statistics = WeekStatistics(units.shape[1])
    for batch in np.array_split(units, 3):
        statistics.add(batch)
    return judge_last_week(statistics)


def steady(random: Random, weeks: int = 80) -> Floats:
    return np.exp(random.normal(0, 0.03, weeks))


@pytest.mark.parametrize("weeks", [10, 30, 150])
@pytest.mark.parametrize("share", [0.15, 0.35, 0.55])
def test_finds_a_week_without_all_of_its_days(random: Random, weeks: int, share: float) -> None:
    units = draw(random, steady(random, weeks))
    assert examine(units) is None
    units[:, -1] = random.binomial(units[:, -1].astype(int), share)
    found = examine(units)
    assert found and found.kind == "total" and found.seen == units[:, -1].sum() < found.lowest


def test_finds_days_that_lack_in_amounts(random: Random) -> None:
    units = draw(random, steady(random)) * random.lognormal(1, 1, (400, 1))
    units[:, -1] *= 0.5
    assert examine(units)


@pytest.mark.parametrize("blank", [0.0, np.nan])
@pytest.mark.parametrize("level", [0.5, 20.0])
def test_finds_a_week_without_all_of_its_products(random: Random, blank: float, level: float) -> None:
    units = draw(random, steady(random), level=level)
    units[random.random(400) < 0.55, -1] = blank
    assert examine(units)


def test_finds_small_products_that_lack_although_the_total_stays(random: Random) -> None:
    units = draw(random, steady(random), level=20.0)
    units[:5] *= 200
    units[150:, -1] = 0
    found = examine(units)
    assert found and found.kind == "zeros" and found.seen < 0.5 < found.lowest


@pytest.mark.parametrize("earlier", [[], [20, 45], [80 - 53]])
@pytest.mark.parametrize("left", [0.67, 0.8])
def test_leaves_a_holiday_alone(random: Random, earlier: list[int], left: float) -> None:
    weeks = steady(random)
    weeks[[*earlier, -1]] *= left
    assert examine(draw(random, weeks)) is None


def test_leaves_a_closed_week_alone_that_repeats_after_a_year(random: Random) -> None:
    weeks = steady(random)
    weeks[-1] = 0
    assert examine(draw(random, weeks))
    weeks[-53] = 0
    assert examine(draw(random, weeks)) is None


def test_a_closed_week_excuses_only_the_same_week_of_a_year(random: Random) -> None:
    weeks = steady(random)
    weeks[[-30, -1]] = 0, 0.4
    assert examine(draw(random, weeks))


def test_leaves_the_week_after_a_promotion_alone(random: Random) -> None:
    weeks = steady(random)
    weeks[[30, 31, 60, -3, -2]] *= 3
    assert examine(draw(random, weeks)) is None


def test_leaves_few_slow_products_alone(random: Random) -> None:
    for products in range(1, 11):
        for _ in range(20):
            units = draw(random, np.ones(40), products, level=1.0)
            assert examine(units) is None
            too_little = np.median(units[:3].sum(axis=0)[-9:-1]) < 8
            units[:, -1] = 0
            assert examine(units[:3]) is None or not too_little


def test_leaves_launches_and_dead_products_alone(random: Random) -> None:
    units = draw(random, steady(random))
    launches, ends = random.integers(0, 79, 200), random.integers(40, 79, 100)
    for product, week in enumerate(launches):
        units[product, :week] = np.nan
    for product, week in zip(range(300, 400), ends, strict=True):
        units[product, week:] = 0
    assert examine(units) is None


@pytest.mark.parametrize("rate", [-0.02, 0.03])
def test_leaves_growth_and_decline_alone_and_finds_missing_days_in_them(random: Random, rate: float) -> None:
    units = draw(random, steady(random) * np.exp(rate * np.arange(80)), level=30.0)
    assert examine(units) is None
    units[:, -1] = random.binomial(units[:, -1].astype(int), 0.4)
    assert examine(units)


def test_says_nothing_of_panels_without_sales() -> None:
    assert examine(np.zeros((5, 20))) is None
    assert examine(np.full((5, 12), np.nan)) is None


def test_batches_add_up(random: Random) -> None:
    units = draw(random, steady(random, 150))
    whole, parts = WeekStatistics(150), WeekStatistics(150)
    whole.add(units)
    for batch in np.array_split(np.asfortranarray(units), 7):
        parts.add(batch)
    for name in ("totals", "recent", "again"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(parts, name))


def test_describes_what_lacks() -> None:
    assert Shortfall("total", 412.0, 1020.4).describe("W51") == (
        "week W51 holds 412 units, expected at least 1,020 after the weeks before"
    )
    assert Shortfall("zeros", 0.42, 0.806).describe("W51") == (
        "week W51 holds sales of 42.0% of the products that sold in the 4 weeks before, expected at least 80.6%"
    )


@pytest.mark.parametrize(("products", "left"), [(5, 0.03), (1, 0.0)])
def test_a_small_panel_is_refused_when_it_falls_further_than_ever(products: int, left: float) -> None:
    units = np.random.default_rng(1).poisson(30, (products, 60)).astype(float)
    assert examine(units) is None
    units[:, -1] = np.floor(units[:, -1] * left)
    assert examine(units) is not None


def test_an_intermittent_product_may_sell_nothing() -> None:
    units = np.random.default_rng(2).poisson(30, (1, 60)).astype(float)
    units[:, 5::7] = 0
    units[:, -1] = 0
    assert examine(units) is None


def test_what_is_sold_too_little_is_not_called_full() -> None:
    random = np.random.default_rng(3)
    slow, steady_seller = random.poisson(0.5, (2, 60)).astype(float), random.poisson(30, (3, 60)).astype(float)
    assert judge(slow) == (False, None)
    assert judge(steady_seller) == (True, None)
    assert judge(np.zeros((5, 1))) == (False, None)


def test_whole_weeks_of_small_panels_are_hardly_ever_refused() -> None:
    random = np.random.default_rng(8)
    refused = 0
    for _ in range(400):
        products, weeks = int(random.integers(1, 8)), int(random.integers(30, 111))
        rates = np.exp(random.uniform(0, np.log(30), (products, 1))) * np.ones(weeks)
        if random.random() < 0.5:
            clumps = random.choice([1.0, 2.0, 5.0, 10.0])
            rates = random.gamma(clumps, rates / clumps)
        refused += judge(random.poisson(rates).astype(float)).shortfall is not None
    assert refused <= 2
