"""The check as a user sees it with the command line."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.command_line.command import Ended, Weekcast, in_this_process, tree_of
from tests.sales.tables import workbook

WEEKS = 12
HEADER = ["Product_Code", *(f"W{week}" for week in range(WEEKS))]


def rows_of(products: int = 40) -> list[list[str]]:
    """A small healthy file as rows of cells, the header first."""
    return [
        HEADER,
        *([f"P{number}", *(str((number * 7 + week * 3) % 11) for week in range(WEEKS))] for number in range(products)),
    ]


def to_csv(rows: list[list[str]], delimiter: str = ",", end: str = "\n") -> bytes:
    return "".join(delimiter.join(row) + end for row in rows).encode()


HEALTHY = to_csv(rows_of())


def edited(edit: Callable[[list[list[str]]], object]) -> bytes:
    """The healthy file after an edit of its rows."""
    rows = [list(row) for row in rows_of()]
    edit(rows)
    return to_csv(rows)


def without_column(column: int) -> bytes:
    return to_csv([row[:column] + row[column + 1 :] for row in rows_of()])


def parquet() -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table({"Product_Code": ["P1"], "W0": [1]}), sink)
    return sink.getvalue()


def spoil(count: int) -> bytes:
    return edited(lambda rows: [row.__setitem__(3, "many") for row in rows[1 : count + 1]])


REFUSED: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "empty": (b"", ("empty",)),
    "header only": (to_csv([HEADER]), ("header",)),
    "no product column": (
        edited(lambda rows: rows.__setitem__(0, ["Wares", *rows[0][1:], "Colour"])),
        ("product_code",),
    ),
    "no week columns": (to_csv([["Product_Code", "Colour"], ["P1", "red"]]), ("W0",)),
    "a week missing": (without_column(5), ("W4",)),
    "a week twice": (edited(lambda rows: rows[0].__setitem__(5, "W3")), ("W3",)),
    "too few weeks": (to_csv([row[:10] for row in rows_of()]), ("10 weeks", "found 9")),
    "a workbook": (workbook(), ("Excel", "CSV")),
    "HTML": (b"<!DOCTYPE html><html><body>Sign in</body></html>", ("HTML",)),
    "JSON": (b'[{"Product_Code": "P1", "W0": 1}]', ("JSON",)),
    "Parquet": (parquet()[:-9], ("Parquet",)),
    "binary": (bytes(range(256)) * 8, ("CSV",)),
    "not UTF-8": (HEALTHY.replace(b"P7,", b"M\xfcsli,"), ("line 9", "encoding")),
    "a broken gzip": (gzip.compress(HEALTHY)[:-40], ("gzip",)),
    "too many rows set aside": (spoil(3), ("5", "max_quarantined")),
    "too many gaps": (edited(lambda rows: [row.__setitem__(5, "") for row in rows[1:5]]), ("gaps=zero",)),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_file_is_refused(tmp_path: Path, case: str) -> None:
    content, fragments = REFUSED[case]
    ended = in_this_process("check", file_of(tmp_path, content), "--json")
    assert ended.code == 3
    refused = json.loads(ended.stdout)["refused"]
    for fragment in ("sales.csv", *fragments):
        assert fragment.lower() in refused.lower()
    assert_short(ended)


@pytest.mark.parametrize("case", ["empty", "HTML", "too many rows set aside", "too many gaps"])
def test_a_run_with_a_bad_file_changes_nothing_that_is_published(
    weekcast: Weekcast, published_copy: Path, tmp_path: Path, case: str
) -> None:
    content, _ = REFUSED[case]
    before = tree_of(published_copy, without="raw/")
    ended = weekcast("run", file_of(tmp_path, content), "--store", published_copy, "--json")
    assert ended.code == 3
    error = json.loads(ended.stdout)["error"]
    assert (error["kind"], error["where"]["file"]) == ("bad_input", "sales.csv")
    assert error["message"] == json.loads(in_this_process("check", tmp_path / "sales.csv", "--json").stdout)["refused"]
    assert_short(ended)
    assert tree_of(published_copy, without="raw/") == before


ASIDE: dict[str, tuple[Callable[[list[list[str]]], object], list[tuple[str, int]]]] = {
    "empty product code": (lambda rows: rows[5].__setitem__(0, " "), [("empty_code", 6)]),
    "same code, other values": (
        lambda rows: rows.append(["P3", *"123456789012"]),
        [("duplicate", 5), ("duplicate", 42)],
    ),
    "not a number": (lambda rows: rows[5].__setitem__(3, "many"), [("not_a_number", 6)]),
    "negative": (lambda rows: rows[5].__setitem__(3, "-1"), [("negative", 6)]),
    "infinite": (lambda rows: rows[5].__setitem__(3, "inf"), [("not_finite", 6)]),
    "NaN": (lambda rows: rows[5].__setitem__(3, "NaN"), [("not_finite", 6)]),
    "hexadecimal": (lambda rows: rows[5].__setitem__(3, "0x1F"), [("not_a_number", 6)]),
    "underscores": (lambda rows: rows[5].__setitem__(3, "1_000"), [("not_a_number", 6)]),
    "above max_units": (lambda rows: rows[5].__setitem__(3, "1000000001"), [("too_large", 6)]),
    "a gap": (lambda rows: rows[5].__setitem__(3, ""), [("gap", 6)]),
    "too many fields": (lambda rows: rows[5].append("7"), [("too_many_fields", 6)]),
    "too few fields": (lambda rows: rows[5].pop(), [("too_few_fields", 6)]),
    "the header repeated": (lambda rows: rows.insert(9, HEADER), [("repeated_header", 10)]),
}


@pytest.mark.parametrize("case", ASIDE)
def test_a_bad_row_is_set_aside_and_the_others_are_used(tmp_path: Path, case: str) -> None:
    edit, expected = ASIDE[case]
    ended = in_this_process("check", file_of(tmp_path, edited(edit)), "--json")
    assert ended.code == 0
    summary = json.loads(ended.stdout)
    assert summary["refused"] is None
    assert [(row["rule"], row["line"]) for row in summary["quarantined"]] == expected
    assert summary["accepted"] == (40 if case == "the header repeated" else 39)


def with_extremes(rows: list[list[str]]) -> list[list[str]]:
    """The rows with MIN, MAX and Normalized columns, as in the UCI file."""
    wide = [[*HEADER, "MIN", "MAX", *(f"Normalized {week}" for week in range(WEEKS))]]
    for code, *cells in rows[1:]:
        units = [int(cell) for cell in cells]
        low, high = min(units), max(units)
        wide.append([code, *cells, str(low), str(high), *(f"{(u - low) / (high - low):.2f}" for u in units)])
    return wide


@pytest.mark.parametrize(
    ("column", "rule"), [(13, "min_disagrees"), (14, "max_disagrees"), (20, "normalized_disagrees")]
)
def test_a_row_whose_extremes_disagree_is_set_aside(tmp_path: Path, column: int, rule: str) -> None:
    rows = with_extremes(rows_of())
    rows[4][column] = "0.77" if column == 20 else "99"
    summary = json.loads(in_this_process("check", file_of(tmp_path, to_csv(rows)), "--json").stdout)
    assert [(row["product_code"], row["rule"], row["line"]) for row in summary["quarantined"]] == [("P3", rule, 5)]


def quoted(rows: list[list[str]]) -> bytes:
    return "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in rows).encode()


def reordered(rows: list[list[str]]) -> bytes:
    return to_csv([[row[0], *reversed(row[1:])] for row in rows])


def renamed(code: str) -> bytes:
    return edited(lambda rows: rows[5].__setitem__(0, code))


def long_form(rows: list[list[str]]) -> bytes:
    cells = [[row[0], str(week), row[1 + week]] for row in rows[1:] for week in range(WEEKS)]
    return to_csv([["product_code", "week", "units"], *cells])


ACCEPTED: dict[str, bytes] = {
    "LF": HEALTHY,
    "CRLF": to_csv(rows_of(), end="\r\n"),
    "BOM": b"\xef\xbb\xbf" + HEALTHY,
    "semicolon": to_csv(rows_of(), delimiter=";"),
    "tab": to_csv(rows_of(), delimiter="\t"),
    "quotes": quoted(rows_of()),
    "week columns in any order": reordered(rows_of()),
    "blanks around values": edited(lambda rows: rows[5].__setitem__(3, " 5 ")),
    "5.0": edited(lambda rows: rows[5].__setitem__(3, "5.0")),
    "5e0": edited(lambda rows: rows[5].__setitem__(3, "5e0")),
    "fractions": edited(lambda rows: rows[5].__setitem__(3, "2.75")),
    "no newline at the end": HEALTHY.rstrip(b"\n"),
    "blank lines at the end": HEALTHY + b"\n\n",
    "gzip": gzip.compress(HEALTHY),
    "a comma in a quoted code": renamed('"Tea, green"'),
    "a line break in a quoted code": renamed('"Tea\ngreen"'),
    "a code in another script": renamed("お茶"),
    "long": long_form(rows_of()),
    "not yet launched": edited(lambda rows: [rows[5].__setitem__(week, "") for week in (1, 2, 3)]),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_a_file_of_that_form_is_accepted_as_it_is(tmp_path: Path, case: str) -> None:
    ended = in_this_process("check", file_of(tmp_path, ACCEPTED[case]), "--json")
    assert ended.code == 0
    summary = json.loads(ended.stdout)
    assert (summary["refused"], summary["quarantined"], summary["warnings"]) == (None, [], [])
    assert (summary["accepted"], summary["weeks"], summary["last_week"]) == (40, 12, 11)


def test_one_single_product_is_accepted(tmp_path: Path) -> None:
    ended = in_this_process("check", file_of(tmp_path, to_csv(rows_of(1))), "--json")
    assert (ended.code, json.loads(ended.stdout)["accepted"]) == (0, 1)


def test_identical_copies_are_kept_once_with_a_warning(tmp_path: Path) -> None:
    content = edited(lambda rows: rows.append(rows[4]))
    summary = json.loads(in_this_process("check", file_of(tmp_path, content), "--json").stdout)
    assert (summary["accepted"], summary["quarantined"]) == (40, [])
    assert "P3" in summary["warnings"][0]


def test_an_unknown_column_is_named_in_a_warning(tmp_path: Path) -> None:
    content = to_csv([[*row, "Colour" if row is rows_of()[0] else "red"] for row in rows_of()])
    content = content.replace(b"W11,red", b"W11,Colour")
    summary = json.loads(in_this_process("check", file_of(tmp_path, content), "--json").stdout)
    assert summary["accepted"] == 40
    assert "Colour" in summary["warnings"][0]


def test_a_gap_is_read_as_zero_on_demand(weekcast: Weekcast, tmp_path: Path) -> None:
    content = edited(lambda rows: rows[5].__setitem__(3, ""))
    summary = json.loads(weekcast("check", file_of(tmp_path, content), "--set", "gaps=zero", "--json").stdout)
    assert (summary["accepted"], summary["quarantined"]) == (40, [])


def test_another_encoding_is_read_on_demand(weekcast: Weekcast, tmp_path: Path) -> None:
    content = HEALTHY.replace(b"P7,", b"M\xfcsli,")
    ended = weekcast("check", file_of(tmp_path, content), "--set", "encoding=latin-1", "--json")
    assert (ended.code, json.loads(ended.stdout)["accepted"]) == (0, 40)


def test_the_check_loads_neither_prefect_nor_tensorflow(weekcast: Weekcast, tmp_path: Path) -> None:
    ended = weekcast("check", file_of(tmp_path, HEALTHY), PYTHONPROFILEIMPORTTIME="1")
    loaded = {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in ended.stderr.splitlines()}
    assert "pandera" in loaded
    assert not loaded & {"prefect", "tensorflow", "keras"}


def file_of(folder: Path, content: bytes) -> Path:
    path = folder / "sales.csv"
    path.write_bytes(content)
    return path


def assert_short(ended: Ended) -> None:
    """Check that stderr has one line of `weekcast`, and no traceback."""
    lines = [line for line in ended.stderr.splitlines() if line.startswith("weekcast:") or "Traceback" in line]
    assert len(lines) == 1
