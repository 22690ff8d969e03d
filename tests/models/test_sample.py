"""The sample has products of every volume, and the same ones whatever the other products are called or sell."""

from __future__ import annotations

import numpy as np

from tasks.models.sample import draw_sample, hash_codes

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
