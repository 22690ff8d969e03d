"""The types of arrays, and where codes stand in them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Codes = npt.NDArray[np.object_]
Float32Array = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def find_codes(codes: Codes, among: pa.Array) -> Integers:
    """Where each code stands among others, -1 where it does not."""
    found = pc.index_in(pa.array(codes, pa.string()), value_set=among)
    return np.asarray(found.fill_null(-1).to_numpy(), np.int64)
