"""What served before a run: the last publication of an earlier week, its model, and what its gate judged."""

from __future__ import annotations

from typing import Any, NamedTuple

import pyarrow as pa

from schemas.scores import PAST_FORECASTS
from tasks.store.paths import PAST_FORECASTS_FILE, manifest_file, model_folder, run_file, vintage_file
from tasks.store.snapshot import Snapshot


class Incumbent(NamedTuple):
    """The publication that a new one replaces.

    method: that answered, the network or a simple one
    config: its settings, None where the run is not kept any more
    snapshot: the store as it was then
    """

    as_of_week: int
    run_id: str
    model_version: str
    method: str
    config: dict[str, Any] | None
    snapshot: Snapshot

    def has_model(self) -> bool:
        """Whether the files of its model are as they were published."""
        files = [path for path in self.snapshot.hashes if path.startswith(f"{model_folder(self.model_version)}/")]
        return bool(files) and all(map(self.snapshot.is_whole, files))

    def read_past_forecasts(self) -> pa.Table | None:
        """What its gate judged, see `schemas.scores`; None where that is not kept, not whole, or of an earlier form."""
        path = run_file(self.run_id, PAST_FORECASTS_FILE)
        table = self.snapshot.store.read_table(path) if self.snapshot.is_whole(path) else None
        return table if table and table.column_names == PAST_FORECASTS.columns.names else None

    def vintage(self, week: int) -> str | None:
        """The file of what was published for an earlier week; None where there is none, or it is not whole."""
        path = vintage_file(week)
        return path if self.snapshot.is_whole(path) else None


def find_incumbent(snapshot: Snapshot, as_of_week: int) -> Incumbent | None:
    """What served in the last published week before that one; None where nothing was published."""
    weeks = {publication.as_of_week for publication in snapshot.publications}
    week = max((week for week in weeks if week < as_of_week), default=-1)
    last = snapshot.last_of_week(week)
    if last is None:
        return None
    manifest = manifest_file(last.run_id)
    config = snapshot.store.read_json(manifest)["config"] if snapshot.is_whole(manifest) else None
    return Incumbent(week, last.run_id, last.model_version, last.method, config, snapshot)
