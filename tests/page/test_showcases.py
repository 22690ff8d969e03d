"""Products for the page are chosen by volume, and not by their order."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tasks.page.page import choose_showcases


@given(st.lists(st.integers(0, 5), min_size=1, max_size=40), st.integers(1, 15), st.randoms(use_true_random=False))
def test_the_choice_is_by_volume_and_does_not_depend_on_order(
    volumes: list[int], count: int, random: np.random.Generator
) -> None:
    codes = [f"P{number}" for number in range(len(volumes))]
    chosen = [codes[position] for position in choose_showcases(codes, volumes, count)]
    order = list(range(len(volumes)))
    random.shuffle(order)
    shuffled = [codes[position] for position in order]
    positions = choose_showcases(shuffled, [volumes[position] for position in order], count)
    assert chosen == [shuffled[position] for position in positions]

    sold = [volume for volume in volumes if volume] or volumes
    picked = [volumes[codes.index(code)] for code in chosen]
    assert len(set(chosen)) == len(chosen) == min(count, len(sold))
    assert picked == sorted(picked, reverse=True)
    assert picked[0] == max(volumes)
    assert count == 1 or picked[-1] == min(sold)


def test_large_and_small_products_are_among_them() -> None:
    volumes = np.arange(1, 811 + 1)
    chosen = volumes[choose_showcases([f"P{number}" for number in volumes], volumes)]
    assert (chosen[0], chosen[-1]) == (811, 1)
    assert len(chosen) == 12
    assert (np.diff(chosen, n=2) <= 1).all()  # the distances grow, except for rounding
