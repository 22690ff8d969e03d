"""Standings of products at chosen weeks, and their quantiles, recalibrated by the PITs of past weeks."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator
from datetime import date

import numpy as np

from tasks.models.history import Floats, Integers, Mask
from tasks.models.levels.panel import Panel
from tasks.models.levels.walk import Standing, walk
from tasks.models.levels.weights import CLASSES
from tasks.models.uncertainty.latent import latent_quantile, randomised_pit
from tasks.models.uncertainty.recalibration import PitHistogram

_JUDGED = 1500  # PITs that are counted a week, about; with fewer than twice as many products, those of all


def walk_with_probabilities(
    units: Floats,
    whole: Mask,
    horizon: int,
    weeks: Collection[int],
    pooling: bool,
    first_monday: date | None = None,
    panel: Panel | None = None,
) -> Iterator[tuple[Standing, Floats]]:
    """Yield the standing of each of these weeks, and the probabilities at which its quantiles are read.

    units: (n, weeks), NaN before launch; whole: (n,) which products are sold in whole units; weeks: columns of units;
    pooling: whether peers are used; first_monday: date of the first week, None without a calendar; panel: what is asked
    of all products, None where these are all; probabilities: (classes, horizon, 3).
    """
    panel = panel or Panel()
    histogram = PitHistogram(CLASSES, horizon)
    past: deque[Standing] = deque(maxlen=horizon)
    for standing in walk(units, whole, horizon, pooling, first_monday, panel):
        histogram.forget()
        sold = np.nan_to_num(units[:, standing.week])
        if not panel.recalls:
            for ahead, earlier in enumerate(reversed(past), start=1):
                _count(histogram, earlier, ahead, sold, whole)
            past.append(standing)
        if standing.week in weeks:
            yield standing, panel.ask(standing.week, "probabilities", histogram.probabilities)


def _count(histogram: PitHistogram, earlier: Standing, ahead: int, sold: Floats, whole: Mask) -> None:
    """Count the PITs of a week's units, forecast `ahead` weeks earlier; random draws depend on the week only."""
    week = earlier.week + ahead
    stride = max(len(earlier.rows) // _JUDGED, 1)
    positions: Integers = np.arange(week % stride, len(earlier.rows), stride)
    rows = earlier.rows[positions]
    mean, dispersion = earlier.expected[ahead - 1, positions], earlier.dispersion[positions]
    fraction = np.random.default_rng([7, week]).random(len(rows))
    pit = randomised_pit(sold[rows], mean, dispersion, whole[rows], fraction)
    histogram.add(earlier.kind[positions], ahead, pit)


def read_quantiles(standing: Standing, positions: Integers, whole: Mask, probabilities: Floats) -> Floats:
    """Quantiles 0.1, 0.5 and 0.9 of the products at these positions of a standing: (n, horizon, 3).

    whole: (n,) which of these products are sold in whole units, whose quantiles then include a fraction, see
    `uncertainty.latent`; probabilities: (classes, horizon, 3) at which the quantiles are read.
    """
    probability = probabilities[standing.kind[positions]]
    mean, dispersion, grain = np.broadcast_arrays(
        standing.expected[:, positions].T[:, :, np.newaxis],
        standing.dispersion[positions, np.newaxis, np.newaxis],
        whole[:, np.newaxis, np.newaxis],
        probability,
    )[:3]
    return latent_quantile(mean, dispersion, grain, probability)
