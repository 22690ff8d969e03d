"""The data rows in batches, each with the line on which it begins; rows with other numbers of fields are kept apart."""

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

from tasks.sales.messages import refuse, shorten
from tasks.sales.reading.header import Header
from tasks.sales.reading.text import Text, find_blank_lines, open_utf8

Ints = npt.NDArray[np.int64]

_KEPT = 10_000  # characters that are kept of a row with another number of fields


class BlockTooSmall(Exception):
    """A row is longer than a block."""


@dataclass
class Ragged:
    """A row with too many or too few fields.

    number: of the row in the file, from 1
    height: number of its lines, many where a quote is never closed
    text: its beginning
    line: its first line, 0 until the rows before it are read
    """

    number: int
    fields: int
    height: int
    text: str
    delimiter: str
    line: int = 0

    def split(self) -> list[str]:
        """Its fields; of a text that is cut, those before the last one."""
        fields = next(csv.reader(io.StringIO(self.text, newline=""), delimiter=self.delimiter))
        return fields[:-1] if len(self.text) == _KEPT else fields


class Rows:
    """The rows after the header, read once, as text.

    block: bytes read at a time. The list `ragged` is complete after the last batch.
    """

    def __init__(self, text: Text, header: Header, block: int = 1 << 20) -> None:
        self.header = header
        self.ragged: list[Ragged] = []
        self._text = text
        self._block = block
        self._pending: list[Ragged] = []  # without a line yet: Arrow reads ahead
        self._next_number = 1
        self.next_line = header.next_line
        self._blank_lines: set[int] | None = None

    @property
    def name(self) -> str:
        """What messages call the file."""
        return self._text.name

    def batches(self) -> Iterator[tuple[pa.RecordBatch, Ints]]:
        """Yield batches of text columns, null where a cell is empty, and the line of each row.

        Raises BlockTooSmall where a row does not fit into a block, and BadInput where there are no rows or Arrow cannot
        read them as CSV.
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
                raise refuse(self.name, f"expected rows of a CSV, found something else: {shorten(reason)}") from error
        self._locate_rest()
        if not found and not self.ragged:
            raise refuse(self.name, "expected rows of sales below the header, found none; export it again")

    def _open(self, stream: pa.NativeFile) -> arrow_csv.CSVStreamingReader:
        return arrow_csv.open_csv(
            stream,
            # One thread: only then does Arrow report invalid rows in order and with their number.
            arrow_csv.ReadOptions(
                use_threads=False,
                block_size=self._block,
                column_names=[str(place) for place in range(len(self.header.fields))],
            ),
            arrow_csv.ParseOptions(
                delimiter=self.header.delimiter,
                newlines_in_values=self._text.quoted,
                ignore_empty_lines=False,  # they count as lines
                invalid_row_handler=self._keep_apart,
            ),
            arrow_csv.ConvertOptions(default_column_type=pa.string(), strings_can_be_null=True, null_values=[""]),
        )

    def _keep_apart(self, row: arrow_csv.InvalidRow) -> str:
        breaks = row.text.count("\n") + row.text.count("\r") - row.text.count("\r\n")
        self._pending.append(
            Ragged(row.number, row.actual_columns, 1 + breaks, row.text[:_KEPT], self.header.delimiter)
        )
        return "skip"

    def _locate(self, batch: pa.RecordBatch) -> Ints:
        """Lines on which a batch's rows begin; ragged rows and line breaks inside of fields are counted too."""
        ragged = np.array([row.number - self._next_number for row in self._pending], np.int64)
        rows = np.arange(batch.num_rows)
        # The batch's rows have the numbers that no ragged row has.
        rows += np.searchsorted(ragged - np.arange(len(ragged)), rows, side="right")
        before = int(np.searchsorted(ragged, rows[-1])) if len(rows) else 0
        heights = np.ones(rows[-1] + 1 if len(rows) else 0, np.int64)
        heights[ragged[:before]] = [row.height for row in self._pending[:before]]
        heights[rows] += self._count_breaks(batch)
        lines = self.next_line + np.cumsum(heights) - heights
        for row, line in zip(self._pending[:before], lines[ragged[:before]].tolist(), strict=True):
            self._settle(row, line)
        self._next_number += len(heights)
        self.next_line += int(heights.sum())
        del self._pending[:before]
        return lines[rows]

    def _locate_rest(self) -> None:
        """Find the lines of ragged rows after the last row with the right number of fields."""
        for row in self._pending:
            self._settle(row, self.next_line)
            self.next_line += row.height

    def _settle(self, row: Ragged, line: int) -> None:
        row.line = line
        if row.text.strip():  # otherwise it is a blank line
            self.ragged.append(row)

    def _count_breaks(self, batch: pa.RecordBatch) -> Ints:
        """Number of line breaks inside of the quoted fields of each row."""
        breaks = np.zeros(batch.num_rows, np.int64)
        for column in batch.columns if self._text.quoted else ():
            if _holds_break(column):
                for mark, weight in (("\n", 1), ("\r", 1), ("\r\n", -1)):
                    breaks += weight * pc.count_substring(column, mark).fill_null(0).to_numpy(zero_copy_only=False)
        return breaks

    def _drop_blank_lines(self, batch: pa.RecordBatch, lines: Ints) -> tuple[pa.RecordBatch, Ints]:
        """Remove the rows that come from blank lines; rows of empty fields look the same here, but they are kept."""
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
