"""Opening the store to write: alone, and with whatever an interrupted run left finished or swept away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tasks.store.earlier import is_earlier, take_over
from tasks.store.installing import finish_commit
from tasks.store.paths import CHECKED, passing_folders, staging_folder
from tasks.store.snapshot import Snapshot
from tasks.store.store import Store


@contextmanager
def opened(root: str) -> Iterator[Snapshot]:
    """Hold the store alone; raises StoreInUse, or StoreDamaged where an interrupted publication cannot be finished."""
    store = Store(root)
    with store.exclusive():
        finish_commit(store)
        if is_earlier(store):
            take_over(store)
        snapshot = Snapshot.read(store)
        _sweep(snapshot)
        try:
            yield snapshot
        finally:
            store.remove(CHECKED)


def _sweep(snapshot: Snapshot) -> None:
    """Remove what nobody will finish: files half written, and what was staged but never sealed."""
    store = snapshot.store
    for path in store.leftovers():
        store.remove(path)
    published = snapshot.run_ids
    for run_id in store.folders("runs"):
        store.remove(staging_folder(run_id))
        if run_id in published:
            for folder in passing_folders(run_id):
                store.remove(folder)
