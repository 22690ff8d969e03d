"""Which files of past runs and models are not kept any more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tasks.store.commit import Publication
from tasks.store.paths import model_folder, run_folder


class Retention(NamedTuple):
    """How many runs and models are kept, the newest; all where None."""

    runs: int | None = None
    models: int | None = None


def list_expired(publications: Sequence[Publication], files: Iterable[str], retention: Retention) -> tuple[str, ...]:
    """Those of the committed files that belong to runs and models beyond the number that is kept.

    publications: oldest first. The newest runs are those published last; a run or model published again is as new as
    its last publication. What readers look at and its run, the vintages, the sales history, the ledger and raw files
    always stay.
    """
    latest = [publication for publication in publications if publication.is_latest][-1:]
    publications = [*publications, *latest]  # as if it were the last one
    runs = _expired([publication.run_id for publication in publications], retention.runs)
    models = [publication.model_version for publication in publications]
    newest = set(models) - set(_expired(models, retention.models))
    gone = tuple(f"{run_folder(run)}/" for run in runs)
    return tuple(sorted(path for path in files if path.startswith(gone) or _is_of_others(path, newest, retention)))


def _is_of_others(path: str, models: set[str], retention: Retention) -> bool:
    """Whether a file is of a model that never served, or serves no more."""
    folder = model_folder("")
    return retention.models is not None and path.startswith(folder) and path.split("/")[1] not in models


def _expired(names: Sequence[str], kept: int | None) -> list[str]:
    newest_first = list(dict.fromkeys(reversed(names)))
    return [] if kept is None else newest_first[kept:]
