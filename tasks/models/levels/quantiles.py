"""Where products stood at chosen weeks, and what past weeks say of the quantiles of the weeks after them."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator
from datetime import date

import numpy as np

from tasks.models.history import Floats, Integers, Mask
from tasks.models.levels.walk import Standing, walk
from tasks.models.levels.weights import CLASSES
from tasks.models.uncertainty.latent import latent_quantile, randomised_pit
from tasks.models.uncertainty.recalibration import PitHistogram

_JUDGED = 1500  # products of a week whose truths are looked up, at most


def walk_with_probabilities(
    units: Floats,
    whole: Mask,
    horizon: int,
    weeks: Collection[int],
    pooling: bool,
    first_monday: date | None = None,
) -> Iterator[tuple[Standing, Floats]]:
    """The standings at those weeks, and at which probabilities quantiles are to be read: (classes, horizon, 3).

    units: (n, weeks), NaN before launch; whole: (n,) which products are sold in whole units; pooling: whether peers may
    be learned from; first_monday: of the first week, where there is a calendar.
    """
    histogram = PitHistogram(CLASSES, horizon)
    past: deque[Standing] = deque(maxlen=horizon)
    for standing in walk(units, whole, horizon, pooling, first_monday):
        histogram.forget()
        sold = np.nan_to_num(units[:, standing.week])
        for ahead, then in enumerate(reversed(past), start=1):
            _count(histogram, then, ahead, sold, whole)
        past.append(standing)
        if standing.week in weeks:
            yield standing, histogram.probabilities()


def _count(histogram: PitHistogram, then: Standing, ahead: int, sold: Floats, whole: Mask) -> None:
    """Look up where a week's units fell in what was expected of them; every draw depends on the week alone."""
    week = then.week + ahead
    stride = max(len(then.rows) // _JUDGED, 1)
    those: Integers = np.arange(week % stride, len(then.rows), stride)
    rows = then.rows[those]
    fraction = np.random.default_rng([7, week]).random(len(rows))
    pit = randomised_pit(sold[rows], then.expected[those, ahead - 1], then.dispersion[those], whole[rows], fraction)
    histogram.add(then.kind[those], ahead, pit)


def read_quantiles(standing: Standing, those: Integers, whole: Mask, probabilities: Floats) -> Floats:
    """Quantiles 0.1, 0.5 and 0.9 of the products at `those` positions, which are whole or not: (n, horizon, 3).

    Those of whole units have a fraction on top, see `uncertainty.latent`.
    """
    probability = probabilities[standing.kind[those]]
    mean, dispersion, grain = np.broadcast_arrays(
        standing.expected[those, :, np.newaxis],
        standing.dispersion[those, np.newaxis, np.newaxis],
        whole[:, np.newaxis, np.newaxis],
        probability,
    )[:3]
    return latent_quantile(mean, dispersion, grain, probability)
