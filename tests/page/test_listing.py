"""Products are listed by what they sell and miss, whatever their number, and their numbers arrive as they were."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.page.contents import Floats
from tasks.page.listing import choose_products, count_fitting
from tasks.page.packing import pack_array, pack_listing
from tests.page.conftest import build_listing, build_page

VOLUMES = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3), st.booleans()), min_size=1, max_size=60)


@given(VOLUMES, st.integers(1, 40))
def test_the_largest_and_the_worst_are_listed(products: list[tuple[int, int, bool]], most: int) -> None:
    volume, missed, moved = (np.array(column) for column in zip(*products, strict=True))
    chosen = choose_products(volume.astype(float), missed.astype(float), moved.astype(bool), most)
    assert len(chosen) == min(most, len(products))
    assert (np.diff(chosen) > 0).all()
    left = np.setdiff1d(np.arange(len(products)), chosen)
    quarter = most // 4
    if len(left) and quarter:
        assert np.sort(missed[chosen])[::-1][:quarter].tolist() == np.sort(missed)[::-1][:quarter].tolist()
        kept = most - 2 * quarter
        assert np.sort(volume[chosen])[::-1][:kept].tolist() == np.sort(volume)[::-1][:kept].tolist()


def test_as_many_are_listed_as_fit() -> None:
    assert count_fitting(20_000, 52 + 3 * 13 + 4 * 3, 10) == 20_000
    assert 5_000 < count_fitting(20_000, 52 + 3 * 13 + 4 * 52, 10) < 10_000


def unpack(packed: dict[str, Any]) -> Floats:
    """What the page's script reads."""
    none = {"u1": 255.0, "u2": 65535.0, "f4": np.inf}[packed["kind"]]
    bytes_of_it = base64.b64decode(packed["data"])
    values = np.frombuffer(bytes_of_it, f"<{packed['kind']}").astype(np.float64).reshape(tuple(packed["shape"]))
    values[values == none] = np.nan
    return values


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([0, 254, np.nan], "u1"),
        ([0, 255, np.nan], "u2"),
        ([65534, np.nan], "u2"),
        ([65535, np.nan], "f4"),
        ([0.5, 12.25, np.nan], "f4"),
        ([-1], "f4"),
        ([], "u1"),
    ],
)
def test_numbers_arrive_as_they_were(values: list[float], kind: str) -> None:
    packed = pack_array(np.array(values, float))
    assert packed["kind"] == kind
    np.testing.assert_array_equal(unpack(packed), values)


def test_twenty_thousand_products_of_amounts_take_at_most_15_mb() -> None:
    products, generator = count_fitting(20_000, 52 + 3 * 13 + 4 * 13, 10), np.random.default_rng(1)
    listing = build_listing(
        codes=[f"product {number}" for number in range(products)],
        sold=generator.uniform(0, 1e6, (products, 52)),
        past_weeks=list(range(13)),
        past=generator.uniform(0, 1e6, (products, 13, 3)),
        coming=generator.uniform(0, 1e6, (products, 13, 4)),
        answers=np.zeros(products),
        new=np.zeros(products, bool),
        returned=np.zeros(products, bool),
    )
    packed = pack_listing(build_page(listing=listing))
    assert len(packed) < 15e6
    np.testing.assert_allclose(unpack(json.loads(packed)["sold"]), listing.sold, rtol=1e-6)
