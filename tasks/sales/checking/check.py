"""The check of a sales file: which products are accepted, which rows are set aside, and whether the file is refused."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds

from schemas.config import Config
from schemas.errors import BadInput, SourceMissing, SourceUnavailable
from tasks.sales.checking.conclusion import conclude
from tasks.sales.checking.faults import FAULTS, tabulate
from tasks.sales.checking.previous import PreviousUnits
from tasks.sales.checking.reader import Read, Reader
from tasks.sales.checking.verdict import Examined, Verdict
from tasks.sales.reading.table import Part, open_table
from tasks.sales.trial import keep_what_helps
from tasks.sales.wide_sales import WideSales

_LARGE = 1 << 23  # bytes, from which on a setting is tried on some of the products
_DECIDING = {"total_rows", "max_quarantined", "last_week"}  # settings that decide about what was read


def check_file(file: Path, config: Config, as_of: str | None = None, name: str | None = None) -> Verdict:
    """Check a local file of weekly sales up to the week `as_of`; messages call it `name`. See `check_files`."""
    return check_files([Part(file, name or file.name)], config, as_of)


def check_files(
    parts: Sequence[Part],
    config: Config,
    as_of: str | None = None,
    name: str | None = None,
    known: ds.Dataset | None = None,
) -> Verdict:
    """Check local files, which are one table of sales, up to the week `as_of`; messages call it `name`.

    known: the long table of the store, whose units replace bad cells where the setting says so. A refusal is returned,
    not raised; what it proposes was tried, on some of the products where they are large. Raises UsageError where
    `as_of` is not a week of the file or the encoding is unknown, SourceMissing and SourceUnavailable where a file
    cannot be read.
    """
    name = name or parts[0].name
    previous = PreviousUnits(known)
    read = _read(parts, config, as_of, name, previous)

    def judge(settings: Config) -> Verdict:
        if isinstance(read, Read) and _decide_only(settings, config, read):
            return conclude(read, settings)
        large = sum(part.file.stat().st_size for part in parts) >= _LARGE
        return _judge(_read(parts, settings, as_of, name, previous, sampled=large), settings)

    return keep_what_helps(_judge(read, config), config, judge)


def _read(
    parts: Sequence[Part],
    config: Config,
    as_of: str | None,
    name: str,
    previous: PreviousUnits,
    *,
    sampled: bool = False,
) -> Read | BadInput:
    """What the files hold, or why they cannot be read with these settings."""
    try:
        return Reader(open_table(parts, config, name), config, as_of, previous, sampled=sampled).read()
    except BadInput as refusal:
        return refusal
    except (FileNotFoundError, IsADirectoryError) as error:
        raise SourceMissing(f"{parts[0].file}: no such file", file=name) from error
    except OSError as error:
        raise SourceUnavailable(
            f"{name}: it cannot be read: {error.strerror or error}; run again", file=name
        ) from error


def _judge(read: Read | BadInput, config: Config) -> Verdict:
    """The verdict; a refusal may propose what does not help."""
    if isinstance(read, Read):
        return conclude(read, config)
    nothing = WideSales.of(pa.array([], pa.string()), range(0), np.empty((0, 0)))
    examined = [Examined("structure", read.message, passed=False)]
    quarantine = tabulate(FAULTS.empty_table())
    return Verdict(read, nothing, quarantine, [], None, None, config.first_week, 0, examined=examined)


def _decide_only(settings: Config, config: Config, read: Read) -> bool:
    """Whether these settings would read the same, so that it need not be read again."""
    if settings.last_week != config.last_week and (settings.last_week == "drop" or read.checked.left_out):
        return False
    return settings.model_dump(exclude=_DECIDING) == config.model_dump(exclude=_DECIDING)
