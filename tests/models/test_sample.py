"""Draws by product codes: what is drawn for a product hardly depends on the other products."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from tasks.models.sample import Keys, draw_fractions, draw_sample, hash_codes, shuffle

CODES = np.array([f"P{number:04d}" for number in range(1000)], object)
VOLUME = np.random.default_rng(1).lognormal(1, 2, 1000)


def drawn(volume: np.ndarray[tuple[int], np.dtype[np.float64]] = VOLUME, seed: int = 1) -> list[int]:
    positions: list[int] = draw_sample(hash_codes(CODES, seed), volume, most=90).tolist()
    return positions


def test_of_few_products_all_are_drawn() -> None:
    assert draw_sample(hash_codes(CODES, 1), VOLUME, most=1000).tolist() == list(range(1000))


def test_each_stratum_of_volume_gives_one_product() -> None:
    positions = drawn()
    assert positions == sorted(set(positions))
    assert len(positions) == 90
    rank = np.argsort(np.argsort(VOLUME))[positions]
    assert sorted((rank * 90 // 1000).tolist()) == list(range(90))


def test_every_product_can_be_drawn_whatever_it_sells() -> None:
    times = np.bincount(np.concatenate([drawn(seed=seed) for seed in range(400)]), minlength=1000)
    by_volume = times[np.argsort(VOLUME)].reshape(4, 250).sum(axis=1)
    assert times.min() > 10
    assert (np.abs(by_volume / by_volume.mean() - 1) < 0.02).all()


def test_next_week_nearly_the_same_products_are_drawn() -> None:
    moved = VOLUME * np.random.default_rng(2).lognormal(0, 0.02, 1000)
    assert len(set(drawn()) & set(drawn(moved))) > 60
    assert len(set(drawn()) & set(drawn(seed=2))) < 25


KEYS = hash_codes(CODES, 1)


def test_other_windows_do_not_change_the_order_of_those_that_are_there() -> None:
    kept = np.flatnonzero(np.arange(1000) % 50 != 7)
    order = shuffle(KEYS, 3)
    assert sorted(order.tolist()) == list(range(1000))
    assert_array_equal(kept[shuffle(KEYS[kept], 3)], order[np.isin(order, kept)])


@pytest.mark.parametrize("keys", [KEYS, np.arange(1000).astype(np.uint64)], ids=["hashes", "numbers in a row"])
def test_every_epoch_has_an_order_of_its_own_that_is_like_chance(keys: Keys) -> None:
    places = np.array([np.argsort(shuffle(keys, number)) for number in range(20)])
    assert_array_equal(shuffle(keys, 3), shuffle(keys, 3))
    alike = np.corrcoef(np.vstack([places, np.arange(1000)]))
    assert np.abs(alike[np.triu_indices(21, 1)]).max() < 0.14  # chance: 0.032


@pytest.mark.parametrize("shape", [(1000, 16, 4), (1000, 1, 3)])
def test_fractions_are_spread_evenly_within_a_product_and_over_all(shape: tuple[int, ...]) -> None:
    fractions = draw_fractions(KEYS, shape)
    assert fractions.shape == shape and fractions.dtype == np.float32
    assert (0 <= fractions).all() and (fractions <= 1).all()
    number = fractions[0].size
    gaps = np.diff(np.sort(fractions.reshape(1000, number), axis=1), axis=1)
    assert gaps.max() < 3 / number  # of a chance draw the largest gap is about log(n) / n
    over_all = np.sort(fractions[:, -1, -1])
    assert np.abs(over_all - np.linspace(0, 1, 1000)).max() < 0.06


def test_a_products_fractions_depend_on_its_key_alone() -> None:
    some = np.array([5, 900, 17])
    assert_array_equal(draw_fractions(KEYS[some], (3, 16, 4)), draw_fractions(KEYS, (1000, 16, 4))[some])
    assert len({tuple(fractions.ravel().tolist()) for fractions in draw_fractions(KEYS, (1000, 16, 4))}) == 1000
