"""A simple method answers where its error in past weeks is smaller beyond chance, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from schemas.config import Config
from tasks.models.baselines.simple import METHODS, points_at
from tasks.models.fitting import fit
from tasks.models.history import Float32Array, Floats, Integers
from tasks.models.recipes.registry import prepare
from tasks.models.recipes.rivals import NOBODY, Rival, find_rivals
from tests.models.conftest import draw_history

LAST, MEAN = list(METHODS).index("last_value"), list(METHODS).index("mean_7")
ORIGIN: Integers = np.repeat(np.arange(12), 60)
KIND: Integers = np.tile(np.arange(3), 240)


def draw_forecasts(better: float, origins: int = 12) -> tuple[Floats, Floats, Float32Array, Integers, Integers, Floats]:
    """Forecasts in which last_value has smaller errors than ours in class 1, and all other methods larger ones.

    better: the share by which its errors are smaller. Returns the arguments of `find_rivals`.
    """
    generator = np.random.default_rng(1)
    truth = generator.gamma(4, 5, (len(ORIGIN), 3))
    noise = generator.normal(0, 3, (len(ORIGIN), 1, 3))
    points = truth[:, np.newaxis] + noise * np.full((len(METHODS), 1), 1.5)
    points[KIND == 1, LAST] = truth[KIND == 1] + noise[KIND == 1, 0] * (1 - better)
    kept = ORIGIN < origins
    published, weight = (truth + noise[:, 0])[kept], np.ones(np.count_nonzero(kept))
    return truth[kept], published, points[kept].astype(np.float32), KIND[kept], ORIGIN[kept], weight


def test_a_method_with_a_smaller_error_answers_for_its_class() -> None:
    first, rival, last = find_rivals(*draw_forecasts(better=0.2))
    assert first.method == last.method == NOBODY
    assert rival.name == "last_value"
    assert rival.reason == "last_value erred 20% less than the network and the levels on past weeks"


def test_one_product_with_a_small_weight_does_not_decide_for_its_class() -> None:
    truth, published, points, kind, origin, weight = draw_forecasts(better=0.2)
    large = np.arange(len(truth)) % 60 == 1  # a product of class 1, at every origin
    published[large] = truth[large]
    points[large, LAST] = truth[large] + 1e6
    weight[large] = 1e-9
    assert [rival.method for rival in find_rivals(truth, published, points, kind, origin, weight)][1] == LAST


@pytest.mark.parametrize("better, origins", [(0.005, 12), (0.2, 4), (-0.2, 12)])
def test_a_method_that_is_hardly_better_or_has_few_origins_does_not_answer(better: float, origins: int) -> None:
    assert [rival.method for rival in find_rivals(*draw_forecasts(better, origins))] == [NOBODY] * 3


def test_chance_is_not_taken_for_better() -> None:
    generator = np.random.default_rng(3)
    found = 0
    for _ in range(40):
        truth = generator.gamma(4, 5, (len(ORIGIN), 3))
        market = generator.normal(0, 1, (12, 1 + len(METHODS)))[ORIGIN]
        points = np.repeat((truth[:, np.newaxis] + market[:, 1:, np.newaxis]), 1, axis=1).astype(np.float32)
        rivals = find_rivals(truth, truth + market[:, :1], points, KIND, ORIGIN, np.ones(len(KIND)))
        found += any(rival.method != NOBODY for rival in rivals)
    assert found <= 4


def test_a_rival_answers_with_its_name_its_reason_and_an_interval_around_it() -> None:
    history, config = draw_history(products=120, weeks=40), Config()
    history.units[:6, :36] = np.nan  # too young
    prepared = prepare(history, config)
    fitted = fit(prepared.training, prepared.scaler, config)
    rivals = (Rival(method=MEAN, gain=0.25), Rival(), Rival())
    scaler = fitted.scaler.model_copy(update={"rivals": rivals})
    ours = fitted.answer(prepared.inputs)
    answer = fitted.recipe.answer(np.zeros((len(history.codes), 12), np.float32), prepared.inputs, scaler)
    simply = answer.method == "mean_7"
    assert 20 < simply.sum() < 60
    assert set(answer.reason[simply]) == {rivals[0].reason}
    mean_7 = points_at(history.units, np.array([history.last_week]), 3)[0, :, MEAN]
    assert_array_equal(answer.prediction.units[simply], mean_7[simply])
    assert_array_equal(answer.prediction.mean[simply], mean_7[simply])
    assert (answer.prediction.p10 <= answer.prediction.units).all()
    assert (answer.prediction.units <= answer.prediction.p90).all()
    assert_array_equal(
        answer.method[~simply & (answer.method != "lstm")], ours.method[~simply & (answer.method != "lstm")]
    )
    assert set(answer.method[:6]) == {"short_history"}
