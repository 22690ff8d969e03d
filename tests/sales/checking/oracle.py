"""The check once more, slow and simple, with Python's csv module and loops."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
MOST = 1e9


@dataclass
class Opinion:
    """The result of the slow check.

    sales: units of each product, in the order of the file; faults: (code, rule, value, line), ordered by line; rows:
    number of data rows; repeated: number of rows that repeat another exactly.
    """

    sales: dict[str, list[float | None]] = field(default_factory=dict)
    faults: list[tuple[str, str, str, int]] = field(default_factory=list)
    rows: int = 0
    repeated: int = 0


def judge_slowly(text: str, weeks: int, gaps: str = "refuse", as_of: int | None = None) -> Opinion:
    """Check a wide CSV whose header is `product_code, W0, W1, …`; weeks: number of its week columns."""
    opinion = Opinion()
    last = weeks if as_of is None else as_of + 1
    copies: dict[str, list[tuple[int, list[float | None]]]] = {}
    faulty = set()
    reader = csv.reader(io.StringIO(text, newline=""))
    header = [cell.strip().lower() for cell in next(reader)]
    line = reader.line_num + 1
    for cells in reader:
        start, line = line, reader.line_num + 1
        if len(cells) < 2 and not "".join(cells).strip() and line == start + 1:
            continue
        opinion.rows += 1
        code = re.sub("\r\n|\r", "\n", cells[0].strip())
        rule, value = find_rule(cells, header, code, last, gaps, as_of, line - start)
        if rule:
            code = "" if rule == "repeated_header" else code
            faulty.add(code)
            opinion.faults.append((code, rule, value, start))
        else:
            units = [to_number(cell) for cell in cells[1 : last + 1]]
            launch = next((n for n, unit in enumerate(units) if unit is not None), last)
            copies.setdefault(code, []).append(
                (start, [0.0 if u is None and n > launch else u for n, u in enumerate(units)])
            )
    for code, rows in copies.items():
        if code in faulty or any(units != rows[0][1] for _, units in rows):
            opinion.faults += [(code, "duplicate", code, start) for start, _ in rows]
        else:
            opinion.repeated += len(rows) - 1
            if rows[0][1][-1] is not None:
                opinion.sales[code] = rows[0][1]
    opinion.faults.sort(key=lambda fault: fault[3])
    return opinion


def find_rule(
    cells: list[str], header: list[str], code: str, last: int, gaps: str, as_of: int | None, height: int
) -> tuple[str | None, str]:
    """The first rule that a row breaks, and the value at fault."""
    if len(cells) != len(header):
        rule = "too_many_fields" if len(cells) > len(header) else "too_few_fields"
        return rule, f"{len(cells)} instead of {len(header)} fields" + (f" on {height} lines" if height > 1 else "")
    if [cell.strip().lower() for cell in cells] == header:
        return "repeated_header", cells[0]
    if not code:
        return "empty_code", cells[0]
    weeks = cells[1 : last + 1]
    for cell in weeks:
        if cell.strip() and (not NUMBER.fullmatch(cell.strip()) or abs(float(cell)) == float("inf")):
            return name_of(cell.strip()), cell
    for cell in weeks:
        if cell.strip() and float(cell) < 0:
            return "negative", cell
    for cell in weeks:
        if cell.strip() and float(cell) > MOST:
            return "too_large", cell
    launched = False
    for number, cell in enumerate(weeks):
        if launched and not cell.strip() and gaps == "refuse":
            return "gap", f"W{number}"
        launched = launched or bool(cell.strip())
    if not launched and as_of is None:
        return "no_sales", weeks[-1]
    return None, ""


def name_of(cell: str) -> str:
    if NUMBER.fullmatch(cell):
        return "negative" if cell.startswith("-") else "too_large"
    return "not_finite" if re.fullmatch("[+-]?(nan|inf|infinity)", cell, re.IGNORECASE) else "not_a_number"


def to_number(cell: str) -> float | None:
    return float(cell) + 0.0 if cell.strip() else None
