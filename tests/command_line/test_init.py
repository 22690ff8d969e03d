"""`weekcast init` writes what was found, and `check` says what it looked at."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from flows.commands.init import write_config
from schemas.config import load_config
from tests.command_line.command import Weekcast
from tests.sales.other_files.panel import UNITS, long_frame, to_csv, wide_frame


def test_a_file_is_read_by_the_settings_that_init_wrote(weekcast: Weekcast, tmp_path: Path) -> None:
    sales, config = tmp_path / "sales.csv", tmp_path / "weekcast.toml"
    sales.write_bytes(to_csv(long_frame(lambda day: f"{day:%d.%m.%Y}", ("Artikel", "Datum", "Menge")), sep=";"))
    written = weekcast("init", sales, "--out", config)
    assert (written.code, "24 of 24 products" in written.stdout) == (0, True)
    assert 'date_format = "%d.%m.%Y"' in config.read_text()
    summary = json.loads(weekcast("check", sales, "--config", config, "--json").stdout)
    assert (summary["accepted"], summary["units"], summary["first_date"]) == (24, UNITS.sum(), "2020-06-01")
    assert summary["reading"][0] == "long: product = 'Artikel', week = 'Datum', units = 'Menge'"


def test_init_does_not_write_over_a_file(weekcast: Weekcast, tmp_path: Path) -> None:
    sales, config = tmp_path / "sales.csv", tmp_path / "weekcast.toml"
    sales.write_bytes(to_csv(wide_frame()))
    config.write_text("horizon = 5\n")
    ended = weekcast("init", sales, "--out", config)
    assert (ended.code, "--force" in ended.stderr, config.read_text()) == (2, True, "horizon = 5\n")
    assert weekcast("init", sales, "--out", config, "--force").code == 0


def test_check_says_what_it_looked_at(weekcast: Weekcast, tmp_path: Path) -> None:
    sales = tmp_path / "sales.csv"
    sales.write_bytes(to_csv(wide_frame()) + b"X,1\n")
    ended = weekcast("check", tmp_path / "*.csv")
    lines = {line.split()[0]: line for line in ended.stdout.splitlines() if line[:1].isalpha()}
    assert ended.code == 0
    assert "passed" in lines["duplicates"] and "25 rows" in lines["duplicates"]
    assert "1 set aside" in lines["fields"]
    assert "product = 'sku'" in lines["columns"]


BREAKS = [
    "\nmax_quarantined = 1 # ",
    "\rhorizon = 9\r",
    "\r\nseed = 7\r\n",
    "\x85seed = 7\x85",
    "\u2028seed = 7",
    "\x1b[2J",
    "\x00\x7f",
]


@pytest.mark.parametrize("text", BREAKS, ids=ascii)
@pytest.mark.parametrize("place", ["file", "folder", "header", "product", "unreadable"])
def test_no_text_of_a_file_sets_anything(tmp_path: Path, text: str, place: str) -> None:
    name = f"a{text}b" if "\0" not in text else "a\x7fb"
    folder = tmp_path / (name if place == "folder" else "folder")
    folder.mkdir()
    sales, config = folder / (f"{name}.csv" if place == "file" else "sales.csv"), tmp_path / "weekcast.toml"
    frame = long_frame(columns=[f"sku{text}" if place == "product" else "sku", "date", "qty"])
    if place == "header":
        frame[f"colour{text}"] = "red"
    if place == "unreadable":
        frame["date"] = f"never{text}"
    sales.write_bytes(to_csv(frame).replace(b"\0", b""))
    write_config(f"{sales}", config, [f"product=sku{text.strip()}"] if place == "product" else [], True)
    written = config.read_bytes().decode()
    assert all(char.isprintable() or char == "\n" for char in written)
    assert set(tomllib.loads(written)) <= {"product", "week", "units", "date_format", "first_week"}
    load_config(config, [])
