"""Publishing a run as the step `publish` does, in a store that was just opened."""

from __future__ import annotations

from tasks.store.commit import Commit
from tasks.store.publishing import publication
from tasks.store.publishing.manifest import Manifest
from tasks.store.publishing.retention import Retention
from tasks.store.snapshot import Snapshot
from tasks.store.store import Store


def publish_run(store: Store, manifest: Manifest, retention: Retention = Retention()) -> Commit | None:  # noqa: B008
    """See `publication.publish_run`."""
    return publication.publish_run(Snapshot.read(store), manifest, retention)
