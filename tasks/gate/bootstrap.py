"""What could have been by chance: means of products that are drawn again and again."""

from __future__ import annotations

import numpy as np

from tasks.models.arrays import Floats

_AT_ONCE = 100  # resamples


def resample_means(values: Floats, resamples: int, seed: int) -> Floats:
    """Means of each column in resamples of products: (resamples, columns).

    values: (products, origins, columns), NaN where nothing was judged, in all columns alike. A product is drawn with
    all its origins, because they are not independent: a paired bootstrap by clusters, Davison and Hinkley (1997).
    """
    known = ~np.isnan(values[:, :, 0])
    sums, counts = np.nansum(values, axis=1), known.sum(axis=1).astype(np.float64)
    sums, counts = sums[counts > 0], counts[counts > 0]
    products, rng = len(sums), np.random.default_rng(seed)
    means = np.empty((resamples, values.shape[2]))
    for start in range(0, resamples, _AT_ONCE):
        number = min(_AT_ONCE, resamples - start)
        drawn = rng.integers(0, products, (number, products)) + products * np.arange(number)[:, np.newaxis]
        times = np.bincount(drawn.ravel(), minlength=number * products).reshape(number, products).astype(np.float64)
        total = np.einsum("rp,p->r", times, counts)
        means[start : start + number] = np.einsum("rp,pc->rc", times, sums) / total[:, np.newaxis]
    return means
