"""`weekcast init` writes what was found, and `check` says what it looked at."""

from __future__ import annotations

import json
from pathlib import Path

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
    assert "failed, 1" in lines["fields"]
    assert "product = 'sku'" in lines["columns"]
