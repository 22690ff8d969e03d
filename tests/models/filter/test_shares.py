"""What one product may decide for the others: capped, however much it sells, and next to nothing in other units."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from tasks.models.filter.shares import share_total, weigh_foreign


def test_products_in_other_units_hardly_count_and_products_without_sales_decide_nothing() -> None:
    size = np.append(np.full(98, 10.0), [79.0, 1e6])
    assert_array_equal(weigh_foreign(size)[:99], 1)
    assert weigh_foreign(size)[99] < 1e-5
    assert_array_equal(weigh_foreign(np.append(np.zeros(100), [5.0, 6.0])), 1)
    assert_array_equal(weigh_foreign(np.zeros(3)), 1)
    assert len(weigh_foreign(np.empty(0))) == 0


def test_no_product_has_more_than_its_share_of_the_total() -> None:
    volume = np.append(np.full(398, 10.0), [70.0, 75.0])
    weighted = share_total(volume) * volume
    assert_allclose(weighted[:398], 10)
    assert_allclose(weighted[398:] / weighted.sum(), 0.01)


def test_products_in_other_units_have_next_to_no_share() -> None:
    volume = np.append(np.full(398, 10.0), [1e6, 1e9])
    weighted = share_total(volume) * volume
    assert_allclose(weighted[:398], 10)
    assert (weighted[398:] < 1e-3 * weighted.sum()).all()
    assert_allclose(share_total(np.array([1.0, 1e6])), 1)


def test_products_of_similar_size_are_not_capped() -> None:
    assert_allclose(share_total(np.geomspace(1, 40, 500)), 1)
    assert_allclose(share_total(np.array([7.0])), 1)
    assert len(share_total(np.empty(0))) == 0
