"""The small records that tasks hand to one another: names and numbers, never tables.

Every path in them is relative to the store, which may be copied or moved.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True)


class RawFile(_Record):
    """What arrived, kept byte for byte."""

    path: str
    sha256: str
    name: str


class Sales(_Record):
    """Accepted sales of one run, and what was set aside."""

    run_id: str
    data_sha256: str
    path: str
    quarantine: str
    products: int
    quarantined: int
    first_week: int
    as_of_week: int
    first_date: date | None
    warnings: tuple[str, ...] = ()
    nothing_new: bool = False


class WindowSet(_Record):
    """Windows of one run: those to train on, those to forecast from, and the scaler of both."""

    training: str
    inputs: str
    scaler: str
    training_windows: int


class Model(_Record):
    """One trained network; decision: the method that answers for each class of volume."""

    version: str
    folder: str
    losses: tuple[float, ...]
    decision: tuple[str, ...] = ()


class Evaluation(_Record):
    """How a model did on past weeks: it was fitted at the first of `origins` and scored at all of them.

    decision: the method that answered for each class of volume.
    """

    scores: str
    forecasts: str
    origins: tuple[int, ...]
    decision: tuple[str, ...] = ()


class Report(_Record):
    """The page of one run, not yet published."""

    path: str


class ForecastTable(_Record):
    """The forecasts of one run, not yet published."""

    path: str


class Outcome(_Record):
    """How a weekly run ended."""

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
