"""Products in other units are told from large ones."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_array_equal
from tasks.models.filter.foreign import weigh_foreign


def test_products_in_other_units_hardly_count_and_products_without_sales_decide_nothing() -> None:
    size = np.append(np.full(98, 10.0), [79.0, 1e6])
    assert_array_equal(weigh_foreign(size)[:99], 1)
    assert weigh_foreign(size)[99] < 1e-5
    assert_array_equal(weigh_foreign(np.append(np.zeros(100), [5.0, 6.0])), 1)
    assert_array_equal(weigh_foreign(np.zeros(3)), 1)
    assert len(weigh_foreign(np.empty(0))) == 0
