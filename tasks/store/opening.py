"""Opening the store to write: alone, and with whatever an interrupted run left finished or swept away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tasks.store.earlier import upgrade
from tasks.store.installing import finish_commit
from tasks.store.paths import CHECKED, ledger_folder, windows_folder
from tasks.store.snapshot import Snapshot
from tasks.store.store import Store


@contextmanager
def opened(root: str) -> Iterator[Snapshot]:
    """Hold the store alone; raises StoreInUse, or StoreDamaged where an interrupted publication cannot be finished."""
    store = Store(root)
    with store.exclusive():
        finish_commit(store)
        snapshot = upgrade(store)
        _sweep(snapshot)
        try:
            yield snapshot
        finally:
            store.remove(CHECKED)


def _sweep(snapshot: Snapshot) -> None:
    """Remove what nobody will finish: files half written, and what published runs kept only until then."""
    store = snapshot.store
    begun = {run_id for run_id in store.folders("runs") if run_id in snapshot.run_ids}
    # What is staged stays until a commit is made: another run, which was stopped, may still try to commit it.
    passing = [folder(run_id) for run_id in begun for folder in (windows_folder, ledger_folder)]
    store.remove(*store.leftovers(), *passing)
