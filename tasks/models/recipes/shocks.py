"""Shocks that all products share in a week, in a history of less than a year.

There they cannot be told from the season: a network that is trained on them would memorise them, and one that is judged
in such a week would be judged by chance. So truths are divided by how much all products sold beside what was expected
of them. In longer histories a network learns from them what comes again every year.
"""

from __future__ import annotations

import numpy as np

from tasks.models.arrays import Floats, Integers

SHORT = 54  # weeks, about a year: in longer histories shocks are not left out
_FAR = 5.0  # a truth is capped at so many usual errors above what is expected, where a shock is measured
_CHANCE = 2.0  # half of the usual shock is kept where its square is so many times its variance
_PRIOR = 3.0  # weight of no shock, in products whose usual error is what is expected of them


def without_shocks(truth: Floats, expected: Floats, error: Floats, week: Integers) -> Floats:
    """Truths (n, J), NaN where not known, without the shock of each week and week ahead.

    expected: (n, J) units
    error: (n,) usual error
    week: (n,) in which they were expected

    The usual shock over all weeks is kept, as far as chance does not explain it.
    """
    weeks, number = np.unique(week, return_inverse=True)
    known, scale = ~np.isnan(truth), error[:, np.newaxis]
    capped = np.minimum(np.where(known, truth, 0.0), expected + _FAR * scale) / scale
    actual, foreseen = (
        np.stack([np.bincount(number, column, len(weeks)) for column in values.T], axis=1)
        for values in (capped, np.where(known, expected / scale, 0.0))
    )
    shock, present = np.log((actual + _PRIOR) / (foreseen + _PRIOR)), foreseen > 0
    count = np.maximum(present.sum(axis=0), 1)
    mean = np.where(present, shock, 0.0).sum(axis=0) / count
    variance = np.where(present, (shock - mean) ** 2, 0.0).sum(axis=0) / count
    chance = _CHANCE * variance / np.maximum(count / np.arange(1, shock.shape[1] + 1), 1)
    usual = mean * mean**2 / (mean**2 + chance + 1e-12)
    return np.asarray(truth * np.exp(usual - shock)[number])
