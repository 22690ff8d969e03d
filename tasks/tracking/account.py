"""What is logged of a published run: its settings, scores, gate and model, as its files in the store tell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from schemas.forecasts import AS_OF_WEEK, HORIZON, METHOD, RUN_ID
from schemas.records import Outcome
from schemas.scores import COUNT, MAE_ERROR, MEASURES
from tasks.store.paths import GATE_FILE, model_folder, run_file
from tasks.store.publishing.manifest import Manifest, read_manifest
from tasks.store.store import Store


class Score(NamedTuple):
    """One figure of the scores; name: the method and the measure."""

    name: str
    horizon: int
    value: float


class Account(NamedTuple):
    """One run.

    tags: short texts by which runs are found
    settings: by name
    texts: contents of small files, by name
    models: folders of the store with the model that the run trained, none where training failed
    """

    run_id: str
    tags: dict[str, str]
    settings: dict[str, str]
    scores: list[Score]
    texts: dict[str, str]
    models: list[str]


def read_account(store: Store, outcome: Outcome) -> Account:
    """What is logged of a run that the store holds; raises StoreError where its files cannot be read."""
    manifest, gate = read_manifest(store, outcome.run_id), run_file(outcome.run_id, GATE_FILE)
    return Account(
        run_id=outcome.run_id,
        tags=_tag(manifest),
        settings={name: f"{value}" for name, value in manifest.config.items()},
        scores=list(_list_scores(store, outcome.scores)),
        texts={GATE_FILE: store.read_text(gate)} if store.exists(gate) else {},
        models=sorted({model_folder(path.split("/")[1]) for path in manifest.kept if path.startswith("models/")}),
    )


def _tag(manifest: Manifest) -> dict[str, str]:
    told = {
        RUN_ID: manifest.run_id,
        AS_OF_WEEK: manifest.as_of_week,
        "champion": manifest.model_version,
        "promoted": manifest.promoted,
        "answers": manifest.method,
        "products": manifest.products,
        "quarantined": manifest.quarantined,
        "data_sha256": manifest.data_sha256,
        "code_version": manifest.code_version,
    }
    return {name: f"{value}" for name, value in told.items()}


def _list_scores(store: Store, path: str) -> Iterator[Score]:
    for row in store.read_table(path).to_pylist():
        for measure in (*MEASURES, COUNT, MAE_ERROR):
            if row.get(measure) is not None:  # a release before this one may not have written it
                yield Score(f"{row[METHOD]}.{measure}", row[HORIZON], row[measure])
