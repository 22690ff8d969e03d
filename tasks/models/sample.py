"""A sample of products, where there are too many to learn from all of them: one from each stratum of volume."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from tasks.models.arrays import Codes, Floats, Integers

SAMPLE = 20_000  # products that a panel is measured on, a network is trained on and errors are estimated from, at most


def hash_codes(codes: Codes, seed: int) -> npt.NDArray[np.uint64]:
    """A number for each product code (n,), which depends on the code and the seed alone."""
    keys: npt.NDArray[np.uint64] = pd.util.hash_array(codes, hash_key=f"{seed:016d}"[-16:], categorize=False)
    return keys


def draw_sample(keys: npt.NDArray[np.uint64], volume: Floats, most: int = SAMPLE) -> Integers:
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
