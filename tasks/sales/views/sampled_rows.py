"""The rows of some products of a table, all rows of each, which are enough to try a setting on a large file."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tasks.sales.layout.columns import Key
from tasks.sales.layout.keys import as_text
from tasks.sales.reading.rows import Ints
from tasks.sales.reading.table import TableRows

_ONE_OF = 8  # products
_BYTES = 8  # at the end of a code, that decide
_PRIME = np.uint32(16_777_619)  # of the hash FNV-1a
_BASIS = np.uint32(2_166_136_261)


class SampledRows(TableRows):
    """The rows of about one of eight products, that of the first row among them; key: the columns of the products."""

    def __init__(self, rows: TableRows, key: Key) -> None:
        self._rows, self._key = rows, key
        self._kept: int | None = None
        self.name, self.header, self.ragged = rows.name, rows.header, []

    def batches(self) -> Iterator[tuple[pa.RecordBatch, Ints]]:
        """Yield batches of these rows, and the line of each."""
        for batch, lines in self._rows.batches():
            place = np.full(batch.num_rows, _BASIS)
            for column in self._key.product:
                place = _hash_ends(as_text(batch.column(column)).fill_null(""), place)
            place = (place >> np.uint32(8)) % _ONE_OF
            if self._kept is None and len(place):
                self._kept = int(place[0])
            kept = place == self._kept
            yield batch.filter(pa.array(kept)), lines[kept]

    def locate(self, lines: Ints) -> tuple[pa.Array, Ints]:
        """Names and lines of the parts that hold these lines."""
        return self._rows.locate(lines)


def _hash_ends(texts: pa.Array, found: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """What was found so far, (n,), with the last bytes of texts (n,), by FNV-1a."""
    _, starts, data = texts.buffers()
    ends = np.frombuffer(starts, np.int32)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    content = np.frombuffer(data or b"\0", np.uint8)
    for back in range(_BYTES, 0, -1):
        place = ends[1:] - back
        inside = place >= ends[:-1]
        byte = np.where(inside, content[np.where(inside, place, 0)], 0)
        found = (found ^ byte.astype(np.uint32)) * _PRIME
    return found
