"""The files that a backtest leaves: what was published at each origin, its quantiles, and what groups would sell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from schemas.errors import StoreUnavailable
from schemas.forecasts import ADDED_FIELDS, AS_OF_WEEK, DECILES, FORECAST_FORMAT, FORECASTS, QUANTILES
from schemas.paths.groups import GROUPS
from tasks.evaluation.backtest import OnAnswer, Refit
from tasks.evaluation.fits import Answered
from tasks.models.paths.grouping import Grouped, tabulate_sums
from tasks.models.paths.table import Ahead
from tasks.models.table import add_lineage, to_forecast_table, to_quantile_table
from tasks.sales.history.identity import identify
from tasks.store.files import ParquetRows

_FORECASTS = pa.schema([*FORECASTS.columns, *ADDED_FIELDS])
_FILES = {"forecasts.parquet": _FORECASTS, "quantiles.parquet": QUANTILES, "groups.parquet": GROUPS.columns}


@dataclass(frozen=True)
class BacktestRun:
    """What a backtest was made of: its identity is in each row of the forecasts, and in the scores."""

    origins: range
    refit: Refit
    recipe: str
    data_sha256: str
    config_sha256: str


@contextmanager
def keeping(out: Path | None, run: BacktestRun) -> Iterator[OnAnswer | None]:
    """Give a function that adds answers to the files in `out`, which have their names only when all are in them."""
    if out is None:
        yield None
        return
    unfinished = {name: out / f".{name}.unfinished" for name in _FILES}
    with disk_errors(out):
        out.mkdir(parents=True, exist_ok=True)
        with ExitStack() as files:
            kept = _Kept(run, *(files.enter_context(ParquetRows(unfinished[name], _FILES[name])) for name in _FILES))
            yield kept.add
            kept.end_origin()
        for name, file in unfinished.items():
            file.replace(out / name)


@contextmanager
def disk_errors(out: Path) -> Iterator[None]:
    """Raise StoreUnavailable where the disk refuses something."""
    try:
        yield
    except OSError as error:
        raise StoreUnavailable(f"{out}: {error.strerror}", file=str(out)) from error


class _Kept:
    """Adds answers to the files; all batches of an origin follow one another."""

    def __init__(self, run: BacktestRun, forecasts: ParquetRows, quantiles: ParquetRows, groups: ParquetRows) -> None:
        self._run, self._forecasts, self._quantiles, self._groups = run, forecasts, quantiles, groups
        self._ahead, self._grouped = Ahead(-1, []), list[Grouped]()

    def add(self, answered: Answered) -> None:
        panel, answer = answered.panel, answered.answer
        self._forecasts.write(_add_lineage(to_forecast_table(panel, answer), self._run))
        self._quantiles.write(to_quantile_table(panel, answer, DECILES))
        if panel.last_week != self._ahead.as_of_week:
            self.end_origin()
            self._ahead = Ahead.of(panel, answer.distribution.mean.shape[1])
        if answered.groups:
            self._groups.write(answered.groups.rows)
            self._grouped.append(answered.groups)

    def end_origin(self) -> None:
        """Write what the products of the origin add up to."""
        if self._grouped:
            self._groups.write(tabulate_sums(self._grouped, self._ahead))
        self._grouped = []


def _add_lineage(forecasts: pa.Table, run: BacktestRun) -> pa.Table:
    """Who made the forecasts of one origin: one run, and one model for each origin that was fitted at."""
    run_id = identify("backtest", run.data_sha256, run.config_sha256, f"{FORECAST_FORMAT}")
    learned_at = forecasts[AS_OF_WEEK][0] if run.refit == "weekly" else run.origins[0]
    return add_lineage(forecasts, identify("model", run_id, f"{learned_at}"), run_id).cast(_FORECASTS)
