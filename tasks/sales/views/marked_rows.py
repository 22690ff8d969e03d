"""Rows that a column calls no sale: cancelled, returned, refunded, void or a test."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.errors import BadInput
from schemas.reading import keep_blank, leave_out
from tasks.sales.layout.columns import Long
from tasks.sales.layout.contents import is_number
from tasks.sales.layout.keys import clean
from tasks.sales.messages import enumerate_some, quote, refuse, remedy
from tasks.sales.reading.header import Header
from tasks.sales.reading.names import fold, split_words
from tasks.sales.reading.rows import Ints
from tasks.sales.reading.table import TableRows

_NO_SALE = re.compile(
    # Words that say it anywhere in a text, in English, German, French, Spanish, Italian, Dutch and Portuguese.
    r"\b(cancel(l?ed|lation|adas?|ados?)|returned|refund(ed|s)?|voided|reversed|chargeback"
    r"|storno|storniert|retourniert|retouren?|zuruckgesendet|zuruckgegeben|erstattet|gutschrift"
    r"|annule(e|es|s)?|rembourse(e|es|s)?|retourne(e|es|s)?|avoir"
    r"|anulad[oa]s?|devuelt[oa]s?|reembolsad[oa]s?|devolucion(es)?"
    r"|annullat[oaie]|stornat[oaie]|rimborsat[oaie]|res[oi]"
    r"|geannuleerd|geretourneerd|terugbetaald|devolvid[oa]s?|devolucao|estornad[oa]s?)\b"
    # Words that say it only where they are all of a text.
    r"|\A(void|test|returns?|cancel|failed|rejected|declined|abgebrochen|abgelehnt)( (order|sale|transaction))?\Z",
    re.IGNORECASE,
)
_NAMES_NO_SALE = re.compile(r"\b(cancel|return|refund|void|reversal|storno|test)\b")
_DATED = re.compile(r"[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4}\b")
_YES = frozenset("1 true yes y t x ja j oui si sim".split())
_MOST_VALUES = 50  # in a column that says of what kind its rows are
_LISTED = 5  # values that a condition leaves out, at most
_RETURNED = r"\A\s*[-(]|-\s*\z"  # units that are subtracted already


class MarkedRows(TableRows):
    """Rows as they are, of which those that are no sale are counted on the way; layout: of a long file."""

    def __init__(self, rows: TableRows, layout: Long) -> None:
        self._rows, self._layout = rows, layout
        self.name, self.header, self.ragged = rows.name, rows.header, rows.ragged
        self._watched = [place for place in layout.ignored if _may_mark(rows.header, place)]
        self._found: dict[int, Counter[str]] = {place: Counter() for place in self._watched}
        self._first: dict[int, int] = {}

    def batches(self) -> Iterator[tuple[pa.RecordBatch, Ints]]:
        """Yield the batches, and the line of each row."""
        for batch, lines in self._rows.batches():
            for place in self._watched:
                self._count(batch, lines, place)
            yield batch, lines

    def locate(self, lines: Ints) -> tuple[pa.Array, Ints]:
        """Names and lines of the parts that hold these lines."""
        return self._rows.locate(lines)

    def refuse(self) -> BadInput | None:
        """The refusal of a file with such rows, None where there are none."""
        for place, values in self._found.items():
            if values:
                return self._refuse(place, [value for value, _ in values.most_common(_LISTED)], values.total())
        return None

    def _count(self, batch: pa.RecordBatch, lines: Ints, place: int) -> None:
        encoded = clean(batch.column(place)).dictionary_encode()
        values = encoded.dictionary.to_pylist()
        marks = np.array([_is_no_sale(self.header.fields[place], value) for value in values], bool)
        if not marks.any():
            return
        codes = encoded.indices.to_numpy(zero_copy_only=False)
        rows = marks[codes]
        if self._layout.units is not None:
            units = clean(batch.column(self._layout.units))
            rows &= ~pc.match_substring_regex(units, _RETURNED).to_numpy(zero_copy_only=False)
        if rows.any():
            counts = np.bincount(codes[rows], minlength=len(values)).tolist()
            self._found[place].update({value: count for value, count in zip(values, counts, strict=True) if count})
            self._first.setdefault(place, int(lines[rows.argmax()]))

    def _refuse(self, place: int, values: list[str], rows: int) -> BadInput:
        name = self.header.fields[place]
        dated = any(map(_DATED.match, values))  # a day of cancelling: where it is blank, nobody did
        condition = leave_out(name, values) if not dated else keep_blank(name)
        said = enumerate_some([quote(value) for value in values])
        return refuse(
            self.name,
            f"expected rows of sales, found {rows:,} of which {quote(name)} says {said}, first on line "
            f"{self._first[place]}",
            remedies=[
                remedy(f"where={condition}", words="{} leaves them out"),
                remedy("where=all", words="{} keeps them"),
            ],
        )


def _may_mark(header: Header, place: int) -> bool:
    """Whether a column says of what kind its rows are: few texts, or a flag called cancelled, not units returned."""
    values = set(header.column(place))
    if not _names_no_sale(header.fields[place]):
        return len(values) <= _MOST_VALUES
    return not any(is_number(value) and not _DATED.match(value) for value in values - {"0", "1"})


def _names_no_sale(name: str) -> bool:
    words = " ".join(split_words(name))
    return bool(_NO_SALE.search(words) or _NAMES_NO_SALE.search(words))


def _is_no_sale(name: str, value: str) -> bool:
    said = _names_no_sale(name) and (value.lower() in _YES or _DATED.match(value))
    return bool(said or _NO_SALE.search(fold(value)))
