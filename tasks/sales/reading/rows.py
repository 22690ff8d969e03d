"""The data rows in batches, each row with the line on which it begins; rows of another width are put beside."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from tasks.sales.messages import refuse
from tasks.sales.reading.header import Header
from tasks.sales.reading.text import Text, find_blank_lines, open_utf8

Ints = npt.NDArray[np.int64]

_KEPT = 10_000  # characters of a row of another width that are kept


class BlockTooSmall(Exception):
    """A row is longer than the block it was looked for in."""


@dataclass
class Ragged:
    """A row with too many or too few fields.

    number: of the row in the file, from 1; height: lines that it covers, many where a quote is never closed;
    text: how it begins; line: where it stands, 0 until the rows before it are known.
    """

    number: int
    fields: int
    height: int
    text: str
    line: int = 0


class Rows:
    """The rows after the header, read once, as text.

    `ragged` is complete once all batches were taken; block: bytes read at a time.
    """

    def __init__(self, text: Text, header: Header, block: int = 1 << 20) -> None:
        self.header = header
        self.ragged: list[Ragged] = []
        self._text = text
        self._block = block
        self._pending: list[Ragged] = []  # read ahead of the rows that were taken
        self._next_number = 1
        self._next_line = header.next_line
        self._blank_lines: set[int] | None = None

    @property
    def name(self) -> str:
        """What messages call the file."""
        return self._text.name

    def batches(self) -> Iterator[tuple[pa.RecordBatch, Ints]]:
        """Yield batches of text columns (null where nothing stands) and the line of each row.

        Raises BlockTooSmall where a row does not fit into a block, and BadInput where there are no rows or they
        cannot be told apart.
        """
        found = False
        try:
            with open_utf8(self._text) as stream:
                stream.read(self.header.size)
                for batch in self._open(stream):
                    rows, lines = self._drop_blank_lines(batch, self._locate(batch))
                    found = found or len(lines) > 0
                    yield rows, lines
        except pa.ArrowInvalid as error:
            if "straddling" in str(error):
                raise BlockTooSmall from error
            if "Empty CSV" not in str(error):
                reason = str(error).splitlines()[0]
                raise refuse(self.name, f"expected rows of a CSV, found something else: {reason}") from error
        self._locate_rest()
        if not found and not self.ragged:
            raise refuse(self.name, "expected rows of sales below the header, found none; export it again")

    def split(self, row: Ragged) -> list[str]:
        """The first fields of a row of another width, those of which all is known."""
        fields = next(csv.reader(io.StringIO(row.text, newline=""), delimiter=self.header.delimiter))
        return fields[:-1] if len(row.text) == _KEPT else fields

    def _open(self, stream: pa.NativeFile) -> arrow_csv.CSVStreamingReader:
        return arrow_csv.open_csv(
            stream,
            # One thread: only then do rows that are set aside come in order and with their number.
            arrow_csv.ReadOptions(
                use_threads=False,
                block_size=self._block,
                column_names=[str(place) for place in range(len(self.header.fields))],
            ),
            arrow_csv.ParseOptions(
                delimiter=self.header.delimiter,
                newlines_in_values=self._text.quoted,
                ignore_empty_lines=False,  # they count as lines
                invalid_row_handler=self._put_beside,
            ),
            arrow_csv.ConvertOptions(default_column_type=pa.string(), strings_can_be_null=True, null_values=[""]),
        )

    def _put_beside(self, row: arrow_csv.InvalidRow) -> str:
        breaks = row.text.count("\n") + row.text.count("\r") - row.text.count("\r\n")
        self._pending.append(Ragged(row.number, row.actual_columns, 1 + breaks, row.text[:_KEPT]))
        return "skip"

    def _locate(self, batch: pa.RecordBatch) -> Ints:
        """Lines on which a batch's rows begin, counting what stands between them."""
        beside = np.array([row.number - self._next_number for row in self._pending], np.int64)
        rows = np.arange(batch.num_rows)
        # The rows take the places that those beside leave free.
        rows += np.searchsorted(beside - np.arange(len(beside)), rows, side="right")
        before = int(np.searchsorted(beside, rows[-1])) if len(rows) else 0
        heights = np.ones(rows[-1] + 1 if len(rows) else 0, np.int64)
        heights[beside[:before]] = [row.height for row in self._pending[:before]]
        heights[rows] += self._count_breaks(batch)
        lines = self._next_line + np.cumsum(heights) - heights
        for row, line in zip(self._pending[:before], lines[beside[:before]].tolist(), strict=True):
            self._settle(row, line)
        self._next_number += len(heights)
        self._next_line += int(heights.sum())
        del self._pending[:before]
        return lines[rows]

    def _locate_rest(self) -> None:
        """Lines of the rows beside that come after the last row of the right width."""
        for row in self._pending:
            self._settle(row, self._next_line)
            self._next_line += row.height

    def _settle(self, row: Ragged, line: int) -> None:
        row.line = line
        if row.text.strip():  # else it is a blank line
            self.ragged.append(row)

    def _count_breaks(self, batch: pa.RecordBatch) -> Ints:
        """How many line breaks the quoted fields of each row hold."""
        breaks = np.zeros(batch.num_rows, np.int64)
        for column in batch.columns if self._text.quoted else ():
            if _holds_break(column):
                for mark, weight in (("\n", 1), ("\r", 1), ("\r\n", -1)):
                    breaks += weight * pc.count_substring(column, mark).fill_null(0).to_numpy(zero_copy_only=False)
        return breaks

    def _drop_blank_lines(self, batch: pa.RecordBatch, lines: Ints) -> tuple[pa.RecordBatch, Ints]:
        """Without the rows that come from blank lines: they look as rows of empty fields do, which are kept."""
        empty = np.ones(batch.num_rows, bool)
        for column in batch.columns:
            if column.null_count == 0:
                return batch, lines
            empty &= column.is_null().to_numpy(zero_copy_only=False)
        if self._blank_lines is None:
            self._blank_lines = find_blank_lines(self._text)
        kept = ~(empty & np.isin(lines, list(self._blank_lines)))
        return batch.filter(pa.array(kept)), lines[kept]


def _holds_break(column: pa.Array) -> bool:
    text = np.frombuffer(column.buffers()[2] or b"", np.uint8)
    return bool(np.any(text == ord("\n")) or np.any(text == ord("\r")))
