"""What a run wrote: every file with its hash, and what the run was made from.

A manifest is written before anything that readers look at is replaced. So at any instant each published file is
what some manifest says, and a run that was cut off is finished by running it again.
"""

from __future__ import annotations

import hashlib
from importlib.metadata import version

from pydantic import BaseModel, ConfigDict, ValidationError

from schemas.config import Config
from schemas.errors import StoreDamaged
from tasks.store.paths import MANIFEST_FILE, run_file
from tasks.store.store import Store

CODE_VERSION = version("weekcast")


class Manifest(BaseModel):
    """One run's files: `kept` are never changed once written, `published` are replaced by later runs."""

    model_config = ConfigDict(frozen=True)

    run_id: str
    as_of_week: int
    raw_sha256: str
    data_sha256: str
    code_version: str
    model_version: str
    config: Config
    products: int
    quarantined: int
    promoted: bool
    kept: dict[str, str]
    published: dict[str, str]
    complete: bool = False  # down to the report, which is written last
    instructions: str = ""  # what the numbers were computed with, see `schemas.processor`; earlier releases told not
    manifest_sha256: str = ""

    def sealed(self) -> Manifest:
        """The manifest with its own hash, so that a change to it shows."""
        return self.model_copy(update={"manifest_sha256": self._digest()})

    def is_sealed(self) -> bool:
        """Whether its own hash holds."""
        return self.manifest_sha256 == self._digest()

    def _digest(self) -> str:
        unsealed = self.model_copy(update={"manifest_sha256": ""})
        # An earlier release sealed its manifest without the field.
        unknown = None if self.instructions else {"instructions"}
        return hashlib.sha256(unsealed.model_dump_json(exclude=unknown).encode()).hexdigest()


def manifest_file(run_id: str) -> str:
    """Where a run's manifest is kept."""
    return run_file(run_id, MANIFEST_FILE)


def write_manifest(store: Store, manifest: Manifest) -> None:
    """Seal and write a run's manifest."""
    store.write_json(manifest_file(manifest.run_id), manifest.sealed().model_dump(mode="json"))


def read_manifest(store: Store, path: str) -> Manifest:
    """Read a manifest; raises StoreDamaged where it is not what was written."""
    try:
        manifest = Manifest.model_validate(store.read_json(path))
    except ValidationError as error:
        raise StoreDamaged(f"{path}: not a manifest; see what `weekcast verify` says", file=path) from error
    if not manifest.is_sealed():
        raise StoreDamaged(f"{path}: changed since it was written; see what `weekcast verify` says", file=path)
    return manifest
