"""The small records that tasks hand to one another: names and numbers, never tables.

Every path in them is relative to the store, which may be copied or moved.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A record that nobody changes."""

    model_config = ConfigDict(frozen=True)


class RawInput(Record):
    """An input that arrived beside the sales, kept byte for byte; kind: see `schemas.inputs.files.InputFiles`."""

    kind: str
    path: str
    sha256: str
    name: str


class RawFile(Record):
    """What arrived, kept byte for byte: one file, or the list of several.

    parts: path and name of each file, where there are several; inputs: what arrived beside the sales.
    """

    path: str
    sha256: str
    name: str
    parts: tuple[tuple[str, str], ...] = ()
    inputs: tuple[RawInput, ...] = ()


class _Accepted(Record):
    """Accepted sales, and what was set aside.

    attributes: the table of what is known of each product beside its code, where there is any, in the order of the
      accepted ones and then of those that come
    coming: codes, ascending, of products that have no sales yet and are forecast: these are not among the accepted ones
    reading: how the file was read
    """

    path: str
    quarantine: str
    attributes: str | None = None
    products: int
    quarantined: int
    first_week: int
    first_date: date | None
    warnings: tuple[str, ...] = ()
    reading: tuple[str, ...] = ()
    coming: tuple[str, ...] = ()


class CheckedFile(_Accepted):
    """Accepted sales of a file, whose weeks are still numbered as the file does; inputs: what these tell, if any."""

    last_week: int
    inputs: str | None = None


Arrival = Literal["first", "extended", "rolled", "restated"]


class Sales(_Accepted):
    """Accepted sales of one run, whose weeks are numbered as the store does.

    arrival: the first file of its store, one with new weeks, one that has new weeks and begins later than the store, or
      one with other units in known weeks only
    restated: number of known cells (a product's week) that have other units now
    changed_weeks: those of which more or other cells are known than before, or more products that were out of stock
    new: codes of products that never sold before
    returned: of those that were missing in the last published week
    left: of those of that week that the file does not have
    panel: the sales with what inputs tell beside them, None where there are none
    coming_panel: the same of the products that come, None where none comes
    overrides: of its forecasts, None where there are none
    """

    run_id: str
    data_sha256: str
    as_of_week: int
    arrival: Arrival = "first"
    restated: int = 0
    changed_weeks: tuple[int, ...] = ()
    new: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    nothing_new: bool = False
    panel: str | None = None
    overrides: str | None = None
    coming_panel: str | None = None

    @property
    def forecast_products(self) -> int:
        """The number of products that are forecast."""
        return self.products + len(self.coming)

    @property
    def learned(self) -> str:
        """The table that is learned from."""
        return self.panel or self.path


class WindowSet(Record):
    """What one run's network learns from, and the state before it does.

    sample: the wide sales of the products that they were made of; common: what all products have in common.
    """

    sample: str
    training: str
    common: str
    state: str
    training_windows: int


class Model(Record):
    """One trained network; decision: the method that answers for each class of volume.

    failure: why there is no network, empty where it was trained.
    """

    version: str
    folder: str
    losses: tuple[float, ...] = ()
    decision: tuple[str, ...] = ()
    failure: str = ""


class Evaluation(Record):
    """How the run's recipe, what was published and the simple methods did at past weeks, the `origins`.

    errors: what the gate compares
    past_forecasts: what it was computed from, and what later runs will judge
    decision: the method that answered for each class of volume at the last origin
    products: how many were scored
    failure: why the recipe could not be judged
    """

    scores: str
    forecasts: str
    errors: str
    past_forecasts: str
    origins: tuple[int, ...]
    decision: tuple[str, ...] = ()
    products: int = 0
    failure: str = ""


class Promotion(Record):
    """Who answers this week.

    method: the network or a simple method
    model: that answers as the network, and for what the simple method leaves to it, None where there is none
    champion: version of the model that serves from now on
    promoted: whether that is the run's own
    reason: of what is not as usual
    network_interval: whether the interval around a simple method's forecast is the model's
    gate: the file of the numbers
    """

    method: str
    model: Model | None
    champion: str
    promoted: bool
    reason: str
    network_interval: bool
    gate: str
    past_forecasts: str
    warnings: tuple[str, ...] = ()


class Ledger(Record):
    """Past vintages that were scored, in files below a folder that lie as they will in the store; not yet published."""

    folder: str
    vintages: tuple[int, ...] = ()
    warnings: tuple[str, ...] = ()


class Account(Record):
    """What a run tells of itself on its page, beside its tables; an earlier release has kept less of it.

    rows: of the file
    reading: how the file was read
    losses: of the training, after each epoch
    decisions: for each class of volume, the method of the new forecast and the method that was scored
    origins, scored: the past weeks that were scored, and of how many products
    method, promoted, coming, restated, new, returned, left: see Promotion and Sales
    """

    run_id: str
    as_of_week: int
    first_date: date | None
    horizon: int
    products: int
    coming: tuple[str, ...] = ()
    file_name: str = ""
    rows: int = 0
    first_week: int = 0
    reading: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    losses: tuple[float, ...] = ()
    decisions: tuple[tuple[str, str], ...] = ()
    origins: tuple[int, ...] = ()
    scored: int = 0
    method: str
    promoted: bool | None
    reason: str = ""
    model_version: str
    code_version: str
    restated: int = 0
    new: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    @property
    def forecast_products(self) -> int:
        """The number of products that are forecast."""
        return self.products + len(self.coming)


class Report(Record):
    """The page of one run, not yet published."""

    path: str


class ForecastTable(Record):
    """The forecasts of one run, not yet published.

    sha256: of its file or files, as they were when the contract held; earlier: what the model of the week before
    expects, None where it cannot be asked.
    """

    path: str
    rows: int
    sha256: str
    earlier: str | None = None
    warnings: tuple[str, ...] = ()


class Outcome(Record):
    """How a weekly run ended.

    set_aside: codes of the products of which rows were set aside; the others: see Sales.
    """

    run_id: str
    as_of_week: int
    outcome: Literal["published", "nothing_new"]
    products: int
    quarantined: int
    champion: str
    promoted: bool | None
    is_latest: bool
    forecast: str
    report: str
    scores: str
    summary: str
    horizon: int
    set_aside: tuple[str, ...] = ()
    arrival: Arrival | None = None
    restated: int = 0
    new: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
