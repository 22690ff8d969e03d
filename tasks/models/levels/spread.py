"""How far a week's units usually are from the expected ones: a product's usual error, and its dispersion."""

from __future__ import annotations

import numpy as np

from tasks.models.history import Floats, Integers, Mask
from tasks.models.levels.weights import CLASSES

_KEEPS = 0.95  # weight of a week in the usual error, relative to the week after it
_CAP = 4.0  # an error is capped at so many usual errors
_PRIOR_WEEKS = 4.0  # weight of all products' errors in a product's usual error, in weeks
_DISPERSION_KEEPS = 0.97  # weight of a week in the dispersion, relative to the week after it
_DISPERSION_WEEKS = 8.0  # weight of the class's dispersion in a product's own, in weeks
_USUAL_DISPERSION, _USUAL_WEEKS = 0.1, 5.0  # prior of a class's dispersion, and its weight in product weeks
_UNSURE_WEEKS = 15.0  # dispersions are doubled where so many product weeks, the prior's included, are known
_DISPERSIONS = (0.003, 30.0)  # smallest and largest


class Spread:
    """The usual error and the dispersion of each product, shrunk to those of all products or of its class.

    whole: (n,) which products are sold in whole units.
    """

    def __init__(self, whole: Mask) -> None:
        self._grain = whole.astype(np.float64)
        self._squares, self._weeks, self._excess, self._mean = (np.zeros(len(whole)) for _ in range(4))

    def add(self, rows: Integers, expected: Floats, level: Floats, error: Floats, units: Floats) -> None:
        """Add a week's units (n,) of the products at these rows.

        expected: (n,) units that were expected; level: (n,) units that were expected if the product is alive; error:
        (n,) its usual error.
        """
        self._squares *= _KEEPS
        self._weeks *= _KEEPS
        self._squares[rows] += np.minimum(np.abs(units - level), _CAP * error) ** 2
        self._weeks[rows] += 1
        self._excess *= _DISPERSION_KEEPS
        self._mean *= _DISPERSION_KEEPS
        squares = np.minimum((units - expected) ** 2, 36 * error**2)
        self._excess[rows] += squares - expected * self._grain[rows]
        self._mean[rows] += expected**2 + 1e-9

    def relative_variance(self, rows: Integers, usual: Floats) -> float:
        """The usual variance of a week, beyond that of a Poisson distribution, relative to the squared units a week.

        usual: (n,) usual units a week of the products at these rows.
        """
        weeks, grain = self._weeks[rows], usual * self._grain[rows]
        known = weeks > _PRIOR_WEEKS
        if not known.any():
            return 0.1
        beyond = np.maximum(self._squares[rows][known] / weeks[known] - grain[known], 0.0)
        return float(np.clip(np.median(beyond / usual[known] ** 2), 1e-4, 1.0))

    def error(self, rows: Integers, usual: Floats, relative: float) -> Floats:
        """Usual error of a week, in units, of the products at these rows: (n,).

        usual: (n,) usual units a week; relative: what `relative_variance` gives.
        """
        weeks, grain = self._weeks[rows], usual * self._grain[rows]
        variance = self._squares[rows] + _PRIOR_WEEKS * (grain + relative * usual**2)
        return np.asarray(np.sqrt(variance / (weeks + _PRIOR_WEEKS)))

    def class_dispersions(self, rows: Integers, kind: Integers) -> Floats:
        """The usual dispersion of each class, and by how much dispersions grow because it is unsure: (2, CLASSES).

        kind: (n,) the classes of volume of the products at these rows.
        """
        weeks, mean = self._weeks[rows], self._mean_square(rows)
        # Weeks count less where the mean is small: there the variance beyond a Poisson distribution is mostly chance.
        root = np.sqrt(mean)
        weight = weeks * np.where(self._grain[rows] > 0, root**3 / (1 + 2 * root + root**3), 1.0)
        relative = weight * self._excess[rows] / (mean * np.maximum(weeks, 1e-9))
        usual, unsure = np.full(CLASSES, _USUAL_DISPERSION), np.ones(CLASSES)
        for number in range(CLASSES):
            in_class = kind == number
            known = weight[in_class].sum()
            class_mean = (relative[in_class].sum() + _USUAL_WEEKS * _USUAL_DISPERSION) / (known + _USUAL_WEEKS)
            usual[number] = max(float(class_mean), 0.01)
            unsure[number] += _UNSURE_WEEKS / (known + _USUAL_WEEKS)
        return np.stack([usual, unsure])

    def dispersion(self, rows: Integers, kind: Integers, of_classes: Floats) -> Floats:
        """Dispersion of the products at these rows: (n,).

        kind: (n,) their classes of volume; of_classes: what `class_dispersions` gives.
        """
        usual, unsure = of_classes
        prior = _DISPERSION_WEEKS * np.maximum(self._mean_square(rows), 1e-6)
        dispersion = (self._excess[rows] + prior * usual[kind]) / (self._mean[rows] + prior)
        return np.asarray(np.clip(dispersion * unsure[kind], *_DISPERSIONS))

    def _mean_square(self, rows: Integers) -> Floats:
        return np.maximum(self._mean[rows] / np.maximum(self._weeks[rows], 1e-9), 1e-9)
