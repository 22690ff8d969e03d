"""Quantities as people write them: which texts are numbers, by which decimal sign, and which mean nothing.

Currency signs, words for nothing and an accountant's minus (5- and (5)) have one meaning and are always read. A point
or a comma may be the decimal sign or stand between thousands, as may blanks and apostrophes: what is not declared is
read with a decimal point, the cells of the whole file are counted by what they allow, and `settle` says whether that
was right.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schemas.errors import BadInput
from schemas.reading import Reading
from tasks.sales.messages import quote, refuse, remedy

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

NOT_A_NUMBER = "not_a_number"
NOT_FINITE = "not_finite"
NEGATIVE = "negative"
TOO_LARGE = "too_large"

# Decimal digits, a point, an exponent: no hexadecimal, underscores, decimal comma or digits of other scripts.
_EXPONENT = r"([eE][+-]?[0-9]+)?"
_NUMBER = rf"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+){_EXPONENT}"
_NOT_FINITE = r"(?i)\A\s*[+-]?(nan|inf|infinity)\s*\z"
_NOTHING = r"(?i)\A(-|–|null|na|n/a|#n/a|nan|none|nil)?\z"
_CURRENCY = r"\A([+-]?)(?:[€$£¥₹]|EUR|USD|GBP|CHF)\s*|\s*(?:[€$£¥₹]|EUR|USD|GBP|CHF|kr|zł)\z"
_BLANK_THOUSANDS = r"\A[+-]?[0-9]{1,3}([ '’\x{00A0}\x{202F}][0-9]{3})+([.,][0-9]*)?\z"
_BLANKS = r"[ '’\x{00A0}\x{202F}]"
_MINUS = r"\A\((.*)\)\z|\A([^-]*)-\z"
# By decimal sign: numbers that may have the other sign between thousands.
_WRITTEN = {
    sign: rf"^[+-]?(([0-9]+|[0-9]{{1,3}}({other}[0-9]{{3}})+)({own}[0-9]*)?|{own}[0-9]+){_EXPONENT}$"
    for sign, own, other in ((".", r"\.", ","), (",", ",", r"\."))
}
_GROUPED_POINT = r"\A\s*[+-]?[1-9][0-9]{0,2}(\.[0-9]{3})+\s*\z"
_OTHER = {".": ",", ",": "."}
_FEWEST = (
    0.01  # of the cells that must have a decimal comma, where commas divide cells too, or blanks between thousands
)


class OtherFormat(Exception):
    """The file writes numbers in another format: it has to be read once more in that."""

    def __init__(self, found: NumberFormat) -> None:
        super().__init__(found)
        self.found = found


class NumberFormat(NamedTuple):
    """How numbers are written: their decimal sign, and whether blanks or apostrophes stand between thousands."""

    decimal: str = "."
    blanks: bool = False


class Numbers:
    """Reads the cells of one file as numbers.

    format: how they are written
    found: the format that an earlier reading of the file has shown to be the right one
    unit: the word behind the numbers, such as pcs, which is taken off
    """

    def __init__(self, reading: Reading, delimiter: str, found: NumberFormat | None = None, unit: str = "") -> None:
        self._unit = rf"(?i)([0-9.])[\s\x{{00A0}}\x{{202F}}]*{re.escape(unit)}\z" if unit else ""
        declared = reading.decimal or _OTHER.get(reading.thousands or "")
        blanks = reading.thousands in (" ", "'") or bool(found and found.blanks)
        self.format = NumberFormat(declared or (found.decimal if found else "."), blanks)
        self._certain = declared is not None or found is not None
        # A comma between cells leaves the point for the decimals.
        self._watches_points = not self._certain and delimiter != ","
        self._fewest = 0 if delimiter != "," else _FEWEST
        self._only = {".": 0, ",": 0}
        self._grouped = 0
        self._read = 0
        self._unclear = ""

    def parse(self, cells: pa.Array) -> tuple[Floats, Bools | None]:
        """Read a column of cells; blanks around them do not count.

        Returns the values, NaN where a cell holds nothing or is unreadable, and which cells are unreadable: not a
        number, not finite, or beyond what a float holds; None where all are readable.
        """
        self._read += len(cells)
        if not _is_text(cells):
            return _parse_typed(cells)
        if self._unit:
            cells = pc.replace_substring_regex(pc.utf8_trim_whitespace(cells), self._unit, r"\1")
        if self.format.decimal == ".":
            try:
                values = pc.cast(cells, pa.float64())
            except pa.ArrowInvalid:
                return self._parse_any(cells)
            floats = values.to_numpy(zero_copy_only=False)
            if np.count_nonzero(np.isfinite(floats)) + values.null_count == len(floats):
                if self._watches_points:
                    self._watch_points(cells)
                return floats + 0.0, None  # makes -0.0 the same as 0.0
        return self._parse_any(cells)

    def parse_columns(self, batch: pa.RecordBatch, columns: list[int]) -> tuple[Floats, Bools]:
        """Read some columns of a batch: values and unreadable cells, both (rows, columns)."""
        values = np.empty((batch.num_rows, len(columns)), order="F")
        unreadable = np.zeros(values.shape, bool, order="F")
        for place, column in enumerate(columns):
            values[:, place], faulty = self.parse(batch.column(column))
            if faulty is not None:
                unreadable[:, place] = faulty
        return values, unreadable

    def settle(self, name: str) -> None:
        """Say whether the whole file was read in the right format.

        Raises OtherFormat where it allows another one only, and BadInput where it allows two.
        """
        comma = self._only[","] > self._fewest * self._read and not self._only["."]
        decimal = "," if comma and not self._certain else self.format.decimal
        found = NumberFormat(decimal, self.format.blanks or self._grouped > _FEWEST * self._read)
        if found != self.format:
            raise OtherFormat(found)
        if not self._certain and self._unclear and not self._only["."] and not self._only[","]:
            raise self._refuse_both(name)

    def _refuse_both(self, name: str) -> BadInput:
        sign = "," if "," in self._unclear else "."
        whole = self._unclear.strip().replace(sign, "")
        return refuse(
            name,
            f"expected numbers with one meaning, found {quote(self._unclear)}, which may be {whole} or "
            f"{self._unclear.strip().replace(',', '.')}",
            remedies=[remedy(f"thousands={sign}"), remedy(f"decimal={sign}")],
        )

    def _watch_points(self, cells: pa.Array) -> None:
        """Count cells with a point in a file that may write thousands with it."""
        if not np.any(np.frombuffer(cells.buffers()[2] or b"", np.uint8) == ord(".")):
            return
        pointed = cells.filter(pc.match_substring(cells, ".").fill_null(False))
        grouped = pc.match_substring_regex(pointed, _GROUPED_POINT)
        self._note(len(pointed) - pc.sum(grouped).as_py() if len(pointed) else 0, 0, pointed.filter(grouped))

    def _note(self, only_point: int, only_comma: int, unclear: pa.Array) -> None:
        self._only["."] += only_point
        self._only[","] += only_comma
        if len(unclear) and not self._unclear:
            self._unclear = unclear[0].as_py()

    def _parse_any(self, cells: pa.Array) -> tuple[Floats, Bools]:
        # Quantities repeat: what they mean is found out once for each text.
        encoded = cells.fill_null("").dictionary_encode()
        places = encoded.indices.to_numpy()
        floats, unreadable = self._parse_texts(
            encoded.dictionary, np.bincount(places, minlength=len(encoded.dictionary))
        )
        return floats[places], unreadable[places]

    def _parse_texts(self, cells: pa.Array, counts: Ints) -> tuple[Floats, Bools]:
        """The same of texts of which each stands in so many cells."""
        texts = simplify(cells)
        grouped = pc.match_substring_regex(texts, _BLANK_THOUSANDS)
        self._grouped += _sum_where(grouped, counts)
        texts = pc.if_else(grouped, pc.replace_substring_regex(texts, _BLANKS, ""), texts)
        point, comma = (pc.match_substring_regex(texts, _WRITTEN[sign]) for sign in ".,")
        if not self._certain:
            self._count(texts, counts, point, comma)
        decimal, blanks = self.format
        numeric = point if decimal == "." else comma
        if not blanks:
            numeric = pc.and_not(numeric, grouped)
        plain = pc.replace_substring(texts, _OTHER[decimal], "")
        if decimal == ",":
            plain = pc.replace_substring(plain, ",", ".")
        numbers = pc.cast(pc.if_else(numeric, plain, pa.scalar(None, pa.string())), pa.float64())
        floats = numbers.to_numpy(zero_copy_only=False) + 0.0
        blank = pc.equal(texts, "").to_numpy(zero_copy_only=False)
        infinite = np.isinf(floats)
        return np.where(infinite, np.nan, floats), ~blank & np.isnan(floats) | infinite

    def _count(self, texts: pa.Array, counts: Ints, point: pa.Array, comma: pa.Array) -> None:
        both = pc.and_(point, comma)
        signed = pc.match_substring_regex(texts, r"\A[^.]*,[^.]*\z" if not self._watches_points else "[.,]")
        self._note(
            _sum_where(pc.and_not(point, comma), counts),
            _sum_where(pc.and_not(comma, point), counts),
            texts.filter(pc.and_(both, signed)),
        )


def _sum_where(marks: pa.Array, counts: Ints) -> int:
    return int(counts[marks.to_numpy(zero_copy_only=False)].sum())


def simplify(cells: pa.Array) -> pa.Array:
    """Texts without what has one meaning only: blanks around them, currency, words for nothing, a minus at the end."""
    texts = pc.utf8_trim_whitespace(cells.fill_null(""))
    texts = pc.replace_substring_regex(texts, _CURRENCY, r"\1")
    texts = pc.if_else(pc.match_substring_regex(texts, _NOTHING), "", texts)
    return pc.replace_substring_regex(texts, _MINUS, r"-\1\2")


def name_faults(texts: pa.Array) -> pa.Array:
    """The rules that cells break which cannot be units."""
    encoded = texts.dictionary_encode()
    return _name_faults(encoded.dictionary).take(encoded.indices)


def _name_faults(texts: pa.Array) -> pa.Array:
    plain = simplify(texts)
    written = pc.or_(*(pc.match_substring_regex(plain, pattern) for pattern in _WRITTEN.values()))
    number = pc.match_substring_regex(plain, rf"\A{_NUMBER}\z")
    of_number = pc.if_else(pc.starts_with(plain, "-"), NEGATIVE, pc.if_else(number, TOO_LARGE, NOT_A_NUMBER))
    of_text = pc.if_else(pc.match_substring_regex(texts, _NOT_FINITE), NOT_FINITE, NOT_A_NUMBER)
    return pc.if_else(written, of_number, of_text)


def any_of_row(cells: Bools) -> Bools:
    """Which rows, (rows,), have a marked cell (rows, columns)."""
    return np.asarray(cells.any(axis=1))


def _is_text(cells: pa.Array) -> bool:
    return bool(pa.types.is_string(cells.type))


def _parse_typed(cells: pa.Array) -> tuple[Floats, Bools | None]:
    """Numbers of a Parquet file; its NaN means nothing, and whatever is no number is unreadable."""
    if not (pa.types.is_integer(cells.type) or pa.types.is_floating(cells.type) or pa.types.is_decimal(cells.type)):
        return np.full(len(cells), np.nan), cells.is_valid().to_numpy(zero_copy_only=False)
    if pa.types.is_decimal(cells.type):
        cells = pc.cast(cells, pa.string())  # from there 1.2 becomes 1.2, directly it would be 1.2000000000000002
    floats = pc.cast(cells, pa.float64()).to_numpy(zero_copy_only=False) + 0.0
    infinite = np.isinf(floats)
    return np.where(infinite, np.nan, floats), infinite if infinite.any() else None
