"""Window: cut the sales into what the network learns from and what it forecasts from."""

from __future__ import annotations

from schemas.config import WeeklyRequest
from schemas.records import Sales, WindowSet
from schemas.windows import WINDOWS
from tasks.models.recipes.registry import prepare
from tasks.running.loading import load_history
from tasks.running.step import step
from tasks.store.paths import run_file
from tasks.store.store import Store


@step("window")
def window(sales: Sales, request: WeeklyRequest) -> WindowSet:
    """Write scaled windows, each with its product and origin, and how they were scaled."""
    store = Store(request.store)
    prepared = prepare(load_history(store, sales), request.config)
    windows = WindowSet(
        training=run_file(sales.run_id, "windows/training.parquet"),
        inputs=run_file(sales.run_id, "windows/inputs.parquet"),
        scaler=run_file(sales.run_id, "windows/scaler.json"),
        training_windows=len(prepared.training),
    )
    store.write_table(windows.training, WINDOWS.enforce(prepared.training.to_table()))
    store.write_table(windows.inputs, WINDOWS.enforce(prepared.inputs.to_table()))
    store.write_json(windows.scaler, prepared.scaler.model_dump(mode="json"))
    return windows
