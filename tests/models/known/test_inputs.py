"""Known inputs: what is measured of them, and what of them was known in a week."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.testing import assert_allclose, assert_array_equal

from tasks.models.known.inputs import Known, read_inputs

NAN = np.nan
ANY = np.array([[-np.inf], [np.inf]])


def test_a_price_is_measured_beside_the_usual_one_of_the_weeks_before() -> None:
    price = np.array([[10.0] * 9 + [5.0, NAN, 10.0]])
    measured = Known({"price": price}).measure(1, 12)[..., 0]
    assert_allclose(measured[0], [0.0] * 9 + [np.log(0.5), 0, 0], atol=1e-12)


def test_a_new_usual_price_is_one_after_some_weeks() -> None:
    price = np.array([[10.0] * 30 + [20.0] * 30])
    measured = Known({"price": price}).measure(1, 60)[0, :, 0]
    assert measured[30] > 0
    assert_allclose(measured[45:], 0)


def test_a_regular_price_goes_before_the_usual_one() -> None:
    known = Known({"price": np.array([[8.0, 8.0]]), "regular_price": np.array([[10.0, NAN]])})
    assert_allclose(known.measure(1, 2)[0, :, 0], [np.log(0.8), 0])
    assert known.own == ["price"]


def test_a_price_that_is_not_told_is_the_usual_one() -> None:
    known = Known({"price": np.array([[NAN, 10.0, 10.0, NAN, 5.0, NAN], [NAN] * 6])})
    assert_allclose(np.exp(known.log_price(2, 7, ANY)), [[10.0, 10, 10, 10, 5, 10, 10], [1.0] * 7])


def test_a_price_beyond_all_that_were_seen_is_the_farthest_of_them() -> None:
    price, regular = np.array([[10.0, 10, 6, 1, 90, 0.1]]), np.array([[NAN, NAN, NAN, NAN, 20, NAN]])
    known = Known({"display": price, "price": price, "regular_price": regular})
    seen = np.array([[0.0, np.log(0.5)], [0.0, np.log(2)]])
    assert_allclose(np.exp(known.log_price(1, 6, seen)), [[10.0, 10, 6, 5, 40, 5]])
    assert_array_equal(Known({"display": price}).log_price(1, 6, seen[:, :1]), np.zeros((1, 6)))


def test_weeks_beyond_what_is_told_are_as_usual() -> None:
    known = Known({"display": np.array([[1.0, 0.5]]), "event fair": np.array([[NAN, 1.0]])})
    assert_allclose(known.measure(1, 4)[0, :, 0], [1, 0.5, 0.75, 0.75])  # the median
    assert_allclose(known.measure_shared(4)[:, 0], [0, 1, 0, 0])


def test_an_event_of_some_products_is_not_there_in_weeks_that_do_not_name_it() -> None:
    known = Known({"own event fair": np.array([[NAN, 1.0, NAN, 0.5], [NAN, NAN, NAN, NAN]])})
    assert_allclose(known.measure(2, 5)[..., 0], [[0.0, 1, 0, 0.5, 0], [0.0] * 5])


def test_a_product_of_which_a_feature_tells_nothing_is_as_others_are() -> None:
    told, untold = [[NAN, 7.0]], [[NAN, NAN]]
    names = ("warm", "price", "own event fair")
    known = Known({name: np.array(told + untold) for name in names})
    found = known.as_usual_of(Known({name: np.array([[1.0, 3.0], [NAN, 2.0]]) for name in names})).values
    assert_array_equal(found["warm"], [[NAN, 7], [2, 2]])
    for name in names[1:]:
        assert_array_equal(found[name], known.values[name])


def test_what_became_known_later_is_not_known_before() -> None:
    known = Known({"display": np.array([[1.0, 1, 1]]), "since display": np.array([[NAN, 5, 7]])})
    assert_array_equal(known.until(5).values["display"], [[1, 1, NAN]])
    assert known.own == ["display"]


def test_weeks_of_which_nothing_says_since_when_they_are_known_always_were() -> None:
    known = Known({"display": np.array([[1.0, 1, 1]]), "since display": np.array([[7.0, NAN]])})
    assert_array_equal(known.until(5).values["display"], [[NAN, 1, 1]])


def test_inputs_are_read_from_the_columns_of_a_panel() -> None:
    table = pa.table(
        {
            "product_code": ["A", "B"],
            "W3": [1.0, 2.0],
            "price W3": [9.0, None],
            "price W5": [None, 8.0],
            "event fair W4": [1.0, 1.0],
        }
    )
    inputs = read_inputs(table, 3)
    assert_array_equal(inputs["price"], [[9, NAN, NAN], [NAN, NAN, 8]])
    assert_array_equal(inputs["event fair"], [[NAN, 1]])  # once, because all products have it


def test_products_are_selected_and_what_all_have_stays() -> None:
    known = Known({"price": np.array([[1.0], [2.0]]), "event fair": np.array([[1.0]])})
    some = known.select(np.array([1]))
    assert_array_equal(some.values["price"], [[2]])
    assert_array_equal(some.values["event fair"], [[1]])
