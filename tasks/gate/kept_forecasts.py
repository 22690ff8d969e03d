"""Forecasts of past weeks for the gate: those that an earlier run made are used again, the others are made now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import ValidationError

from schemas.config import Config
from schemas.errors import ModelFailed
from schemas.forecasts import AS_OF_WEEK, HORIZON, PRODUCT_CODE, UNITS
from schemas.records import Sales
from schemas.scores import PAST_FORECASTS, PUBLISHED, SETTINGS
from tasks.evaluation.origins import scorable_origins
from tasks.gate.past_forecasts import answered_by, codes_of, draw_fitted, name_settings, still_true
from tasks.models.assortment import Assortment
from tasks.models.panel import Panel
from tasks.store.paths import run_file
from tasks.store.publishing.incumbent import Incumbent
from tasks.store.store import Store

_FITS_AT_ONCE = 2  # beside the training, which ends long before them


class PastForecasts:
    """Forecasts as of past weeks, from what was known then, by a run's recipe and by what was published.

    sales, everything: of the run; incumbent: what served before it. A fit that an earlier run made is used again where
    its settings are the same and the units until then as well. Each new fit is kept at once, so that a run that is
    killed and started again does not repeat it.
    """

    def __init__(self, store: Store, sales: Sales, everything: Assortment, incumbent: Incumbent | None) -> None:
        self._store, self._sales, self._everything, self._incumbent = store, sales, everything, incumbent
        kept = incumbent.read_past_forecasts() if incumbent else None
        self._kept = PAST_FORECASTS.columns.empty_table() if kept is None else kept
        self._used: list[pa.Table] = []

    def by_recipe(self, origins: Iterable[int], config: Config) -> dict[int, pa.Table]:
        """The recipe's forecasts by origin, see `schemas.scores`; raises ModelFailed where a fit fails."""
        from tasks.gate.fits import fit_past  # loads TensorFlow

        settings = name_settings(config)
        files = {
            origin: run_file(self._sales.run_id, f"windows/fit-{settings}-{origin:04d}.parquet") for origin in origins
        }
        found = self._find(settings, files)
        known = self.products(found) if found else None
        made = {origin: still_true(table, known) for origin, table in found.items() if known and len(known.codes)}
        missing = [origin for origin in files if made.get(origin) is None]

        def fit(origin: int, drawn: Panel) -> pa.Table:
            table = fit_past(drawn, origin, config)
            self._store.write_table(files[origin], table)
            return table

        with ThreadPoolExecutor(_FITS_AT_ONCE) as fits:
            fitted = {origin: fits.submit(fit, origin, drawn) for origin, drawn in self._draw(missing, config.seed)}
        made |= {origin: table.result() for origin, table in fitted.items()}
        in_order = {origin: table for origin in files if (table := made.get(origin)) is not None}
        self._used += in_order.values()
        return in_order

    def _draw(self, origins: Iterable[int], seed: int) -> Iterator[tuple[int, Panel]]:
        """The products that are fitted at each origin, where any product was sold by then."""
        drawn: Panel | None = None
        for origin in origins:
            if drawn is None or not self._everything.sampled:  # a draw from very many products takes seconds
                drawn = draw_fitted(self._everything, origin, seed)
            if len(drawn.codes):
                yield origin, drawn
            else:
                drawn = None

    def _find(self, settings: str, files: Mapping[int, str]) -> dict[int, pa.Table]:
        of_settings = self._kept.filter(pc.field(SETTINGS) == settings)
        found = {}
        for origin, file in files.items():
            is_there = self._store.exists(file)
            table = self._store.read_table(file) if is_there else of_settings.filter(pc.field(AS_OF_WEEK) == origin)
            if table.num_rows:
                found[origin] = table
        return found

    def products(self, made: Mapping[int, pa.Table]) -> Panel:
        """The sales, in all weeks, of the products of some forecasts that are still sold."""
        return self._everything.select(codes_of(list(made.values())))

    def published(self, made: Mapping[int, pa.Table], config: Config) -> dict[int, pa.Table]:
        """What was published as of the weeks of the recipe's forecasts, by week, of the same products.

        Where nothing was published, the recipe of the last publication is fitted as of that week: `made` where it is
        the same.
        """
        if not self._incumbent:
            return {}
        found = {origin: rows for origin, table in made.items() if (rows := self._read_vintage(origin, table))}
        refitted = self._refit([origin for origin in made if origin not in found], made, config)
        return found | {origin: answered_by(table, PUBLISHED) for origin, table in refitted.items()}

    def _read_vintage(self, week: int, like: pa.Table) -> pa.Table | None:
        path = self._incumbent.vintage(week) if self._incumbent else None
        if path is None:
            return None
        codes = codes_of([like])
        batches = self._store.read_batches(path, columns=[PRODUCT_CODE, HORIZON, UNITS])
        rows = pa.concat_tables([batch.filter(pc.is_in(batch[PRODUCT_CODE], codes)) for batch in batches])
        return rows if rows.num_rows else None

    def _refit(self, origins: list[int], made: Mapping[int, pa.Table], config: Config) -> dict[int, pa.Table]:
        if not origins or not self._incumbent or self._incumbent.config is None:
            return {}
        try:
            before = Config.model_validate(self._incumbent.config)
            if name_settings(before) == name_settings(config):
                return {origin: made[origin] for origin in origins}
            scorable = scorable_origins(self._everything.weeks, before)
            return self.by_recipe([origin for origin in origins if origin in scorable], before)
        except (ValidationError, ModelFailed):  # settings that this release does not know, or a fit that fails
            return {}

    def to_keep(self, last: int) -> pa.Table:
        """All that was used, and what later runs will judge: of weeks after the last one that can be judged now."""
        later = self._kept.filter(pc.field(AS_OF_WEEK) > last)
        return pa.concat_tables([*self._used, later])
