"""The settings of every command that reads sales, and of the form in the Prefect UI."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from schemas.errors import UsageError, tell_unknown
from schemas.inputs.files import TABLE, InputFiles
from schemas.reading import Names, Reading

_OF_THE_FIT = {
    "horizon",
    "lookback",
    "recipe",
    "pooling",
    "max_training_windows",
    "seed",
    "network",
    "features",
    "holidays",
}
_OF_THE_FORECAST = _OF_THE_FIT | {"gate_origins", "gate_margin"}

MOST_HORIZONS = 52
_HORIZON = 3

RecipeName = Literal["auto", "counts", "values", "reference"]


class Config(Reading):
    """The effective configuration of a run; it contains no path, address or time."""

    horizon: int = Field(_HORIZON, ge=1, le=MOST_HORIZONS, description="Weeks to forecast.")
    lookback: Annotated[int, Field(ge=2, le=104)] | None = Field(
        None, description="Weeks that the network sees; by default the recipe's own."
    )
    cut: Annotated[int, Field(ge=0)] | None = Field(
        None,
        description="Index of the week at which the scored model is fitted: it is scored at this and every later "
        "origin whose weeks are known. By default the origins of the gate are scored, each by a fit of its own.",
    )
    recipe: RecipeName = Field("auto", description="How the network is built and trained.")
    network: Literal["finetuned", "pretrained", "random"] = Field(
        "finetuned",
        description="finetuned: the shipped network, trained further on these sales; pretrained: as it is shipped; "
        "random: trained on these sales alone.",
    )
    pooling: Literal["auto", "off"] = Field(
        "auto", description="auto: learn a product's level from similar products too, where that errs less; off: never."
    )
    features: Names | None = Field(
        None, description="Further numeric columns of the prices, such as feature,display, which sales depend on."
    )
    holidays: str | None = Field(
        None, description="The country whose public holidays sales may depend on, such as DE, in sales with dates."
    )
    max_training_windows: int = Field(500_000, ge=1, description="Training windows kept at most, drawn by the seed.")
    seed: int = Field(1, ge=0, description="Seed of all random draws.")
    gate_origins: int = Field(
        4, ge=1, le=26, description="Past weeks at which a new model is compared with the champion and simple methods."
    )
    gate_margin: float = Field(
        0.01, ge=0, le=1, description="Share of the error by which a simple method must be better to answer instead."
    )
    max_restated: float = Field(
        0.05, ge=0, le=1, description="Share of the known cells with other units above which a file is refused."
    )
    accept_restatement: bool = Field(False, description="Accept a file whatever share of the known cells it changes.")
    max_age: Annotated[int, Field(ge=1)] | None = Field(
        None,
        description="Days since the end of the last observed week, or in sales without dates since it was first "
        "published, above which a run fails.",
    )
    max_fallback: float = Field(
        0.5, ge=0, le=1, description="Share of products with too short a history above which nothing is published."
    )
    keep_runs: Annotated[int, Field(ge=1)] | None = Field(
        None, description="Runs whose working files are kept; all where it is not set."
    )
    keep_models: Annotated[int, Field(ge=1)] | None = Field(
        None, description="Models that are kept; all where it is not set."
    )
    batch_products: int = Field(
        16_384, ge=1, description="Products forecast at once by each processor: it changes time and memory only."
    )
    rows_per_file: int = Field(
        50_000_000, ge=1, description="Rows of the forecast above which it is a folder of files with at most so many."
    )
    report_products: int = Field(
        20_000,
        ge=0,
        description="Products that the report lists at most: the largest, the worst, and those set aside. It lists "
        "fewer where their weeks would need more than 13 MB.",
    )

    def fingerprint(self) -> str:
        """SHA-256 of the settings that change a forecast and differ from their defaults.

        It leaves out the settings that only decide how the file is read, and new settings of a later release that
        have their defaults. So neither of them changes the run's id.
        """
        return self._fingerprint(_OF_THE_FORECAST)

    def fit_fingerprint(self) -> str:
        """The same of the settings that a fit depends on."""
        return self._fingerprint(_OF_THE_FIT)

    def _fingerprint(self, names: set[str]) -> str:
        changed = self.model_dump(mode="json", include=names, exclude_defaults=True)
        return hashlib.sha256(json.dumps(changed, sort_keys=True).encode()).hexdigest()


class WeeklyRequest(BaseModel):
    """The parameters of one weekly run, as the form in the Prefect UI shows them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sales: str = Field(description="Path or URL of the weekly sales CSV.")
    store: str = Field(description="Folder that keeps everything the pipeline publishes.")
    as_of: str | None = Field(
        None, description="Forecast as if this were the last observed week: 40, W40 or its Monday."
    )
    inputs: InputFiles = Field(default_factory=InputFiles, description="What is known beside the sales.")
    backfill: bool = Field(False, description="Whether the week of as_of may be older than the last published one.")
    config: Config = Field(default_factory=Config, description="Settings; the defaults suit most files.")


def name_forecast(as_of_week: int, horizon: int) -> str:
    """A forecast as people tell it from others: by its last observed week, and by a horizon that is not the default."""
    return f"W{as_of_week}" if horizon == _HORIZON else f"W{as_of_week} (horizon {horizon})"


def load_config(file: Path | None, settings: Sequence[str]) -> Config:
    """Merge a TOML file and `name=value` settings into one configuration; the settings override the file.

    Raises UsageError, which names the setting, what was expected and what was found.
    """
    values: dict[str, Any] = _read_toml(file) if file else {}
    values.pop(TABLE, None)  # see `schemas.inputs.files`
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals:
            raise UsageError(f"--set {setting}: expected name=value, such as --set horizon=13")
        values[name.strip()] = None if value.strip().lower() in ("", "none") else value.strip()
    try:
        return Config.model_validate(values)
    except ValidationError as error:
        raise UsageError("; ".join(_explain(problem) for problem in error.errors())) from error


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"--config {file}: {error.strerror}", file=str(file)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"--config {file}: not valid TOML: {error}", file=str(file)) from error


def _explain(problem: Any) -> str:
    name = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        return tell_unknown("setting", name, [*Config.model_fields, TABLE])
    message = problem["msg"].removeprefix("Value error, ")
    return f"setting {name}: {message}, got {problem['input']!r}"
