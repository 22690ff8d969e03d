"""Train: fit the network on this run's windows, and keep it."""

from __future__ import annotations

from schemas.config import WeeklyRequest
from schemas.errors import ModelFailed
from schemas.records import Model, Sales, WindowSet
from tasks.models.recipes.recipe import Prepared
from tasks.models.recipes.registry import read_state, recipe_for
from tasks.models.windows import Windows
from tasks.sales.history.identity import identify
from tasks.store.paths import card_file, model_folder, pits_file
from tasks.store.publishing.manifest import CODE_VERSION
from tasks.store.store import Store
from tasks.workspace.workspace import Workspace


def train(work: Workspace, sales: Sales, windows: WindowSet, request: WeeklyRequest) -> Model:
    """Write network, state, PITs and card of the model that this run's sales and settings determine."""
    from tasks.models.fitting import fit  # loads TensorFlow, which takes seconds: not before it is needed

    store, version = work.store, identify("model", sales.run_id)
    if finished := _find_finished(store, version):
        return finished
    state = read_state(store.read_json(windows.state))
    training = Windows.from_table(store.read_table(windows.training), recipe_for(request.config).columns(state))
    prepared = Prepared(training, state, store.read_table(windows.common))
    try:
        fitted = fit(prepared, request.config, work.tell.show_epoch)
    except ModelFailed as error:
        work.tell.warn(error.message)
        return Model(version=version, folder="", failure=error.message)
    model = Model(version=version, folder=model_folder(version), losses=fitted.losses, decision=fitted.decision)
    pits = fitted.past_pits(training, request.config)
    with store.replacing_files(model.folder) as folder:
        fitted.save(folder)
    store.write_table(pits_file(version), pits.to_table())
    store.write_json(card_file(version), _card(store, sales, model, windows, request))
    return model


def _find_finished(store: Store, version: str) -> Model | None:
    """The model, where a run that was killed later has finished it: its card is written last, and tells the files."""
    if not store.exists(card_file(version)):
        return None
    card = store.read_json(card_file(version))
    files = card.get("files", {})
    if not files or any(store.sha256(path) != sha256 for path, sha256 in files.items()):
        return None
    return Model(version=version, folder=model_folder(version), losses=card["losses"], decision=card["decision"])


def _card(store: Store, sales: Sales, model: Model, windows: WindowSet, request: WeeklyRequest) -> dict[str, object]:
    files = [path for path in store.files(model.folder) if path != card_file(model.version)]
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
        "files": {path: store.sha256(path) for path in files},
    }
