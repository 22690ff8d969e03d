"""The check of a sales file: which products are accepted, which rows are set aside, and whether the file is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds

from schemas.config import Config
from schemas.errors import BadInput, SourceMissing, SourceUnavailable
from tasks.sales.checking.conclusion import conclude
from tasks.sales.checking.reader import Read, Reader
from tasks.sales.checking.trial import keep_what_helps
from tasks.sales.checking.verdict import Examined, Verdict
from tasks.sales.panel.faults import FAULTS, tabulate
from tasks.sales.panel.previous import PreviousUnits
from tasks.sales.reading.table import Part, inspect_parts, open_table
from tasks.sales.reading.text import Text
from tasks.sales.wide_sales import WideSales

_LARGE = 1 << 23  # bytes, from which on a setting is tried on some of the products
_DECIDING = {"total_rows", "max_quarantined", "last_week"}  # settings that decide about what was read


def check_files(
    parts: Sequence[Part],
    config: Config,
    as_of: str | None = None,
    name: str | None = None,
    known: ds.Dataset | None = None,
    find_coming: Callable[[Verdict], pa.Array] | None = None,
) -> Verdict:
    """Check local files, which are one table of sales, up to the week `as_of`; messages call it `name`.

    known: the long table of the store, whose units replace bad cells where the setting says so
    find_coming: the codes of products that come, beside a verdict's sales; that these are without sales is no fault

    A refusal is returned, not raised; what it proposes was tried, on some of the products where they are large. Raises
    UsageError where `as_of` is not a week of the file or the encoding is unknown, SourceMissing and SourceUnavailable
    where a file cannot be read.
    """
    files = _Files(tuple(parts), as_of, name or parts[0].name, PreviousUnits(known))
    read = files.read(config)
    if find_coming and isinstance(read, Read) and read.has_unsold:
        read = read.forgive_unsold(find_coming(conclude(read, config)))

    def judge(settings: Config) -> Verdict:
        if isinstance(read, Read) and _decide_only(settings, config, read):
            return conclude(read, settings)
        return _judge(files.read(settings, sampled=files.size >= _LARGE), settings)

    return keep_what_helps(_judge(read, config), config, judge)


@dataclass
class _Files:
    """The files of one table, which are looked through once for each encoding."""

    parts: tuple[Part, ...]
    as_of: str | None
    name: str
    previous: PreviousUnits
    _inspected: dict[str, tuple[Text | Part, ...]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes of all of them."""
        return sum(part.file.stat().st_size for part in self.parts)

    def read(self, config: Config, *, sampled: bool = False) -> Read | BadInput:
        """What they hold, or why they cannot be read with these settings."""
        try:
            if config.encoding not in self._inspected:
                self._inspected[config.encoding] = inspect_parts(self.parts, config.encoding)
            table = open_table(self._inspected[config.encoding], config, self.name)
            return Reader(table, config, self.as_of, self.previous, sampled=sampled).read()
        except BadInput as refusal:
            return refusal
        except (FileNotFoundError, IsADirectoryError) as error:
            raise SourceMissing(f"{self.parts[0].file}: no such file", file=self.name) from error
        except OSError as error:
            raise SourceUnavailable(
                f"{self.name}: it cannot be read: {error.strerror or error}; run again", file=self.name
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
