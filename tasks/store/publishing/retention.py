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
    its last publication. What readers look at, the vintages, the sales history, the ledger and raw files always stay.
    """
    runs = _expired([publication.run_id for publication in publications], retention.runs)
    models = _expired([publication.model_version for publication in publications], retention.models)
    folders = (*(f"{run_folder(run)}/" for run in runs), *(f"{model_folder(model)}/" for model in models))
    return tuple(sorted(path for path in files if path.startswith(folders)))


def _expired(names: Sequence[str], kept: int | None) -> list[str]:
    newest_first = list(dict.fromkeys(reversed(names)))
    return [] if kept is None else newest_first[kept:]
