"""Repair: what can be rebuilt from the rest of the store is; what cannot is left for a backup."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from tasks.store.commit import Commit, committed_hashes, read_commits
from tasks.store.files import hash_file, write_parquet
from tasks.store.paths import CHAMPION, COMMITS, SALES_HISTORY, VINTAGES_FILE
from tasks.store.publication import describe_champion, merge_history
from tasks.store.store import Store
from tasks.store.verification import lost_commits
from tasks.store.vintages import latest_publication, list_publications, tabulate_vintages


def repair(store: Store) -> list[str]:
    """Rebuild every damaged file that can be rebuilt to the committed hash; returns their paths.

    The store has to be open for writing. Raises StoreDamaged where a commit is missing or cannot be read: without it
    the store would be taken back to the publication before, and whatever came later would be forgotten.
    """
    commits = read_commits(store)
    if lost := lost_commits(store, commits, store.files(COMMITS)):
        raise store.damaged(lost[0], "it is missing")
    hashes = committed_hashes(commits)
    found = {path: store.sha256(path) for path in hashes}
    whole = {sha256: path for path, sha256 in found.items() if sha256 == hashes[path]}
    damaged = [path for path in hashes if found[path] != hashes[path]]
    repaired = [path for path in damaged if hashes[path] in whole]
    for path in repaired:  # the latest forecast, a vintage and a run's own are copies of one another
        store.copy(whole[hashes[path]], path)
    for path, rebuild in _rebuilders(store, commits):
        if path in damaged and path not in repaired and _rebuild(store, path, hashes[path], rebuild):
            repaired.append(path)
    return repaired


def _rebuilders(store: Store, commits: list[Commit]) -> Iterator[tuple[str, Callable[[Path], None]]]:
    publications = list_publications(commits)
    latest = latest_publication(publications)
    yield VINTAGES_FILE, lambda aside: write_parquet(aside, tabulate_vintages(publications))
    if latest:
        yield CHAMPION, lambda aside: _write(aside, describe_champion(latest))
        yield SALES_HISTORY, lambda aside: _merge_all(store, commits, aside)


def _rebuild(store: Store, path: str, sha256: str, rebuild: Callable[[Path], None]) -> bool:
    """Put a rebuilt file in its place where it is to the byte what was committed."""
    trial = f"{path}.rebuilt"
    with store.replacing(trial) as aside:
        rebuild(aside)
        same = hash_file(aside) == sha256
    if same:
        store.move(trial, path)
    else:
        store.remove(trial)
    return same


def _write(aside: Path, text: str) -> None:
    aside.write_text(text, encoding="utf-8")


def _merge_all(store: Store, commits: list[Commit], aside: Path) -> None:
    """The sales history again: what each run that became the latest accepted, one after the other."""
    runs = [publication.run_id for publication in list_publications(commits) if publication.is_latest]
    history = None
    for run_id in runs:
        history = merge_history(store, run_id, history)
    if history is not None:
        write_parquet(aside, history)
