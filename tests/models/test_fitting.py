"""A fit depends only on data, configuration and seed, and is saved as plain Keras."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from schemas.config import Config
from schemas.errors import ModelFailed
from tasks.models.distribution import Distribution
from tasks.models.fitting import NETWORK_FILE, FittedModel, fit, load
from tasks.models.network.layers import as_inputs
from tasks.models.panel import Panel
from tasks.models.recipes.registry import prepare, read_state
from tasks.models.recipes.trust import Trust
from tests.histories import draw_history, fit_recipe

# Keras itself causes this warning when it saves variables.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning:keras")

NAMES: tuple[Any, ...] = ("auto", "reference")
HISTORY = draw_history(weeks=60)


def fit_named(recipe: Any, history: Panel = HISTORY, seed: int = 1) -> FittedModel:
    return fit_recipe(history, Config(recipe=recipe, seed=seed))


@pytest.fixture(scope="module")
def models() -> dict[str, FittedModel]:
    """A fit by each recipe."""
    return {recipe: fit_named(recipe) for recipe in NAMES}


def hash_fit(fitted: FittedModel) -> str:
    weights = b"".join(weights.tobytes() for weights in fitted.network.get_weights())
    return hashlib.sha256(weights + fitted.state.model_dump_json().encode()).hexdigest()


def assert_same(one: Distribution, other: Distribution) -> None:
    for field in fields(Distribution):
        assert_array_equal(getattr(one, field.name), getattr(other, field.name))


@pytest.mark.parametrize("recipe", NAMES)
def test_the_same_seed_gives_the_same_bytes_after_any_other_fit(recipe: Any, models: dict[str, FittedModel]) -> None:
    fit_named(recipe, draw_history(products=30, weeks=24, seed=5), seed=3)
    assert hash_fit(fit_named(recipe)) == hash_fit(models[recipe])
    assert hash_fit(fit_named(recipe, seed=2)) != hash_fit(models[recipe])


def test_fresh_processes_on_a_busy_machine_give_the_same_bytes() -> None:
    script = "from tests.models.test_fitting import hash_large_fits; print(*hash_large_fits())"
    command, root = [sys.executable, "-c", script], Path(__file__).parents[2]
    # More processes than cores: it must not matter which of TensorFlow's threads is free.
    busy = [
        subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range((os.cpu_count() or 1) + 1)
    ]
    assert [process.communicate() for process in busy] == [(" ".join(hash_large_fits()) + "\n", "")] * len(busy)


def hash_large_fits() -> list[str]:
    large = draw_history(products=300, weeks=52)  # so many that batches are full
    return [hash_fit(fit_recipe(large, Config(recipe=recipe, max_training_windows=8_000))) for recipe in NAMES]


@pytest.mark.parametrize("recipe", NAMES)
def test_a_model_comes_back_from_its_folder(recipe: Any, models: dict[str, FittedModel], tmp_path: Path) -> None:
    models[recipe].save(tmp_path / "model")
    again = load(tmp_path / "model")
    assert again.state == models[recipe].state
    assert_same(again.predict(HISTORY).published, models[recipe].predict(HISTORY).published)


def test_plain_keras_reads_the_networks(models: dict[str, FittedModel], tmp_path: Path) -> None:
    expected, generator = {}, np.random.default_rng(1)
    for recipe, fitted in models.items():
        fitted.save(tmp_path / recipe)
        seen = [generator.normal(size=(50, *given.shape[1:])).astype(np.float32) for given in fitted.network.inputs]
        np.savez(tmp_path / recipe / "inputs.npz", *seen)
        expected[recipe] = fitted.network(as_inputs(seen)).numpy()
    script = (
        "import keras, numpy\n"
        f"for recipe in {NAMES}:\n"
        "    network = keras.saving.load_model(f'{recipe}/network.keras')\n"
        "    seen = list(numpy.load(f'{recipe}/inputs.npz').values())\n"
        "    numpy.save(f'{recipe}/outputs.npy', network(seen if seen[1:] else seen[0]))"
    )
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True, capture_output=True)
    for recipe in NAMES:
        assert_allclose(np.load(tmp_path / recipe / "outputs.npy"), expected[recipe], rtol=1e-4, atol=1e-5)


def test_the_same_model_is_the_same_files(models: dict[str, FittedModel], tmp_path: Path) -> None:
    models["auto"].save(tmp_path / "first")
    fit_named("auto").save(tmp_path / "second")
    for file in ("network.keras", "scaler.json"):
        assert (tmp_path / "first" / file).read_bytes() == (tmp_path / "second" / file).read_bytes()
    assert sorted(path.name for path in (tmp_path / "first").iterdir()) == ["network.keras", "scaler.json"]


@pytest.mark.parametrize("recipe", NAMES)
def test_training_lowers_the_loss_and_reports_each_epoch(recipe: Any) -> None:
    config, epochs = Config(recipe=recipe), list[tuple[int, int, float]]()
    fitted = fit(prepare(HISTORY, config), config, lambda *epoch: epochs.append(epoch))
    assert epochs == [(number, len(epochs), loss) for number, loss in enumerate(fitted.losses, start=1)]
    assert len(epochs) == fitted.recipe.schedule.epochs
    assert fitted.losses[-1] < fitted.losses[0]


@pytest.mark.parametrize("recipe", NAMES)
def test_the_state_comes_back_from_json(recipe: Any, models: dict[str, FittedModel]) -> None:
    state = models[recipe].state
    assert read_state(json.loads(state.model_dump_json())) == state


@pytest.mark.parametrize("recipe", NAMES)
def test_where_the_weeks_are_too_few_nothing_is_trained(recipe: Any) -> None:
    assert fit_named(recipe, draw_history(weeks=9)).losses == ()


def test_the_decision_names_who_answers_for_each_class_of_volume(models: dict[str, FittedModel]) -> None:
    trust = {"trust": Trust((0.75, 0.25, 0.0))}
    weighed = FittedModel(models["auto"].network, models["auto"].state.model_copy(update=trust))
    assert weighed.decision == ("lstm", "lstm", "blended_levels")
    assert models["reference"].decision == ("lstm",)


def test_a_model_that_keras_cannot_read_is_named(models: dict[str, FittedModel], tmp_path: Path) -> None:
    models["auto"].save(tmp_path)
    with zipfile.ZipFile(tmp_path / NETWORK_FILE) as saved:
        members = {name: saved.read(name) for name in saved.namelist()}
    members["config.json"] = members["config.json"].replace(b'"LSTM"', b'"LayerOfTomorrow"')
    with zipfile.ZipFile(tmp_path / NETWORK_FILE, "w") as rewritten:
        for name, content in members.items():
            rewritten.writestr(name, content)
    with pytest.raises(ModelFailed, match=r"Keras .* cannot read this model"):
        load(tmp_path)
    (tmp_path / NETWORK_FILE).write_bytes(b"torn")
    with pytest.raises(ModelFailed, match="cannot read this model"):
        load(tmp_path)
