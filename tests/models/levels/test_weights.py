"""Weights go to candidates with small errors: of all products, of one product, and of peers in a common market."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tasks.models.history import Floats, Integers
from tasks.models.levels import walk
from tasks.models.levels.candidates import NAMES
from tasks.models.levels.weights import CLASSES, Evidence, class_by_volume, class_edges
from tests.benchmarks.generated.panels import draw_panel
from tests.models.conftest import draw_history

PRODUCTS = 150
ROWS = np.arange(PRODUCTS)
KIND = ROWS % CLASSES


def weights_where(right: Integers, missed: float = 0.0) -> Floats:
    """Weights (K, n) after weeks in which the candidate `right` (n,) had errors of size `missed`, others of size 8."""
    generator, evidence = np.random.default_rng(1), Evidence(PRODUCTS, pooling=False)
    for _ in range(30):
        units = generator.poisson(20.0, PRODUCTS).astype(np.float64)
        forecast = units + generator.normal(0, 8, (PRODUCTS, len(NAMES))).T
        forecast[right, ROWS] = units + generator.normal(0, missed, PRODUCTS)
        evidence.forget()
        blends = np.stack([(part * forecast).sum(axis=0) for part in weigh(evidence)[1]])
        evidence.add(forecast, units, np.full(PRODUCTS, 4.5), 1.0)
        evidence.add_to_groups(KIND, forecast, blends, units, np.full(PRODUCTS, 4.5))
    return weigh(evidence)[0]


def weigh(evidence: Evidence) -> tuple[Floats, list[Floats]]:
    """The weights of all products, and by strength."""
    of_groups = evidence.weigh_groups(), evidence.weigh_strengths(), evidence.mean_errors(KIND)
    return evidence.weigh(len(NAMES), KIND, *of_groups)


def peer_share_after(units: Floats, monkeypatch: pytest.MonkeyPatch, pooling: bool = True) -> Floats:
    """The share of peers at the end of a walk through these units."""
    evidence = Evidence(len(units), pooling)
    monkeypatch.setattr(walk, "Evidence", lambda *_: evidence)
    deque(walk.walk(units, np.ones(len(units), np.bool_), 3, pooling), maxlen=0)
    return evidence.peer_share()


@pytest.mark.parametrize("name", ["own 0.94", "pooled"])
@pytest.mark.parametrize("missed", [0.0, 0.5])
def test_a_perfect_candidate_gets_most_of_the_weight(name: str, missed: float) -> None:
    weights = weights_where(np.full(PRODUCTS, NAMES.index(name)), missed)
    assert (weights > 0).all()
    assert_allclose(weights.sum(axis=0), 1)
    assert weights[NAMES.index(name)].mean() > 0.6
    assert np.median(weights[NAMES.index(name)]) > 0.8


def test_a_product_that_is_unlike_its_class_has_weights_of_its_own() -> None:
    right = np.full(PRODUCTS, NAMES.index("own 0.94"))
    right[4] = NAMES.index("own 0")
    weights = weights_where(right)
    assert weights[right[4], 4] > 0.5
    assert (weights[NAMES.index("own 0.94"), 5:] > 0.6).all()


def test_before_there_is_evidence_every_candidate_counts() -> None:
    weights, _ = weigh(Evidence(PRODUCTS, pooling=True))
    assert_allclose(weights.sum(axis=0), 1)
    assert (weights > 0.01).all()
    assert (weights < 0.4).all()


def test_products_that_share_a_market_use_their_peers(monkeypatch: pytest.MonkeyPatch) -> None:
    units = draw_history(swing=0.5, weeks=52, products=200).units
    assert (peer_share_after(units, monkeypatch) > 0.7).all()


def test_products_without_a_common_market_do_not_use_peers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (peer_share_after(draw_panel("loners", 200, 60, 80).units, monkeypatch) < 0.01).all()


def test_without_pooling_the_share_of_peers_is_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    units = draw_history(swing=0.5, weeks=20, products=50).units
    assert not Evidence(50, pooling=False).peer_share().any()
    assert not peer_share_after(units, monkeypatch, pooling=False).any()


def test_classes_are_of_equal_size_and_ordered_by_volume() -> None:
    volume = np.random.default_rng(1).permutation(np.geomspace(0.1, 1e6, 300))
    kind = class_by_volume(volume, class_edges(volume))
    assert np.bincount(kind).tolist() == [100, 100, 100]
    assert (np.diff(kind[np.argsort(volume)]) >= 0).all()


def test_few_products_are_one_class() -> None:
    volume = np.arange(99.0)
    assert set(class_by_volume(volume, class_edges(volume)).tolist()) == {0}
