"""Rows of inputs in little memory: their texts, which repeat, are encoded, with the same places in all chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schemas.inputs.told import INPUT, INPUTS

_TEXT = pa.dictionary(pa.int32(), pa.string())
_ENCODED = pa.schema([field.with_type(_TEXT) if field.type == pa.string() else field for field in INPUTS.columns])


def encode(tables: Iterable[pa.Table]) -> pa.Table:
    """The rows of tables, see `schemas.inputs.told.INPUTS`, in one that is encoded."""
    return pa.concat_tables([_ENCODED.empty_table(), *(table.cast(_ENCODED) for table in tables)]).unify_dictionaries()


def take_apart(column: pa.ChunkedArray) -> tuple[npt.NDArray[np.int32], pa.Array]:
    """Where each row of an encoded column stands among its distinct texts, and these."""
    together = column.combine_chunks()
    return together.indices.to_numpy(), together.dictionary


def select_inputs(rows: pa.Table, is_wanted: Callable[[str], bool]) -> pa.Table:
    """The rows of inputs with some names, no longer encoded."""
    return rows.filter(is_input(rows, is_wanted)).cast(INPUTS.columns)


def is_input(rows: pa.Table, is_wanted: Callable[[str], bool]) -> pa.ChunkedArray:
    """Which rows are of inputs with some names."""
    wanted = filter(is_wanted, rows[INPUT].unique().to_pylist())
    return pc.is_in(rows[INPUT], pa.array(wanted, pa.string()))
