"""The ledger's PITs: where what was sold lies in the distributions that a run has kept of its forecasts."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from schemas.forecasts import PRODUCT_CODE, RUN_ID, TARGET_WEEK
from schemas.ledger import ACTUAL
from tasks.models.sample import draw_fractions, hash_codes
from tasks.models.table import read_distributions
from tasks.store.paths import DISTRIBUTIONS_FILE, run_file
from tasks.store.snapshot import Snapshot
from tasks.store.store import Store


def find_distributions(snapshot: Snapshot, vintage: str) -> str | None:
    """The file of the distributions behind a vintage; None where it is not kept any more, or not whole."""
    first = next(snapshot.store.read_batches(vintage, 1, [RUN_ID]))
    path = run_file(first[RUN_ID][0].as_py(), DISTRIBUTIONS_FILE)
    return path if snapshot.is_whole(path) else None


class PitReader:
    """Gives the PITs of a vintage's rows, batch by batch as these are read; distributions: their file, None without."""

    def __init__(self, store: Store, distributions: str | None) -> None:
        self._rows = store.read_batches(distributions) if distributions else None

    def read(self, table: pa.Table) -> pa.Array:
        """The PITs of the next rows, which have their `actual`; null where that is not known."""
        rows = next(self._rows, None) if self._rows else None
        if rows is None:
            return pa.nulls(table.num_rows, pa.float32())
        actual = table[ACTUAL].to_numpy()[:, np.newaxis]
        codes = table[PRODUCT_CODE].to_numpy(zero_copy_only=False)
        keys = hash_codes(codes, 0) + table[TARGET_WEEK].to_numpy().astype(np.uint64)
        fraction = draw_fractions(keys, (len(keys), 1)).astype(np.float64)
        found = read_distributions(rows, 1).pit(actual, fraction)
        return pa.array(found[:, 0].astype(np.float32), from_pandas=True)
