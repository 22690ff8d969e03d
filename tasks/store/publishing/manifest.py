"""What a run was made from and what it wrote, for people and for later releases; its hash stands in the commit."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from schemas.forecasts import NETWORK_METHOD
from schemas.records import Arrival
from tasks.store.paths import manifest_file
from tasks.store.store import Store

CODE_VERSION = version("weekcast")
FORMAT = 2


class Manifest(BaseModel):
    """One run: its sources, its settings as they were, and the hashes of the files that it keeps."""

    model_config = ConfigDict(frozen=True, extra="ignore")  # a later release may say more

    format: int = 1  # the first one did not say
    run_id: str
    as_of_week: int
    raw_sha256: str
    data_sha256: str
    forecast_format: int = 0
    code_version: str
    model_version: str
    promoted: bool | None = None  # whether that is the run's own; None where an earlier release did not compare
    method: str = NETWORK_METHOD  # that answers
    config: dict[str, Any]
    products: int
    quarantined: int
    arrival: Arrival | None = None  # this and the next four: see `schemas.records.Sales`
    restated: int = 0
    new: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    instructions: str = ""  # what the numbers were computed with, see `schemas.processor`
    inputs: dict[str, str] = {}  # SHA-256 of what came beside the sales, by name
    kept: dict[str, str]

    @property
    def horizon(self) -> int:
        """Weeks that the run forecast."""
        return int(self.config["horizon"])


def read_manifest(store: Store, run_id: str) -> Manifest:
    """Read a run's manifest; raises StoreDamaged where it is none."""
    path = manifest_file(run_id)
    try:
        return Manifest.model_validate(store.read_json(path))
    except ValidationError as error:
        raise store.damaged(path, "it is no manifest") from error
