"""Prices, events and features change the forecast of a launch as they change what other products sell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tasks.explaining.product import explain_product
from tasks.store.snapshot import Snapshot
from tasks.store.store import Store
from tests.inputs.tables import forecast_of
from tests.weeks import QUICK, run_week

WEEK, PRODUCTS, LAUNCHES = 60, 60, 40
CHEAPER, FAIR, STAND = 3.0, 1.8, 2.0  # times as much is sold at half of the price, in the week of a fair, at a stand
FAIRS = (9, 22, 35, 50, WEEK + 3)
COMING = ("A-plain", "B-cheap", "C-bare", "D-first", "E-stand", "F-intro", "G-untold")
SETTINGS: dict[str, Any] = {**QUICK, "features": "warm"}


def write_folder(folder: Path, *, moves: bool = True, noise: bool = False) -> dict[str, Path]:
    """Products that sell 40 a week, and 20 in their first one, in which most of those launched are cheap.

    moves: whether prices ever do
    noise: whether the files tell more, of weeks that are not known yet
    """
    generator = np.random.default_rng(0)
    codes, shape = [f"P{number:02d}" for number in range(PRODUCTS)], (PRODUCTS, WEEK + 4)
    cheap, stand = generator.random(shape) < 0.1, generator.random(shape) < 0.05
    launch = np.where(np.arange(PRODUCTS) < LAUNCHES, 8 + np.arange(PRODUCTS), 0)
    cheap[np.arange(30), launch[:30]] = True
    cheap &= moves
    warm = 15 + 8 * np.sin(np.arange(WEEK + 4) / 3)
    level = np.where(np.arange(WEEK + 4) == launch[:, np.newaxis], 20, 40) * np.exp(0.03 * (warm - 15))
    level[:, list(FAIRS)] *= FAIR
    units = generator.poisson(level * np.where(cheap, CHEAPER, 1) * np.where(stand, STAND, 1)).astype(float)
    units[np.arange(WEEK + 4) < launch[:, np.newaxis]] = np.nan
    last = WEEK + 3 if noise else WEEK
    units[:, WEEK + 1 :] = 999
    sales = pd.DataFrame(units[:, : last + 1], codes, [f"W{week}" for week in range(last + 1)])
    sales.rename_axis("Product_Code").to_csv(folder / "sales.csv")
    rows: list[tuple[Any, ...]] = [
        (code, f"W{week}", 5 if cheap[row, week] else 10, 10, warm[week], "")
        for row, code in enumerate(codes)
        for week in range(WEEK + 4)
    ]
    later = range(WEEK + 1, WEEK + 4)
    for code, week in [(code, week) for code in COMING[:6] for week in later]:
        price = 5 if (code, week) in {("B-cheap", later[1]), ("C-bare", later[1]), ("D-first", later[0])} else 10
        regular = "" if code in ("C-bare", "D-first") else 10
        rows.append((code, f"W{week}", price, regular, "", ""))
    events = [f"Fair,W{week},W{week},," for week in FAIRS]
    events += [f"Stand,W{week},W{week},{codes[row]}," for row, week in np.argwhere(stand)]
    events += [f"Stand,W{later[0]},W{later[0]},E-stand,", f"Intro,W{later[0]},W{later[0]},F-intro,"]
    if noise:
        rows += [(code, f"W{later[0]}", 1, 10, 99, f"W{WEEK + 1}") for code in (*codes, *COMING)]
        rows += [(code, f"W{WEEK + 9}", 1, 10, 99, "") for code in (*codes, *COMING)]
        events += [f"Fair,W{later[1]},W{later[1]},,W{WEEK + 1}", f"Stand,W{later[1]},W{later[1]},A-plain,W{WEEK + 2}"]
    columns = ["product_code", "week", "price", "regular_price", "warm", "known_since"]
    pd.DataFrame(rows, columns=columns).to_csv(folder / "prices.csv", index=False)
    (folder / "events.csv").write_text("\n".join(["event,starts,ends,product_code,known_since", *events]) + "\n")
    (folder / "lifecycle.csv").write_text(
        "\n".join(["product_code,launched", *(f"{code},W{later[0]}" for code in COMING)]) + "\n"
    )
    return {name: folder / f"{name}.csv" for name in ("prices", "events", "lifecycle")}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("promoted")
    run_week(folder / "sales.csv", folder / "store", WEEK, inputs=write_folder(folder), **SETTINGS)
    return folder


@pytest.fixture(scope="module")
def rows(made: Path) -> Any:
    """The forecasts of the launches, by code and horizon."""
    found = forecast_of(made / "store").set_index(["product_code", "horizon"])
    assert set(found.loc[list(COMING), "method"]) == {"launch"}
    return found


def test_a_launch_is_forecast_higher_in_the_week_in_which_it_is_cheap_and_in_no_other(rows: Any) -> None:
    plain, cheap = rows.loc["A-plain"], rows.loc["B-cheap"]
    assert cheap.loc[2, "units_mean"] / plain.loc[2, "units_mean"] == pytest.approx(CHEAPER, rel=0.1)
    assert cheap.loc[2, "units"] / plain.loc[2, "units"] == pytest.approx(CHEAPER, rel=0.15)
    pd.testing.assert_frame_equal(cheap.loc[[1, 3]], plain.loc[[1, 3]])


def test_without_a_regular_price_the_usual_one_is_that_of_the_weeks_before(rows: Any) -> None:
    pd.testing.assert_frame_equal(rows.loc["C-bare"], rows.loc["B-cheap"])
    pd.testing.assert_frame_equal(rows.loc["D-first"], rows.loc["A-plain"])  # its first price is the usual one


def test_a_launch_is_forecast_higher_in_the_week_of_an_event(rows: Any) -> None:
    plain, stand = rows.loc["A-plain"], rows.loc["E-stand"]
    assert plain.loc[3, "units_mean"] / plain.loc[2, "units_mean"] == pytest.approx(FAIR, rel=0.15)
    assert stand.loc[1, "units_mean"] / plain.loc[1, "units_mean"] == pytest.approx(STAND, rel=0.15)
    pd.testing.assert_frame_equal(stand.loc[[2, 3]], plain.loc[[2, 3]])


def test_launches_that_were_promoted_do_not_raise_the_others(rows: Any) -> None:
    assert rows.loc[("A-plain", 1), "units_mean"] == pytest.approx(20, rel=0.2)
    assert rows.loc[("A-plain", 2), "units_mean"] == pytest.approx(40, rel=0.15)


def test_what_is_told_of_launches_alone_or_of_none_changes_nothing(rows: Any) -> None:
    pd.testing.assert_frame_equal(rows.loc["F-intro"], rows.loc["A-plain"])
    pd.testing.assert_frame_equal(rows.loc["G-untold"], rows.loc["A-plain"])


def test_what_inputs_tell_of_a_launch_is_explained(made: Path) -> None:
    told = explain_product(Snapshot.read(Store(str(made / "store"))), "B-cheap").told
    prices = {each.week: each.value for each in told if each.input == "price"}
    assert prices == {WEEK + 1: 10, WEEK + 2: 5, WEEK + 3: 10}


def test_units_stay_whole_and_in_order(rows: Any) -> None:
    columns = ["units_p10", "units", "units_p90"]
    found = rows.loc[list(COMING), columns]
    assert (found % 1 == 0).all(axis=None) and (found.diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)


def test_what_was_not_known_and_other_batches_change_no_byte(made: Path, tmp_path: Path) -> None:
    inputs = write_folder(tmp_path, noise=True)
    run_week(tmp_path / "sales.csv", tmp_path / "store", WEEK, inputs=inputs, **SETTINGS, batch_products=7)
    vintage = f"store/forecasts/history/{WEEK:04d}/forecast.parquet"
    assert (tmp_path / vintage).read_bytes() == (made / vintage).read_bytes()


def test_a_price_that_never_moved_has_no_effect_on_a_launch(tmp_path: Path) -> None:
    inputs = write_folder(tmp_path, moves=False)
    del inputs["events"]
    for store, told in (("with", inputs), ("without", {"lifecycle": inputs["lifecycle"]})):
        run_week(tmp_path / "sales.csv", tmp_path / store, WEEK, inputs=told, **QUICK)
    ours, theirs = (
        forecast_of(tmp_path / store).query("method == 'launch'").drop(columns=["run_id", "model_version"])
        for store in ("with", "without")
    )
    pd.testing.assert_frame_equal(ours, theirs)
