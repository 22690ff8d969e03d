"""What served before a run: the last publication of an earlier week, its model, and what its gate judged."""

from __future__ import annotations

from typing import Any, NamedTuple

import pyarrow as pa

from tasks.store.commit import committed_hashes, read_commits
from tasks.store.paths import PAST_FORECASTS_FILE, manifest_file, model_folder, run_file, vintage_file
from tasks.store.publishing.vintages import list_publications
from tasks.store.store import Store


class Incumbent(NamedTuple):
    """The publication that a new one replaces.

    method: that answered, the network or a simple one; config: its settings, None where the run is not kept any more;
    hashes: of the store's committed files.
    """

    as_of_week: int
    run_id: str
    model_version: str
    method: str
    config: dict[str, Any] | None
    hashes: dict[str, str]

    def has_model(self, store: Store) -> bool:
        """Whether the files of its model are as they were published."""
        files = [path for path in self.hashes if path.startswith(f"{model_folder(self.model_version)}/")]
        return bool(files) and all(store.sha256(path) == self.hashes[path] for path in files)

    def read_past_forecasts(self, store: Store) -> pa.Table | None:
        """What its gate judged, see `schemas.scores`; None where that is not kept or not whole."""
        path = run_file(self.run_id, PAST_FORECASTS_FILE)
        return store.read_table(path) if self._is_whole(store, path) else None

    def vintage(self, store: Store, week: int) -> str | None:
        """The file of what was published for an earlier week; None where there is none, or it is not whole."""
        path = vintage_file(week)
        return path if self._is_whole(store, path) else None

    def _is_whole(self, store: Store, path: str) -> bool:
        return path in self.hashes and store.sha256(path) == self.hashes[path]


def find_incumbent(store: Store, as_of_week: int) -> Incumbent | None:
    """What served in the last published week before that one; None where nothing was published."""
    commits = read_commits(store)
    before = [publication for publication in list_publications(commits) if publication.as_of_week < as_of_week]
    if not before:
        return None
    week = max(publication.as_of_week for publication in before)
    last = next(publication for publication in reversed(before) if publication.as_of_week == week)
    hashes, manifest = committed_hashes(commits), manifest_file(last.run_id)
    kept = manifest in hashes and store.sha256(manifest) == hashes[manifest]
    config = store.read_json(manifest)["config"] if kept else None
    return Incumbent(week, last.run_id, last.model_version, last.method, config, hashes)
