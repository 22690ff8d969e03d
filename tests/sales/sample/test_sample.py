"""The made-up sales file: its form, its similarity to the real one, and that it is the same every time."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from schemas.config import Config
from schemas.errors import SurroundingsFailed, UsageError
from tasks.sales.sample.sample import write_sample
from tests.benchmarks.measuring.timing import run_timed
from tests.command_line.command import WEEKCAST
from tests.sales.tables import check_file


def test_the_plain_form_has_codes_and_whole_numbers_only(tmp_path: Path) -> None:
    file = tmp_path / "sample.csv"
    write_sample(file)
    frame = pd.read_csv(file)
    assert list(frame) == ["Product_Code", *(f"W{week}" for week in range(52))]
    assert frame["Product_Code"].tolist() == [f"P{number}" for number in range(1, 812)]
    assert set(frame.drop(columns="Product_Code").dtypes) == {np.dtype("int64")}
    verdict = check_file(file, Config())
    assert (verdict.refused, verdict.quarantine.num_rows, verdict.warnings, verdict.products) == (None, 0, [], 811)


def test_it_is_similar_to_the_real_file(tmp_path: Path) -> None:
    file = tmp_path / "sample.csv"
    write_sample(file, products=4000)
    units = pd.read_csv(file).drop(columns="Product_Code").to_numpy()
    level, market = units.mean(axis=1), units.mean(axis=0) / units.mean()
    expected = level[:, None] * market
    assert units.mean() == pytest.approx(8.9, rel=0.2)
    assert 0.14 < (units == 0).mean() < 0.3
    assert ((units - expected) ** 2).sum() / expected.sum() < 3  # little but chance moves a product beside the market
    assert 1.2 < market.max() / market.min() < 2
    assert np.median(level) == pytest.approx(3.8, rel=0.3)


@pytest.mark.parametrize("messy", [False, True])
def test_the_seed_decides_the_bytes(tmp_path: Path, messy: bool) -> None:
    def digest(seed: int) -> str:
        write_sample(tmp_path / "sample.csv", 100, 20, seed, messy)
        return hashlib.sha256((tmp_path / "sample.csv").read_bytes()).hexdigest()

    assert digest(1) == digest(1) != digest(2)


def test_the_messy_form_has_every_kind_of_fault_and_is_accepted(tmp_path: Path) -> None:
    file = tmp_path / "messy.csv"
    write_sample(file, messy=True)
    header = file.read_text().split("\n", 1)[0].split(",")
    assert header[53:57] == ["MIN", "MAX", "Normalized 0", "Normalized 1"]
    verdict = check_file(file, Config())
    assert verdict.refused is None and verdict.warnings == []
    assert set(verdict.quarantine["rule"].to_pylist()) == {
        "duplicate",
        "empty_code",
        "gap",
        "max_disagrees",
        "min_disagrees",
        "negative",
        "normalized_disagrees",
        "not_a_number",
        "not_finite",
        "repeated_header",
        "too_few_fields",
        "too_large",
        "too_many_fields",
    }
    assert 780 < verdict.sales.num_rows < 811
    assert 20 < verdict.sales.table()["W0"].null_count < 150


@pytest.mark.parametrize(("products", "weeks"), [(1, 1), (1, 10), (60, 3), (17_000, 2)])
@pytest.mark.parametrize("messy", [False, True])
def test_it_has_the_size_that_was_asked_for(tmp_path: Path, products: int, weeks: int, messy: bool) -> None:
    file = tmp_path / "sample.csv"
    write_sample(file, products, weeks, messy=messy)
    lines = file.read_text().splitlines()
    assert len(lines) >= products + 1
    assert lines[0].split(",")[: weeks + 1] == ["Product_Code", *(f"W{week}" for week in range(weeks))]
    assert lines[-1].startswith(f"P{products},")


def test_memory_does_not_grow_with_the_products(tmp_path: Path) -> None:
    file = tmp_path / "sample.csv"
    small, large = (run_timed([WEEKCAST, "sample", file, "--products", count]).peak_mib for count in (50_000, 150_000))
    assert large - small < 15  # the units of the others take 40 MiB


def test_wrong_arguments_and_a_file_that_cannot_be_written_are_errors(tmp_path: Path) -> None:
    for arguments in ((0, 52, 1), (811, 0, 1), (811, 52, -1)):
        with pytest.raises(UsageError):
            write_sample(tmp_path / "sample.csv", *arguments)
    with pytest.raises(SurroundingsFailed, match="cannot be written"):
        write_sample(tmp_path / "nowhere" / "sample.csv")
