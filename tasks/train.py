"""Train: fit the network on this run's windows, and keep it."""

from __future__ import annotations

from functools import partial

from schemas.config import WeeklyRequest
from schemas.records import Model, Sales, WindowSet
from tasks.models.recipes.registry import read_scaler
from tasks.models.windows import Windows
from tasks.running.step import log_epoch, step
from tasks.sales.history.identity import identify
from tasks.store.paths import model_folder
from tasks.store.publishing.manifest import CODE_VERSION
from tasks.store.store import Store


@step("train")
def train(sales: Sales, windows: WindowSet, request: WeeklyRequest) -> Model:
    """Write network, scaler and card of the model that this run's sales and settings determine."""
    from tasks.models.fitting import fit  # loads TensorFlow, which takes seconds: not before it is needed

    store = Store(request.store)
    training = Windows.from_table(store.read_table(windows.training))
    fitted = fit(training, read_scaler(store.read_json(windows.scaler)), request.config, partial(log_epoch, "train"))
    version = identify("model", sales.run_id)
    model = Model(version=version, folder=model_folder(version), losses=fitted.losses, decision=fitted.scaler.decision)
    with store.replacing_files(model.folder) as folder:
        fitted.save(folder)
    store.write_json(f"{model.folder}/card.json", _card(sales, model, windows, request))
    return model


def _card(sales: Sales, model: Model, windows: WindowSet, request: WeeklyRequest) -> dict[str, object]:
    return {
        "model_version": model.version,
        "run_id": sales.run_id,
        "as_of_week": sales.as_of_week,
        "data_sha256": sales.data_sha256,
        "code_version": CODE_VERSION,
        "config": request.config.model_dump(mode="json"),
        "training_windows": windows.training_windows,
        "losses": list(model.losses),
        "decision": list(model.decision),
    }
