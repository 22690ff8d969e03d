"""Columns of numbers whose names do not say that they are units: what the rows say of them."""

from __future__ import annotations

from collections import Counter, defaultdict

from tasks.sales.layout.contents import read_numbers
from tasks.sales.reading.header import Header

_DENSE = 0.8  # rows a product and date, from which on each row is what was sold of a product on that date
_MOST = 0.9  # of the products that have to show something
_SKEWED = 0.8  # of the middle between the smallest and the largest number, that the mean of quantities is at most
_FEWEST = 20  # rows that show anything


class UnnamedUnits:
    """The first rows of a long table; product and week: positions of the columns that tell its rows apart."""

    def __init__(self, header: Header, product: tuple[int, ...], week: tuple[int, ...]) -> None:
        self._header = header
        self._products = [_pick(row, product) for row in header.sample]
        weeks = [_pick(row, week) for row in header.sample]
        pairs = set(zip(self._products, weeks, strict=True))
        cells = len(set(self._products)) * len(set(weeks))
        self.are_totals = len(pairs) == len(weeks) >= _DENSE * cells

    def may_be(self, place: int) -> bool:
        """Whether a column may hold units: a number that is the same in all rows of a product describes the product."""
        texts = [row[place].strip() for row in self._header.sample]
        of_product = defaultdict(set)
        for product, text in zip(self._products, texts, strict=True):
            of_product[product].add(text)
        several = [product for product, rows in Counter(self._products).items() if rows > 1]
        if len(texts) < _FEWEST or len(set(texts)) < 2 or len(several) < 2 or self.are_counted(place):
            return True
        return sum(len(of_product[product]) == 1 for product in several) < _MOST * len(several)

    def are_counted(self, place: int) -> bool:
        """Whether small numbers are the most frequent, as in lines of orders; numbers that name something are even."""
        numbers = read_numbers([row[place].strip() for row in self._header.sample])
        if not numbers or min(numbers) > 1:
            return False
        middle = (min(numbers) + max(numbers)) / 2
        return Counter(numbers).most_common(1)[0][0] == 1 or sum(numbers) < _SKEWED * middle * len(numbers)


def _pick(row: tuple[str, ...], places: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(row[place].strip() for place in places)
