"""A store with the files of three weeks' finished runs, of which none, some or all are published.

`fixtures/format_2.zip` is a store that `weekcast run` made, `format_1.zip` one of the first release; for the others see
`test_earlier_release.py`.
"""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tasks.store.paths import manifest_file
from tasks.store.publishing.manifest import Manifest, read_manifest
from tasks.store.store import Store
from tests.processes import forked
from tests.processes.killed import Renames
from tests.store.published import publish_run

FIXTURES = Path(__file__).parent / "fixtures"


def unpack(name: str, folder: Path) -> Store:
    """Unpack a store of `fixtures/` into a folder."""
    shutil.unpack_archive(FIXTURES / name, folder)
    return Store(str(folder))


@pytest.fixture(scope="session")
def weeks(tmp_path_factory: pytest.TempPathFactory) -> list[Manifest]:
    """The manifests of the runs of W13, W14 and W15."""
    store = unpack("format_2.zip", tmp_path_factory.mktemp("weeks") / "store")
    manifests = [read_manifest(store, run_id) for run_id in store.folders("runs")]
    return sorted(manifests, key=lambda manifest: manifest.as_of_week)


@pytest.fixture
def unpublished(tmp_path: Path) -> Store:
    """A store with the files of these runs, and nothing published."""
    store = unpack("format_2.zip", tmp_path / "store")
    for path in ("commits", "forecasts", "reports", "quarantine", "sales", "champion.json"):
        store.remove(path)
    for run_id in store.folders("runs"):
        store.remove(manifest_file(run_id))
    return store


@pytest.fixture
def published(unpublished: Store, weeks: list[Manifest]) -> Store:
    """A store with all three runs published, one after the other."""
    publish(unpublished, weeks)
    return unpublished


@pytest.fixture
def two_weeks(unpublished: Store, weeks: list[Manifest]) -> Store:
    """A store with two published weeks, and the files of the third."""
    publish(unpublished, weeks[:2])
    return unpublished


def copy_of(store: Store, folder: Path) -> Store:
    shutil.copytree(store.local(""), folder)
    return Store(str(folder))


def publish(store: Store, weeks: Sequence[Manifest]) -> None:
    """Publish runs as the step `publish` does."""
    for manifest in weeks:
        publish_run(store, manifest)


def killed_at(number: int, when: str, work: Callable[[], object]) -> bool:
    """Run `work` in a process that is killed before or after its rename `number`; return whether it was killed."""
    child = forked.start(_work, number, when, work)
    child.join()
    return child.exitcode == -signal.SIGKILL


def _work(number: int, when: str, work: Callable[[], object]) -> None:
    Renames(number, when, below="")
    work()


def readable(store: Store) -> dict[str, str]:
    """The hashes of all files that readers use, except the vintages, which contain clock times."""
    folders = ("forecasts", "reports", "quarantine", "sales", "ledger")
    paths = [*(path for folder in folders for path in store.files(folder)), "champion.json"]
    return {path: store.sha256(path) for path in paths if not path.endswith("vintages.parquet")}
