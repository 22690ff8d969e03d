"""Whether there is room for the next runs where the store lies."""

from __future__ import annotations

from tasks.store.snapshot import Snapshot

_RUNS = 4
_LEAST = 1e9  # bytes


def find_shortage(snapshot: Snapshot) -> str:
    """What to tell where less is free than the next runs may write, as much as the last one each; empty otherwise."""
    store, free = snapshot.store, snapshot.store.free()
    if free is None:
        return ""
    last = snapshot.commits[-1:]
    written = {path for commit in last for path in (*commit.kept, *(change.path for change in commit.changes))}
    size = sum(store.local(path).stat().st_size for path in written if store.exists(path))
    return tell_shortage(store.tell(), free, size)


def tell_shortage(place: str, free: int, last: int) -> str:
    """What to tell of so many free bytes, where the last run has written so many; empty where they are enough."""
    needed = max(_LEAST, _RUNS * last)
    if free >= needed:
        return ""
    return (
        f"{place}: {free / 1e9:.1f} GB are free on its disk, expected {needed / 1e9:.1f} GB or more, as much as "
        f"{_RUNS} runs may need"
    )
