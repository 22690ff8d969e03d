"""The forecast that a store has published last, as decisions need it: how it was read, and its distributions."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from schemas.config import Config
from schemas.errors import UsageError
from schemas.forecasts import AS_OF_DATE, PRODUCT_CODE
from tasks.models.arrays import Codes
from tasks.models.distribution import Distribution
from tasks.models.table import read_distributions
from tasks.sales.dates.conventions import conventions
from tasks.sales.layout.keys import read_codes
from tasks.sales.weeks import parse_index
from tasks.store.batches import regroup
from tasks.store.paths import ATTRIBUTES_FILE, DISTRIBUTIONS_FILE, FORECAST_FILE, run_file
from tasks.store.publishing.manifest import read_manifest
from tasks.store.snapshot import Snapshot

_AT_ONCE = 1_536  # products times weeks ahead whose paths are held at once


class Batch(NamedTuple):
    """Some products and their distributions; start: the place of the first among all."""

    start: int
    codes: Codes
    distribution: Distribution


class Forecast:
    """The latest forecast of a store; raises UsageError where there is none, StoreDamaged where it is damaged."""

    def __init__(self, snapshot: Snapshot) -> None:
        latest = snapshot.latest
        if latest is None:
            raise UsageError(f"{snapshot.store.tell()}: nothing was published; orders need a forecast")
        self.run_id, self.as_of_week, self._snapshot = latest.run_id, latest.as_of_week, snapshot
        self._distributions = run_file(self.run_id, DISTRIBUTIONS_FILE)
        if not snapshot.files_of(self._distributions):
            raise UsageError(
                f"{snapshot.store.tell()}: an earlier release made the latest forecast, or its run is not kept any "
                "more; run again, then make the orders"
            )
        snapshot.require_whole([self._distributions, run_file(self.run_id, FORECAST_FILE)])

    @cached_property
    def config(self) -> Config:
        """The settings of its run."""
        told = read_manifest(self._snapshot.store, self.run_id).config
        return Config.model_validate({name: value for name, value in told.items() if name in Config.model_fields})

    @property
    def reading(self) -> Config:
        """How its sales were read, with the columns of the key that were found."""
        return self.config.model_copy(update={"product": ",".join(self._find_key()) or self.config.product})

    def is_of_week(self, text: str) -> bool:
        """Whether a text is its last known week, or a day of it."""
        if (index := parse_index(text)) is not None:
            return index == self.as_of_week
        first = next(self._snapshot.store.read_batches(run_file(self.run_id, FORECAST_FILE), 1, [AS_OF_DATE]))
        start = first[AS_OF_DATE][0].as_py()
        days = [convention.value(text) for convention in conventions(self.config, indices=False)]
        return start is not None and any(day is not None and 0 <= day - start.toordinal() < 7 for day in days)

    @cached_property
    def codes(self) -> pa.Array:
        """All products."""
        read = self._snapshot.store.read_batches(self._distributions, columns=[PRODUCT_CODE])
        return pa.concat_tables(read)[PRODUCT_CODE].combine_chunks().unique()

    def _find_key(self) -> list[str]:
        """The columns of the key, where it has several: the first attributes, joined as the codes are."""
        attributes = self._attributes
        names = attributes.column_names[1:] if attributes else []
        first = attributes.slice(0, 1) if attributes else pa.table({})
        for parts in range(2, len(names) + 1):
            joined = read_codes(first.select(names[:parts]).to_batches()[0], tuple(range(parts)))
            if joined[0].equals(first[PRODUCT_CODE][0]):
                return names[:parts]
        return []

    @cached_property
    def _attributes(self) -> pa.Table | None:
        told = run_file(self.run_id, ATTRIBUTES_FILE)
        return self._snapshot.store.read_table(told) if told in self._snapshot.hashes else None

    def batches(self) -> Iterator[Batch]:
        """Yield the products in the order of their codes."""
        horizon, start = self.config.horizon, 0
        rows = max(_AT_ONCE // horizon, 1) * horizon
        for table in regroup(self._snapshot.store.read_batches(self._distributions), rows):
            codes = np.asarray(table[PRODUCT_CODE].to_numpy(zero_copy_only=False)[::horizon], object)
            yield Batch(start, codes, read_distributions(table, horizon))
            start += len(codes)
