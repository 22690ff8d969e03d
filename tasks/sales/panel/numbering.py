"""Numbers in the place of texts that repeat, such as product codes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

SmallInts = npt.NDArray[np.int32]


class Numbering:
    """Numbers distinct texts in the order in which they come."""

    def __init__(self) -> None:
        self.known = pa.array([], pa.string())

    def number(self, texts: pa.Array) -> SmallInts:
        """The number of each text."""
        encoded = texts.dictionary_encode()
        found = pc.index_in(encoded.dictionary, value_set=self.known)
        fresh = encoded.dictionary.filter(found.is_null())
        if len(fresh):
            self.known = pa.concat_arrays([self.known, fresh])
            found = pc.index_in(encoded.dictionary, value_set=self.known)
        numbers: SmallInts = np.asarray(found)[encoded.indices.to_numpy()]
        return numbers
