"""Where things lie in a store; every path is relative to it, so that it may be copied or moved."""

from __future__ import annotations

from collections.abc import Iterable

CHAMPION = "champion.json"
LATEST = "forecasts/latest.parquet"
LATEST_POINTER = "forecasts/latest.json"  # names the folder of a latest forecast that is no single file
VINTAGES_FILE = "forecasts/vintages.parquet"
SALES_FOLDER = "sales"
LEDGER_SCORES_FILE = "ledger/scores.parquet"
LEDGER_BY_CLASS_FILE = "ledger/scores_by_class.parquet"
LEDGER_ACCURACY_FILE = "ledger/accuracy_by_product.parquet"
LEDGER_VALUE_ADDED_FILE = "ledger/value_added.parquet"
LEDGER_REVISIONS_FILE = "ledger/revisions.parquet"
REPORT = "reports/latest.html"
COMMITS = "commits"
ASIDE = ".aside"  # in the name of what is still being written
CHECKED = (
    ".checked.aside"  # what a file's check leaves until the run has its name; it is swept like what is half written
)
CONTINUED = (VINTAGES_FILE, CHAMPION)  # what the next publication builds on, beside the sales history
# Of each run:
MANIFEST_FILE = "manifest.json"
SALES_FILE = "sales.parquet"
ATTRIBUTES_FILE = "attributes.parquet"
QUARANTINE_FILE = "quarantine.parquet"
INPUTS_FILE = "inputs.parquet"
OVERRIDES_FILE = "overrides.parquet"
PANEL_FILE = "panel.parquet"
COMING_FILE = "coming.parquet"
RESTATED_FILE = "restated.parquet"
SCORES_FILE = "scores.parquet"
EVALUATION_FILE = "evaluation.parquet"
PAST_FORECASTS_FILE = "past_forecasts.parquet"
GATE_FILE = "gate.json"
FORECAST_FILE = "forecast.parquet"
GROUPS_FILE = "groups.parquet"
QUANTILES_FILE = "quantiles.parquet"
DISTRIBUTIONS_FILE = "distributions.parquet"
ACCOUNT_FILE = "account.json"
ORDERS_FILE = "orders.parquet"


def commit_file(number: int) -> str:
    """Where the record of a publication is kept."""
    return f"{COMMITS}/{number:06d}.json"


def installed_file(number: int) -> str:
    """What is there once all files of a publication are in their places."""
    return f"{COMMITS}/{number:06d}.installed"


def is_record(path: str) -> bool:
    """Whether that is the record of a publication, and not its marker."""
    return path.endswith(".json")


def is_pending(path: str) -> bool:
    """Whether that is the name which earlier releases gave a record until its files were in their places."""
    return path.endswith(".pending.json")


def staging_folder(run_id: str) -> str:
    """Where what a run is going to publish lies until then, each try in a folder of its own."""
    return f"{run_folder(run_id)}/staged"


def windows_folder(run_id: str) -> str:
    """Where a run keeps what it learns and forecasts from, until it is published."""
    return f"{run_folder(run_id)}/windows"


def raw_file(sha256: str, kind: str = "csv") -> str:
    """Where what came is kept; kind: csv for a file as it came, parquet for a query's rows, json for a list."""
    return f"raw/{sha256}.{kind}"


def checked_file(name: str) -> str:
    """Where what a file's check leaves lies until the run has its name."""
    return f"{CHECKED}/{name}"


def run_folder(run_id: str) -> str:
    """Where a run keeps its working files."""
    return f"runs/{run_id}"


def run_file(run_id: str, name: str) -> str:
    """Where a run keeps one of its working files."""
    return f"{run_folder(run_id)}/{name}"


def manifest_file(run_id: str) -> str:
    """Where a run's manifest is kept."""
    return run_file(run_id, MANIFEST_FILE)


def report_file(run_id: str) -> str:
    """Where a run keeps its own report."""
    return run_file(run_id, "report.html")


def model_folder(version: str) -> str:
    """Where a model is kept."""
    return f"models/{version}"


def card_file(version: str) -> str:
    """Where what a model was made from, and how it was judged, is kept."""
    return f"{model_folder(version)}/card.json"


def pits_file(version: str) -> str:
    """Where the PITs of past weeks are kept, which were found as a model was trained."""
    return f"{model_folder(version)}/pits.parquet"


def latest_folder(run_id: str = "") -> str:
    """Where the files of a latest forecast lie that is no single file; each run's have their own folder."""
    return f"forecasts/latest/{run_id}"


def is_served(path: str) -> bool:
    """Whether that is a file that tells what serves, or that readers open first."""
    return path in (CHAMPION, VINTAGES_FILE, LEDGER_SCORES_FILE, REPORT, LATEST) or path.startswith(latest_folder())


def vintage_file(as_of_week: int) -> str:
    """Where the forecast published for a week is kept for good."""
    # No "=" in a folder's name: readers would take it for a column.
    return f"forecasts/history/{as_of_week:04d}/forecast.parquet"


def sales_file(week: int) -> str:
    """Where all accepted sales of a week are kept."""
    return f"{SALES_FOLDER}/{week:04d}.parquet"


def week_of_file(path: str) -> int:
    """The week whose sales are kept in that file."""
    return int(path.removeprefix(f"{SALES_FOLDER}/").removesuffix(".parquet"))


def passing_folders(run_id: str) -> tuple[str, ...]:
    """What a run keeps only until it is published."""
    return staging_folder(run_id), windows_folder(run_id), ledger_folder(run_id)


def list_vintages(paths: Iterable[str]) -> list[int]:
    """The weeks whose vintages are among these files, in order."""
    return sorted({int(path.split("/")[2]) for path in paths if path.startswith("forecasts/history/")})


def ledger_file(as_of_week: int) -> str:
    """Where a vintage is kept with what was sold in its weeks."""
    return f"ledger/forecasts/{as_of_week:04d}.parquet"


def is_ledger_file(path: str) -> bool:
    """Whether that is a vintage with what was sold in its weeks."""
    return path.startswith("ledger/forecasts/")


def list_ledger(paths: Iterable[str]) -> list[int]:
    """The weeks whose vintages are among these files with what was sold, in order."""
    return sorted(week_of_ledger_file(path) for path in paths if is_ledger_file(path))


def week_of_ledger_file(path: str) -> int:
    """The week of the vintage that is kept in that file."""
    return int(path.removeprefix("ledger/forecasts/").removesuffix(".parquet"))


def ledger_folder(run_id: str) -> str:
    """Where a run keeps what it writes of the ledger, until it is published."""
    return f"{run_folder(run_id)}/ledger"


def quarantine_file(as_of_week: int, run_id: str) -> str:
    """Where the rows that a published run set aside are kept."""
    return f"quarantine/{as_of_week:04d}/{run_id}.parquet"
