"""Window: draw the products to learn from, and cut their sales into what the network learns from."""

from __future__ import annotations

from schemas.config import WeeklyRequest
from schemas.records import Sales, WindowSet
from schemas.windows import WINDOWS
from tasks.models.recipes.registry import prepare, recipe_for
from tasks.store.paths import run_file
from tasks.store.store import Store
from tasks.workspace.loading import load_sales, load_sample
from tasks.workspace.workspace import Workspace


def window(work: Workspace, sales: Sales, request: WeeklyRequest) -> WindowSet:
    """Write scaled windows, each with its product and week, how they were scaled, and what all products share."""
    store = work.store
    sample = _draw_sample(store, sales, request)
    prepared = prepare(load_sample(store, sales, sample).together(), request.config)
    windows = WindowSet(
        sample=sample,
        training=run_file(sales.run_id, "windows/training.parquet"),
        common=run_file(sales.run_id, "windows/common.parquet"),
        state=run_file(sales.run_id, "windows/state.json"),
        training_windows=len(prepared.training),
    )
    columns = recipe_for(request.config).columns(prepared.state)
    store.write_table(windows.training, WINDOWS.enforce(prepared.training.to_table(columns)))
    store.write_table(windows.common, prepared.common)
    store.write_json(windows.state, prepared.state.model_dump(mode="json"))
    return windows


def _draw_sample(store: Store, sales: Sales, request: WeeklyRequest) -> str:
    """The file of the sampled products' sales: that of all sales, where all are in the sample."""
    everything = load_sales(store, sales)
    if not everything.sampled:
        return sales.learned
    sample = run_file(sales.run_id, "windows/sample.parquet")
    store.write_table(sample, everything.sample_table(sales.as_of_week, request.config.seed))
    return sample
