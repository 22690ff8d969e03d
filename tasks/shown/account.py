"""What a run tells of itself: kept with the run, so that its page can be written anew."""

from __future__ import annotations

from pydantic import ValidationError

from schemas.config import Config, WeeklyRequest
from schemas.errors import UsageError
from schemas.forecasts import AS_OF_DATE, REASON
from schemas.records import Account, Evaluation, ForecastTable, Ledger, Model, Promotion, RawFile, Sales
from tasks.sales.weeks import count_back
from tasks.store.paths import ACCOUNT_FILE, FORECAST_FILE, SALES_FILE, run_file
from tasks.store.publishing.manifest import CODE_VERSION, Manifest, read_manifest
from tasks.store.snapshot import Snapshot
from tasks.store.store import Store


def describe_run(
    raw: RawFile,
    sales: Sales,
    model: Model,
    evaluation: Evaluation,
    promotion: Promotion,
    forecasts: ForecastTable,
    past: Ledger,
    request: WeeklyRequest,
) -> Account:
    """What the steps of a run have told."""
    told = sales.model_dump(include={*Account.model_fields} & {*Sales.model_fields} - {"warnings"})
    return Account(
        **told,
        horizon=request.config.horizon,
        file_name=raw.name,
        rows=sales.products + sales.quarantined,
        warnings=(*sales.warnings, *promotion.warnings, *forecasts.warnings, *past.warnings),
        losses=model.losses,
        decisions=tuple(zip(model.decision, evaluation.decision, strict=False)),
        origins=evaluation.origins,
        scored=evaluation.products,
        method=promotion.method,
        promoted=promotion.promoted,
        reason=promotion.reason,
        model_version=promotion.champion,
        code_version=CODE_VERSION,
    )


def keep_account(store: Store, account: Account) -> None:
    """Keep it with the run."""
    store.write_json(run_file(account.run_id, ACCOUNT_FILE), account.model_dump(mode="json"))


def read_account(snapshot: Snapshot) -> Account:
    """That of the latest forecast's run; raises UsageError where there is none, or its run is not kept any more."""
    store, latest = snapshot.store, snapshot.latest
    if latest is None:
        raise UsageError(f"{store.tell()}: nothing was published; a report needs a forecast")
    needed = [run_file(latest.run_id, name) for name in (FORECAST_FILE, SALES_FILE)]
    if not all(map(snapshot.files_of, needed)):
        raise UsageError(f"{store.tell()}: the run of the latest forecast is not kept any more; run again")
    kept = run_file(latest.run_id, ACCOUNT_FILE)
    snapshot.require_whole([*needed, *([kept] if kept in snapshot.hashes else [])])
    if kept not in snapshot.hashes:
        return _from_manifest(store, read_manifest(store, latest.run_id))
    try:
        return Account.model_validate(store.read_json(kept))
    except ValidationError as error:
        raise store.damaged(kept, "it does not tell of a run") from error


def find_most(snapshot: Snapshot, account: Account) -> int:
    """How many products the page of a run lists at most."""
    told = read_manifest(snapshot.store, account.run_id).config
    return int(told.get("report_products", Config.model_fields["report_products"].default))


def _from_manifest(store: Store, manifest: Manifest) -> Account:
    """What is known of a run of an earlier release."""
    first = next(store.read_batches(run_file(manifest.run_id, FORECAST_FILE), 1, [AS_OF_DATE, REASON]))
    weeks = len(store.read_columns(run_file(manifest.run_id, SALES_FILE))) - 1
    told = manifest.model_dump(include={*Account.model_fields} & {*Manifest.model_fields})
    return Account(
        **told,
        first_date=count_back(manifest.as_of_week, first[AS_OF_DATE][0].as_py()),
        horizon=manifest.config["horizon"],
        rows=manifest.products + manifest.quarantined,
        first_week=manifest.as_of_week + 1 - weeks,
    )
