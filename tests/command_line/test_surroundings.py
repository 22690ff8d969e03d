"""A run whose surroundings fail: it says what failed, changes nothing, and ends with the right code."""

from __future__ import annotations

import gzip
import json
import resource
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tasks.store.store import Store
from tests.command_line.command import QUICK, WEEKCAST, Weekcast, in_this_process, tree_of
from tests.web import web_server


def test_a_gzip_file_from_a_url_is_kept_unchanged(weekcast: Weekcast, sample: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "sales.csv.gz").write_bytes(gzip.compress(sample.read_bytes()))
    with web_server(source) as web:
        checked = weekcast("check", f"{web.url}/sales.csv.gz", "--json")
        ended = weekcast("run", f"{web.url}/sales.csv.gz?token=secret", "--store", tmp_path / "store", "--json", *QUICK)
    assert (checked.code, json.loads(checked.stdout)["accepted"]) == (0, 60)
    assert ended.code == 0, ended.stderr
    (raw,) = (tmp_path / "store" / "raw").iterdir()
    assert raw.read_bytes() == (source / "sales.csv.gz").read_bytes()
    assert "secret" not in (tmp_path / "store" / "reports" / "latest.html").read_text()


def test_a_url_that_does_not_answer_is_tried_again_and_changes_nothing(
    weekcast: Weekcast, published: Path, tmp_path: Path
) -> None:
    before = tree_of(published)
    with web_server(tmp_path) as web:
        failing = weekcast("run", f"{web.url}/status/503/late.csv", "--store", published, "--json")
        missing = weekcast("run", f"{web.url}/late.csv", "--store", published, "--json")
    assert (failing.code, json.loads(failing.stdout)["error"]["kind"]) == (5, "source_unavailable")
    assert failing.stderr.count("ingest: tried again in 0.1 s: ") == 3
    assert (missing.code, json.loads(missing.stdout)["error"]["kind"]) == (5, "source_missing")
    assert "ingest: " not in missing.stderr
    assert tree_of(published) == before


def test_a_full_disk_changes_nothing_that_was_published(
    published_copy: Path, weekcast: Weekcast, tmp_path: Path
) -> None:
    wide = tmp_path / "wide.csv"
    assert weekcast("sample", wide, "--products", "3000").code == 0
    wide.write_text(wide.read_text().replace("\nP", "\nQ"))  # products that the store does not know
    before = tree_of(published_copy)
    size = 100_000  # largest file in bytes, to act like a full disk
    ended = subprocess.run(
        [WEEKCAST, "run", wide, "--store", published_copy, "--json", *QUICK],
        env={**weekcast.environment},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
        capture_output=True,
        text=True,
    )
    assert (ended.returncode, json.loads(ended.stdout)["error"]["kind"]) == (5, "store_unavailable")
    assert tree_of(published_copy) == before


def test_a_store_in_use_is_not_used(weekcast: Weekcast, sample: Path, published_copy: Path) -> None:
    with Store(str(published_copy)).exclusive():
        ended = weekcast("run", sample, "--store", published_copy, "--json")
    assert (ended.code, json.loads(ended.stdout)["error"]["kind"]) == (4, "store_in_use")


def test_a_prefect_server_that_is_away_is_an_error_of_one_line(
    weekcast: Weekcast, sample: Path, tmp_path: Path
) -> None:
    ended = weekcast("run", sample, "--store", tmp_path / "store", "--json", PREFECT_API_URL="http://127.0.0.1:9/api")
    assert (ended.code, json.loads(ended.stdout)["error"]["kind"]) == (5, "server_unavailable")
    assert len(ended.stderr.splitlines()) == 1


def test_an_own_server_that_does_not_start_is_an_error_of_one_line(
    weekcast: Weekcast, sample: Path, tmp_path: Path
) -> None:
    no_database = "sqlite+aiosqlite:////proc/weekcast.db"
    own = {"PREFECT_API_URL": "", "PREFECT_SERVER_DATABASE_CONNECTION_URL": no_database}
    ended = weekcast("run", sample, "--store", tmp_path / "store", "--json", **own)
    assert (ended.code, json.loads(ended.stdout)["error"]["kind"]) == (5, "server_unavailable")
    assert len(ended.stderr.splitlines()) == 1
    assert not (tmp_path / "store").exists()


def test_a_secret_in_a_url_is_never_shown(weekcast: Weekcast, tmp_path: Path) -> None:
    with web_server(tmp_path) as web:
        secret = f"{web.url.replace('//', '//user:SECRET@')}/late.csv?token=SECRET"
        ended = [
            weekcast("check", secret, "--json"),
            weekcast("run", secret, "--store", tmp_path / "store", "--json"),
        ]
    assert [command.code for command in ended] == [5, 5]
    assert not any("SECRET" in command.stdout + command.stderr for command in ended)
    assert all("late.csv" in command.stderr for command in ended)


def test_a_missing_file_is_an_error_before_anything_is_started(weekcast: Weekcast, tmp_path: Path) -> None:
    ended = weekcast(
        "run", tmp_path / "nowhere.csv", "--store", tmp_path / "store", PREFECT_API_URL="http://127.0.0.1:9"
    )
    assert (ended.code, "no such file" in ended.stderr) == (5, True)
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize(
    ("store", "code"), [("/proc/weekcast", 5), ("", 2)], ids=["where no folder can be made", "without a name"]
)
def test_a_store_that_cannot_be_made_is_an_error_of_one_line(
    weekcast: Weekcast, sample: Path, store: str, code: int
) -> None:
    ended = weekcast("run", sample, "--store", store)
    assert (ended.code, len(ended.stderr.splitlines())) == (code, 1)


def test_no_server_where_none_may_be_started_is_an_error_of_one_line(
    weekcast: Weekcast, sample: Path, tmp_path: Path
) -> None:
    own = {"PREFECT_API_URL": "", "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false"}
    ended = weekcast("run", sample, "--store", tmp_path / "store", "--json", **own)
    assert (ended.code, json.loads(ended.stdout)["error"]["kind"]) == (5, "server_unavailable")
    assert len(ended.stderr.splitlines()) == 1


def test_the_seconds_of_steps_do_not_depend_on_the_log(weekcast: Weekcast, sample: Path, published: Path) -> None:
    ended = weekcast("run", sample, "--store", published, "--json", PREFECT_LOGGING_LEVEL="WARNING")
    assert list(json.loads(ended.stdout)["seconds"]) == ["ingest", "validate", "align", "reconcile"]


@pytest.mark.parametrize("command", ["check", "run"])
def test_nothing_is_done_while_the_checks_are_switched_off(
    weekcast: Weekcast, sample: Path, tmp_path: Path, command: str
) -> None:
    store = ["--store", tmp_path / "store"] if command == "run" else []
    ended = weekcast(command, sample, *store, "--json", PANDERA_VALIDATION_ENABLED="False")
    assert (ended.code, json.loads(ended.stdout)["error"]["kind"]) == (2, "usage_error")
    assert "PANDERA_VALIDATION_ENABLED" in ended.stderr


@pytest.mark.parametrize("command", [["check"], ["init"], ["run", "--store", "store"]], ids=lambda command: command[0])
def test_a_working_folder_that_was_deleted_is_said(
    sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    try:
        ended = in_this_process(*command, sample)
    finally:
        monkeypatch.undo()
    assert (ended.code, "folder that weekcast was started in is deleted" in ended.stderr) == (5, True)
    assert len(ended.stderr.splitlines()) == 1


def test_a_name_that_no_disk_holds_is_an_expected_error() -> None:
    name = "x" * 300
    ended = [
        in_this_process("check", name),
        in_this_process("check", f"sqlite:///{name}", "--set", "query=select 1"),
        in_this_process("verify", name),
    ]
    assert [each.code for each in ended] == [5, 5, 2]
    assert [each.stderr for each in ended if "name too long" in each.stderr or "no such" in each.stderr] != []


@pytest.mark.parametrize("source", ["web", "database"])
def test_no_room_for_temporary_files_is_told(weekcast: Weekcast, tmp_path: Path, source: str) -> None:
    (tmp_path / "sales.csv").write_text("product_code,week,units\n" + "P1,2024-01-01,5\n" * 20_000)
    sqlite3.connect(tmp_path / "shop.db").close()
    count = (
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000) select i * 7919 as i from n"
    )
    with web_server(tmp_path) as web:
        asked = {
            "web": [f"{web.url}/sales.csv"],
            "database": [f"sqlite:///{tmp_path}/shop.db", "--set", f"query={count}"],
        }
        ended = subprocess.run(
            [WEEKCAST, "check", *asked[source], "--json"],
            env={**weekcast.environment},
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000)),
            capture_output=True,
            text=True,
        )
    assert (ended.returncode, json.loads(ended.stdout)["error"]["kind"]) == (5, "source_unavailable"), ended.stderr
    assert "TMPDIR" in ended.stderr
