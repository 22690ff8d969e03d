"""Draws by product codes: of a sample of products, of an order, and of fractions. Other products hardly change them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from tasks.models.arrays import Codes, Float32Array, Floats, Integers

Keys = npt.NDArray[np.uint64]  # numbers that stand for names

_BELOW_ONE = 1 - 2.0**-24  # the largest number below one in 32 bits

SAMPLE = 20_000  # products that a panel is measured on, a network is trained on and errors are estimated from, at most


def hash_codes(codes: Codes, seed: int) -> Keys:
    """A number for each product code (n,), which depends on the code and the seed alone."""
    keys: Keys = pd.util.hash_array(codes, hash_key=f"{seed:016d}"[-16:], categorize=False)
    return keys


def shuffle(keys: Keys, number: int) -> Integers:
    """An order (n,) that depends on each key and the number: with other keys among them, these keep their order."""
    return np.argsort(_mix(keys, number), kind="stable")


def draw_fractions(keys: Keys, shape: tuple[int, ...]) -> Float32Array:
    """Numbers from 0 to below 1 of this shape, (n, …), evenly spread for each key (n,): steps of the golden ratio."""
    first = (_mix(keys, 0) >> np.uint64(11)) / 2.0**53
    steps = np.arange(np.prod(shape[1:], dtype=int)) * ((np.sqrt(5) - 1) / 2)
    fractions = np.minimum((first[:, np.newaxis] + steps) % 1, _BELOW_ONE)
    return np.asarray(fractions, np.float32).reshape(shape)


def _mix(keys: Keys, number: int) -> Keys:
    """Keys that look like random ones, others for each number, as in SplitMix64: Steele, Lea and Flood (2014)."""
    mixed = keys + np.uint64((number + 1) * 0x9E3779B97F4A7C15 % 2**64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return mixed


def draw_sample(keys: Keys, volume: Floats, most: int = SAMPLE) -> Integers:
    """Draw at most `most` products: their positions, in ascending order; all where there are no more.

    keys: (n,) hashes of the product codes; volume: (n,) units a week. Products are ordered by volume and divided into
    strata of equal size; from each the product is drawn whose code has the smallest hash. So every product has the same
    chance, whatever it sells, no weights are needed, and next week the same products are drawn where their volumes are
    alike.
    """
    products = len(keys)
    if products <= most:
        return np.arange(products)
    order = np.lexsort((keys, volume))
    bounds = -(-np.arange(most + 1) * products // most)
    strata = np.split(order, bounds[1:-1])
    return np.sort([stratum[keys[stratum].argmin()] for stratum in strata])
