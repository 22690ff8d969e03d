"""The check of a sales file: which products are accepted, which rows are set aside, and whether the file is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa

from schemas.config import Config
from schemas.errors import BadInput, SourceMissing, SourceUnavailable
from schemas.sales import QUARANTINE, SALES, week_column
from tasks.sales.checking.checked import Checked, require_weeks, sales_columns
from tasks.sales.checking.faults import tabulate
from tasks.sales.checking.long import check_long
from tasks.sales.checking.share_set_aside import check_share_set_aside
from tasks.sales.checking.wide import check_wide
from tasks.sales.messages import enumerate_some, refuse
from tasks.sales.reading.columns import Columns
from tasks.sales.reading.header import Header, read_header
from tasks.sales.reading.rows import BlockTooSmall, Rows
from tasks.sales.reading.text import Text, inspect_content
from tasks.sales.weeks import resolve_as_of

_BLOCKS = (1 << 20, 1 << 24, 1 << 28)  # bytes read at a time; the larger ones are for rows that need them
_BYTES_A_COLUMN = 1 << 12  # read at a time, at least: a column costs the same time in each batch, short or long
_SLICE = 1 << 15  # products whose contract is checked at a time


@dataclass(frozen=True)
class Verdict:
    """The result of the check of a sales file.

    refused: why the whole file is refused, or None; sales: accepted products, wide (`schemas.sales`), null before
    launch, sorted by product code, empty where the file's structure was refused; quarantine: one row for each fault,
    ordered by line; first_week, last_week: indices up to the as-of week, None where the structure was refused;
    first_date: the Monday of week 0; products: number of distinct ones, accepted or set aside.
    """

    refused: BadInput | None
    sales: pa.Table
    quarantine: pa.Table
    warnings: list[str]
    first_week: int | None
    last_week: int | None
    first_date: date | None
    products: int


def check_file(file: Path, config: Config, as_of: str | None = None, name: str | None = None) -> Verdict:
    """Check a local CSV file of weekly sales up to the week `as_of`; messages call the file `name`.

    A refusal is returned, not raised. Raises UsageError where `as_of` is not a week of the file or the encoding is
    unknown, SourceMissing and SourceUnavailable where the file cannot be read.
    """
    name = name or file.name
    try:
        return _check(inspect_content(file, name, config.encoding), config, as_of)
    except BadInput as refusal:
        nothing = sales_columns(range(0)).empty_table()
        return Verdict(refusal, nothing, tabulate([]), [], None, None, config.first_week, 0)
    except (FileNotFoundError, IsADirectoryError) as error:
        raise SourceMissing(f"{file}: no such file", file=name) from error
    except OSError as error:
        raise SourceUnavailable(
            f"{name}: it cannot be read: {error.strerror or error}; run again", file=name
        ) from error


def _check(text: Text, config: Config, as_of: str | None) -> Verdict:
    header = read_header(text)
    columns = Columns(header, text.name)
    checked = _check_rows(text, header, columns, config, as_of)
    warnings = [*_warn_of_columns(columns, checked), *checked.warnings]
    refused = check_share_set_aside(checked, text.name, config)
    quarantine = tabulate(checked.faults)
    if refused is None:
        _enforce_contracts(checked.sales, quarantine)
    products = checked.sales.num_rows + len({fault.product_code for fault in checked.faults} - {""})
    first, last = checked.weeks[0], checked.weeks[-1]
    return Verdict(refused, checked.sales, quarantine, warnings, first, last, checked.first_date, products)


def _check_rows(text: Text, header: Header, columns: Columns, config: Config, as_of: str | None) -> Checked:
    for block in (max(_BLOCKS[0], _BYTES_A_COLUMN * len(header.fields)), *_BLOCKS[1:]):
        try:
            return _check_layout(Rows(text, header, block), columns, config, as_of)
        except BlockTooSmall:
            continue
    raise refuse(
        text.name, "expected rows, found one of more than 256 MB; look for a quotation mark that is never closed"
    )


def _check_layout(rows: Rows, columns: Columns, config: Config, as_of: str | None) -> Checked:
    if not columns.weeks:
        return check_long(rows, columns.read_long(), config, as_of)
    known = range(columns.weeks[0], columns.weeks[-1] + 1)
    layout = columns.read_wide(resolve_as_of(as_of, known, config.first_week))
    require_weeks(rows.name, sorted(layout.weeks), config)
    return check_wide(rows, layout, config, as_of=as_of is not None)


def _warn_of_columns(columns: Columns, checked: Checked) -> list[str]:
    warnings = []
    if ignored := columns.list_ignored():
        warnings.append(f"columns that mean nothing here are ignored: {enumerate_some(ignored)}")
    if columns.weeks and checked.weeks[-1] < columns.weeks[-1] and columns.describe_weeks():
        last = week_column(checked.weeks[-1])
        warnings.append(f"MIN, MAX and Normalized are not compared: they describe weeks after {last} too")
    return warnings


def _enforce_contracts(sales: pa.Table, quarantine: pa.Table) -> None:
    # In slices, because the contract makes pandas frames of them; duplicate codes were already set aside.
    for start in range(0, sales.num_rows, _SLICE):
        SALES.enforce(sales.slice(start, _SLICE))
    QUARANTINE.enforce(quarantine)
