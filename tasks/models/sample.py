"""A sample of products, where there are too many to learn from all of them: one from each stratum of volume."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from tasks.models.history import Floats, Integers

SAMPLE = 20_000  # products that a panel is measured on, a network is trained on and errors are estimated from, at most


def draw_sample(codes: pa.Array, volume: Floats, seed: int, most: int = SAMPLE) -> Integers:
    """Draw at most `most` products: their positions, in ascending order; all where there are no more.

    codes: (n,) product codes; volume: (n,) units a week. Products are ordered by volume and divided into strata of
    equal size; from each the product is drawn whose code has the smallest hash. So every product has the same chance,
    whatever it sells, no weights are needed, and next week the same products are drawn where their volumes are alike.
    """
    products = len(codes)
    if products <= most:
        return np.arange(products)
    key = pd.util.hash_array(codes.to_numpy(zero_copy_only=False), hash_key=f"{seed:016d}"[-16:], categorize=False)
    order = np.lexsort((key, volume))
    stratum = np.arange(products) * most // products
    by_key = np.lexsort((key[order], stratum))
    first = np.flatnonzero(np.diff(stratum, prepend=-1))
    return np.sort(order[by_key[first]])
