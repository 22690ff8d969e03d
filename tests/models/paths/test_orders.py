"""Orders: checked against a slow replay of every path, and by how often an order is enough in a simulated shop."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tasks.models.arrays import Floats
from tasks.models.paths.orders import Orders, Stock, order

PATHS, PRODUCTS, HORIZON = 200, 12, 6
GENERATOR = np.random.default_rng(1)
DEMAND = GENERATOR.poisson(9, (PATHS, PRODUCTS, HORIZON)).astype(float)
STOCK = Stock(
    on_hand=GENERATOR.integers(0, 30, PRODUCTS).astype(float),
    coming=GENERATOR.integers(0, 12, (PRODUCTS, HORIZON)).astype(float),
    lead=GENERATOR.integers(0, 4, PRODUCTS),
    review=GENERATOR.integers(1, 3, PRODUCTS),
    ratio=np.linspace(0.5, 0.95, PRODUCTS),
    multiple=np.zeros(PRODUCTS),
    least=np.zeros(PRODUCTS),
    whole=np.ones(PRODUCTS, bool),
    waits=np.arange(PRODUCTS) % 3 == 0,
)


def replay(demand: Floats, stock: Stock, product: int, quantity: float) -> tuple[float, float, float]:
    """Stock as the order arrives, demand that finds none until the next one does, and stock then, of one path."""
    units, short, at_arrival = stock.on_hand[product], 0.0, 0.0
    lead, end = stock.lead[product], stock.lead[product] + stock.review[product]
    for week in range(end + 1):
        if week == lead:
            at_arrival = units
            units += quantity
        if week == end:
            break
        units += stock.coming[product, week]
        missed = max(demand[product, week] - max(units, 0.0), 0.0)
        if week >= lead:
            short += missed
        units = units - demand[product, week] if stock.waits[product] else max(units - demand[product, week], 0.0)
    return at_arrival, short, max(units, 0.0)


def replay_all(made: Orders) -> Floats:
    """The same of all paths and products: (paths, n, 3)."""
    return np.array(
        [[replay(path, STOCK, product, made.quantity[product]) for product in range(PRODUCTS)] for path in DEMAND]
    )


def test_what_is_expected_is_the_mean_of_a_replay() -> None:
    made = order(DEMAND, STOCK)
    projected, short, left = replay_all(made).mean(axis=0).T
    assert_allclose(made.projected, projected)
    assert_allclose(made.shortage, short)
    assert_allclose(made.left_over, left)
    assert_allclose(made.up_to, projected + made.quantity)


def test_an_order_is_the_smallest_that_is_enough_with_its_probability() -> None:
    made = order(DEMAND, STOCK)
    enough = (replay_all(made)[..., 1] == 0).mean(axis=0)
    assert (enough >= STOCK.ratio).all()
    fewer = replay_all(made._replace(quantity=np.maximum(made.quantity - 1, 0)))
    is_less = made.quantity > 0
    assert is_less.any()
    assert ((fewer[..., 1] == 0).mean(axis=0) < STOCK.ratio)[is_less].all()


def test_a_product_with_enough_stock_is_not_ordered() -> None:
    much, six, nine = (np.full(PRODUCTS, units) for units in (500.0, 6.0, 9.0))
    full = replace(STOCK, on_hand=much, multiple=six, least=nine)
    assert_array_equal(order(DEMAND, full).quantity, 0)


def test_orders_are_whole_multiples_and_not_below_the_least_one() -> None:
    usual = order(DEMAND, STOCK).quantity
    packed = order(DEMAND, replace(STOCK, multiple=np.full(PRODUCTS, 8.0), least=np.full(PRODUCTS, 12.0))).quantity
    assert_array_equal(packed[usual == 0], 0)
    asked = usual > 0
    assert (packed[asked] % 8 == 0).all() and (packed[asked] >= 16).all()
    assert ((packed >= usual) & (packed - np.maximum(usual, 12) < 8))[asked].all()
    huge = order(DEMAND, replace(STOCK, multiple=np.full(PRODUCTS, 1e15))).quantity
    assert_array_equal(huge, np.where(asked, 1e15, 0))
    amounts = order(DEMAND * 1.25, replace(STOCK, whole=np.zeros(PRODUCTS, bool))).quantity
    assert (amounts % 1 > 0).any()


@pytest.mark.parametrize("level", [0.9, 0.95])
def test_a_service_level_is_met_in_a_shop_that_orders_every_week(level: float) -> None:
    generator, lead, products = np.random.default_rng(3), 2, 60
    mean = generator.gamma(2, 8, products)
    on_hand, coming = 3 * mean, np.zeros((products, HORIZON))
    coming[:, :lead] = mean[:, np.newaxis]
    short, weeks = 0, 120
    for week in range(weeks):
        stock = Stock(
            on_hand=on_hand.round(),
            coming=coming.round(),
            lead=np.full(products, lead),
            review=np.ones(products, np.int64),
            ratio=np.full(products, level),
            multiple=np.zeros(products),
            least=np.zeros(products),
            whole=np.ones(products, bool),
            waits=np.zeros(products, bool),
        )
        paths = generator.poisson(mean[:, np.newaxis], (400, products, HORIZON)).astype(float)
        quantity = order(paths, stock).quantity
        coming = np.column_stack([coming[:, 1:lead], quantity, np.zeros((products, HORIZON - lead))])
        demand, on_hand = generator.poisson(mean), stock.on_hand + stock.coming[:, 0]
        short += int((demand > on_hand).sum()) if week > 10 else 0
        on_hand = np.maximum(on_hand - demand, 0)
    assert abs(1 - short / (products * (weeks - 11)) - level) < 0.02
