"""Reading sales for a command that keeps nothing: local files as they lie, anything else by way of temporary ones."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pyarrow as pa

from schemas.config import Config
from schemas.contract import require_enforcement
from schemas.inputs.files import InputFiles
from tasks.inputs.gathering import Gathered, gather_inputs, list_coming
from tasks.inputs.weeks import SalesWeeks
from tasks.sales.checking.check import check_files
from tasks.sales.checking.verdict import Verdict
from tasks.sales.reading.table import Part
from tasks.sources.address import is_remote, source_name
from tasks.sources.failures import temporary_errors
from tasks.sources.fetching import fetch, require_readable
from tasks.sources.listing import list_files


def check_source(source: str, config: Config, inputs: InputFiles | None = None) -> Verdict:
    """The verdict on the sales of a source, as a run would have it without a store; inputs: of the run."""

    def find_coming(verdict: Verdict) -> pa.Array:
        with _local_inputs(inputs or InputFiles(), config) as parts:
            return list_coming(parts, config, SalesWeeks.of(verdict), verdict.sales.codes)

    with local_parts(source, config) as parts:
        name = source_name(source) if len(parts) > 1 else None
        return check_files(parts, config, name=name, find_coming=find_coming)


def read_inputs(inputs: InputFiles, config: Config, verdict: Verdict, *, ahead: bool = True) -> Gathered:
    """What the inputs tell beside the sales of a verdict; raises BadInput where one of them cannot be used."""
    with _local_inputs(inputs, config) as parts:
        sales = verdict.sales
        return gather_inputs(parts, config, SalesWeeks.of(verdict), sales.codes, ahead=ahead, sold=sales)


@contextmanager
def _local_inputs(inputs: InputFiles, config: Config) -> Iterator[dict[str, Part]]:
    """Local files with the inputs' bytes, by name."""
    reading = config.model_copy(update={"query": None, "files": "newest"})
    with ExitStack() as files:
        yield {name: files.enter_context(local_parts(file, reading))[0] for name, file in inputs.given().items()}


@contextmanager
def local_parts(source: str, config: Config) -> Iterator[list[Part]]:
    """Local files with the source's bytes, for as long as they are needed."""
    require_enforcement()
    newest = config.files == "newest"
    require_readable(source, config.query, newest)
    if not is_remote(source) and not config.query:
        yield [Part(Path(file), source_name(file)) for file in list_files(source, newest)]
        return
    with temporary_errors():
        here = tempfile.TemporaryDirectory(prefix="weekcast-")
    with here as folder:
        parts = []
        for number, (name, blocks) in enumerate(fetch(source, config.query, newest)):
            copy = Path(folder) / f"{number}"
            with temporary_errors(), copy.open("wb") as opened:
                opened.writelines(blocks)
            parts.append(Part(copy, name))
        yield parts
