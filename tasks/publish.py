"""Publish: what readers look at is replaced by one commit, once all of it lies ready."""

from __future__ import annotations

from schemas.config import WeeklyRequest, name_forecast
from schemas.errors import PublicationRefused
from schemas.forecasts import FORECAST_FORMAT
from schemas.inputs.files import INVENTORY
from schemas.processor import describe_instructions
from schemas.records import Evaluation, ForecastTable, Model, Outcome, Promotion, RawFile, Report, Sales
from tasks.decisions.forecast import Forecast
from tasks.decisions.orders import make_orders
from tasks.inputs.gathering import list_set_aside
from tasks.inputs.kinds.inventory import read_inventory
from tasks.sales.reading.table import Part
from tasks.shown.ordered import publish_orders
from tasks.store.paths import passing_folders, run_folder, vintage_file
from tasks.store.publishing.manifest import CODE_VERSION, FORMAT, Manifest, read_manifest
from tasks.store.publishing.outcome import conclude
from tasks.store.publishing.publication import publish_run
from tasks.store.publishing.retention import Retention
from tasks.store.store import Store
from tasks.store.tables import files_of, hash_table
from tasks.workspace.workspace import Workspace


def publish(
    work: Workspace,
    raw: RawFile,
    sales: Sales,
    model: Model,
    evaluation: Evaluation,
    promotion: Promotion,
    forecasts: ForecastTable,
    page: Report,
    request: WeeklyRequest,
) -> Outcome:
    """Keep the vintage for good and put it in the place of the one before, unless that one is of a newer week."""
    store = work.store
    manifest = _describe(store, raw, sales, model, promotion, page, request)
    _require_whole(
        forecasts, sales.forecast_products * request.config.horizon, hash_table(manifest.kept, forecasts.path)
    )
    commit = publish_run(work.snapshot, manifest, Retention(request.config.keep_runs, request.config.keep_models))
    if commit and not files_of((change.path for change in commit.changes), vintage_file(sales.as_of_week)):
        work.tell.warn(f"W{sales.as_of_week} was forecast before: that vintage stays in the history")
    order(work, raw, sales)
    outcome = conclude(work.snapshot.renewed(), manifest, "published")
    scores = store.read_table(evaluation.scores)
    work.tell.show_table("weekcast-scores", scores, "Error on past weeks, by method and weeks ahead")
    _show_links(work, outcome)
    return outcome


def publish_again(work: Workspace, raw: RawFile, sales: Sales) -> Outcome:
    """How a run ends that was published before; where another one of its week superseded it, it is the latest again."""
    manifest = read_manifest(work.store, sales.run_id)
    published = publish_run(work.snapshot, manifest)
    order(work, raw, sales)
    outcome = conclude(work.snapshot.renewed(), manifest, "published" if published else "nothing_new")
    _show_links(work, outcome)
    return outcome


def order(work: Workspace, raw: RawFile, sales: Sales) -> None:
    """Publish orders beside the forecast, where it is the latest and there is an inventory."""
    now = work.snapshot.renewed()
    found = next((each for each in raw.inputs if each.kind == INVENTORY), None)
    if found is None or now.latest is None or now.latest.run_id != sales.run_id:
        return
    forecast = Forecast(now)
    inventory = read_inventory(Part(work.store.local(found.path), found.name), forecast.reading)
    made = make_orders(forecast, inventory, found.name, of_week=True)  # see `validate`
    publish_orders(now, made.orders)
    for warning in list_set_aside(found.name, made.set_aside):
        work.tell.warn(warning)


def _require_whole(forecasts: ForecastTable, rows: int, sha256: str) -> None:
    if forecasts.rows != rows:
        raise PublicationRefused(f"the forecast has {forecasts.rows} rows, expected {rows}; it was not published")
    if sha256 != forecasts.sha256:
        raise PublicationRefused("the forecast changed after its contract was checked; it was not published")


def _describe(
    store: Store,
    raw: RawFile,
    sales: Sales,
    model: Model,
    promotion: Promotion,
    page: Report,
    request: WeeklyRequest,
) -> Manifest:
    return Manifest(
        format=FORMAT,
        run_id=sales.run_id,
        as_of_week=sales.as_of_week,
        raw_sha256=raw.sha256,
        data_sha256=sales.data_sha256,
        forecast_format=FORECAST_FORMAT,
        code_version=CODE_VERSION,
        model_version=promotion.champion,
        promoted=promotion.promoted,
        method=promotion.method,
        config=request.config.model_dump(mode="json"),
        products=sales.products,
        quarantined=sales.quarantined,
        arrival=sales.arrival,
        restated=sales.restated,
        new=sales.new,
        returned=sales.returned,
        left=sales.left,
        instructions=describe_instructions(),
        inputs={each.kind: each.sha256 for each in raw.inputs},
        kept={path: store.sha256(path) for path in _list_kept(store, raw, sales, model, page)},
    )


def _list_kept(store: Store, raw: RawFile, sales: Sales, model: Model, page: Report) -> list[str]:
    """The files that a run keeps."""
    passing = passing_folders(sales.run_id)
    own = [path for path in store.files(run_folder(sales.run_id)) if not path.startswith(passing)]
    trained = store.files(model.folder) if model.folder else []
    came = {raw.path, *(path for path, _ in raw.parts), *(each.path for each in raw.inputs)}
    return sorted({*came, page.path, *own, *trained})


def _show_links(work: Workspace, outcome: Outcome) -> None:
    places = (("forecast", outcome.forecast), ("report", outcome.report))
    lines = [outcome.summary, "", *(f"- {name}: `{work.store.tell(path)}`" for name, path in places)]
    work.tell.show_text("weekcast-links", "\n".join(lines), name_forecast(outcome.as_of_week, outcome.horizon))
