"""A fit depends only on data, configuration and seed, and is saved as plain Keras."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from tasks.models.network.lstm import FusedLSTM, as_inputs, fuse_order, stacked_lstm

from schemas.config import Config
from schemas.errors import ModelFailed
from tasks.models.fitting import NETWORK_FILE, FittedModel, fit, load
from tasks.models.network.backend import keras, tf
from tasks.models.panel import Panel
from tasks.models.recipes.recipe import Schedule
from tasks.models.recipes.registry import RECIPES, prepare, read_scaler
from tests.models.conftest import draw_history, fit_recipe

# Keras itself causes this warning when it saves variables.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning:keras")

NAMES: tuple[Any, ...] = ("auto", "reference")
HISTORY = draw_history(weeks=30)


def fit_named(recipe: Any, history: Panel = HISTORY, seed: int = 1) -> FittedModel:
    return fit_recipe(history, Config(recipe=recipe, seed=seed))


def hash_weights(fitted: FittedModel) -> str:
    return hashlib.sha256(b"".join(weights.tobytes() for weights in fitted.network.get_weights())).hexdigest()


@pytest.mark.parametrize("recipe", NAMES)
def test_the_same_seed_gives_the_same_bytes_after_any_other_fit(recipe: Any) -> None:
    first = hash_weights(fit_named(recipe))
    fit_named(recipe, draw_history(products=30, weeks=24, seed=5), seed=3)
    assert hash_weights(fit_named(recipe)) == first
    assert hash_weights(fit_named(recipe, seed=2)) != first


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
    large = draw_history(products=800, weeks=52)
    return [hash_weights(fit_named(recipe, large)) for recipe in NAMES]


@pytest.mark.parametrize("recipe", NAMES)
def test_a_model_comes_back_from_its_folder(recipe: Any, tmp_path: Path) -> None:
    fitted, inputs = fit_named(recipe), prepare(HISTORY, Config(recipe=recipe)).inputs
    fitted.save(tmp_path / "model")
    before, after = fitted.answer(inputs).prediction, load(tmp_path / "model").answer(inputs).prediction
    for name in ("units", "mean", "p10", "p90"):
        assert_array_equal(getattr(after, name), getattr(before, name))


def test_plain_keras_reads_the_networks(tmp_path: Path) -> None:
    expected = {}
    for recipe in NAMES:
        fitted, inputs = fit_named(recipe), prepare(HISTORY, Config(recipe=recipe)).inputs
        fitted.save(tmp_path / recipe)
        seen = fitted.recipe.seen(inputs)
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


def test_the_same_model_is_the_same_files(tmp_path: Path) -> None:
    for name in ("first", "second"):
        fit_named("auto").save(tmp_path / name)
    for file in ("network.keras", "scaler.json"):
        assert (tmp_path / "first" / file).read_bytes() == (tmp_path / "second" / file).read_bytes()
    assert sorted(path.name for path in (tmp_path / "first").iterdir()) == ["network.keras", "scaler.json"]


@pytest.mark.parametrize("recipe", NAMES)
def test_training_lowers_the_loss_and_reports_each_epoch(recipe: Any) -> None:
    config, epochs = Config(recipe=recipe), []
    prepared = prepare(HISTORY, config)
    fitted = fit(prepared.training, prepared.scaler, config, lambda *epoch: epochs.append(epoch))
    assert epochs == [(number, len(epochs), loss) for number, loss in enumerate(fitted.losses, start=1)]
    assert len(epochs) == fitted.recipe.schedule.epochs
    assert fitted.losses[-1] < fitted.losses[0]


@pytest.mark.parametrize("recipe", NAMES)
def test_the_scaler_comes_back_from_json(recipe: Any) -> None:
    scaler = fit_named(recipe).scaler
    assert read_scaler(json.loads(scaler.model_dump_json())) == scaler


def test_where_the_weeks_are_too_few_the_levels_answer_with_a_reason() -> None:
    short = draw_history(weeks=16)
    short.units[:] += 1  # so that every product is alive
    config = Config()
    prepared = prepare(short, config)
    fitted = fit(prepared.training, prepared.scaler, config)
    answer = fitted.answer(prepared.inputs)
    assert fitted.losses == ()
    assert set(answer.method) == {"blended_levels"}
    assert set(answer.reason) == {"200 windows of 5 past weeks are too few for a network to learn from"}


def flatten(arrays: Iterable[Any]) -> Any:
    return np.concatenate([np.asarray(array).ravel() for array in arrays])


def test_fused_layers_have_the_results_and_gradients_of_keras_own() -> None:
    stock, fused = (stacked_lstm((6, 2), (5, 4), 3, seed=4, lstm=lstm) for lstm in (keras.layers.LSTM, FusedLSTM))
    generator, order = np.random.default_rng(0), fuse_order(stock)
    stock.set_weights([generator.normal(0, 0.5, weights.shape) for weights in stock.get_weights()])
    parts = np.split(
        flatten(stock.get_weights())[order], np.cumsum([weights.size for weights in fused.get_weights()])[:-1]
    )
    fused.set_weights([part.reshape(weights.shape) for part, weights in zip(parts, fused.get_weights(), strict=True)])
    inputs = generator.normal(size=(50, 6, 2)).astype(np.float32)
    gradients = []
    for network in (stock, fused):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.sin(network(inputs, training=True)))
        gradients.append(flatten(tape.gradient(loss, network.trainable_variables)))
    assert_allclose(fused(inputs), stock(inputs), rtol=1e-4, atol=1e-6)
    assert_allclose(gradients[1], gradients[0][order], rtol=1e-3, atol=1e-4)


def test_a_fit_takes_the_steps_that_keras_takes() -> None:
    config = Config(recipe="reference", seed=3)
    prepared = prepare(HISTORY, config)
    windows, recipe = prepared.training, RECIPES["reference"]
    network = recipe.network([windows.inputs.shape[1:]], 3, config.seed, keras.layers.LSTM)
    network.compile(keras.optimizers.Adam(), "mean_squared_error")
    rates, size = recipe.schedule.rates(len(windows)), recipe.schedule.batch_size
    for number, epoch_rates in enumerate(np.split(rates, recipe.schedule.epochs)):
        order = np.random.default_rng([config.seed, number]).permutation(len(windows))
        for step, rate in enumerate(epoch_rates):
            network.optimizer.learning_rate.assign(rate)
            batch = order[step * size : (step + 1) * size]
            network.train_on_batch(windows.inputs[batch], np.asarray(windows.targets)[batch])
    fitted = fit(windows, prepared.scaler, config)
    assert_allclose(fitted.network(windows.inputs), network(windows.inputs), rtol=0.02, atol=0.02)


def test_a_schedule_has_a_rate_for_every_step() -> None:
    schedule = Schedule(epochs=4, batch_size=10, learning_rate=lambda progress: np.where(progress < 0.5, 2.0, 1.0))
    assert schedule.rates(25).tolist() == [2.0] * 6 + [1.0] * 6
    assert schedule.rates(0).tolist() == []


def test_the_reference_learns_ten_epochs_fast_and_ten_slowly() -> None:
    schedule = fit_named("reference").recipe.schedule
    rates = schedule.rates(17_842)
    assert len(rates) == 20 * 558
    assert_array_equal(rates, np.repeat(np.array([0.01, 0.001], np.float32), 10 * 558))


def test_a_model_that_keras_cannot_read_is_named(tmp_path: Path) -> None:
    fitted = fit_recipe(draw_history(), Config())
    fitted.save(tmp_path)
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


def test_a_training_that_diverges_is_told() -> None:
    prepared = prepare(draw_history(), Config(recipe="reference", lookback=5))
    targets = prepared.training.targets
    assert targets is not None
    broken = replace(prepared.training, targets=np.full_like(targets, np.nan))
    with pytest.raises(ModelFailed, match="the training diverged: the loss of epoch 1 is nan"):
        fit(broken, prepared.scaler, Config(recipe="reference", lookback=5))
