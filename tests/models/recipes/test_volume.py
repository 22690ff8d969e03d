"""Classes of volume: of equal size, from low to high, and one alone where there is little to judge."""

from __future__ import annotations

import numpy as np

from tasks.models.recipes.volume import class_by_volume, class_edges


def test_classes_are_of_equal_size_and_ordered_by_volume() -> None:
    volume = np.random.default_rng(1).permutation(np.geomspace(0.1, 1e6, 1200))
    kind = class_by_volume(volume, class_edges(volume))
    assert np.bincount(kind).tolist() == [400, 400, 400]
    assert (np.diff(kind[np.argsort(volume)]) >= 0).all()


def test_few_forecasts_are_one_class() -> None:
    volume = np.arange(999.0)
    assert set(class_by_volume(volume, class_edges(volume)).tolist()) == {0}
