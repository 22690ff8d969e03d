"""All expected errors, as one tree; each class has the exit code that `weekcast` ends with.

WeekcastError                    1  a defect in Weekcast
├── ContractBroken               1  a table is not what the next step relies on
├── UsageError                   2  the command or its configuration is wrong
├── BadInput                     3  the sales file is refused
├── StoreError                   4
│   ├── StoreDamaged                a file is missing, or is not what was recorded
│   ├── StoreTooNew                 a later release wrote it
│   └── StoreInUse                  another run holds the store
├── SurroundingsFailed           5  nothing changed, run again
│   ├── SourceUnavailable           the sales file cannot be read
│   │   ├── SourceMissing           there is no such file
│   │   └── SourceRefused           whoever has the file does not give it to us
│   ├── SalesOverdue                the last observed week is older than `max_age` allows
│   ├── StoreUnavailable            disk full, read-only, no permission
│   ├── ServerUnavailable           the Prefect server is away
│   ├── RunnerFailed                a cluster is away, its workers are lost, or cannot do the work
│   └── RunTimedOut                 it took longer than it may
├── ModelFailed                  6  a model cannot be trained or read; another one answers where there is one
└── PublicationRefused           6  the pipeline refused to publish
    └── LeakFound                   a forecast changes with what was sold after its origin
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import ClassVar, NamedTuple

_NOT_IN_DOUBLE_QUOTES = r'["$`\\]|!(?!=)'  # what a shell would read as something else there

_CLOSE = 0.7  # share of characters in common, as difflib counts them, from which a name is taken for another one


class WeekcastError(Exception):
    """An expected error: a message for a person, and where it was found.

    `where` holds what is known of `file`, `line`, `column`, `product_code` and `week`.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, **where: str | int) -> None:
        super().__init__(message)
        self.message = message
        self.where = where

    def __reduce__(self) -> tuple[object, ...]:
        # By default pickle rebuilds an exception from `args` alone, which would lose `where` between processes.
        return _rebuild, (type(self), self.message, self.where)

    @property
    def kind(self) -> str:
        """The class's name in snake case, as it stands in `--json`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower()


def _rebuild(kind: type[WeekcastError], message: str, where: dict[str, str | int]) -> WeekcastError:
    return kind(message, **where)


class ContractBroken(WeekcastError):
    """A table between two steps is not what the next one relies on."""


class UsageError(WeekcastError):
    """The command, an option or the configuration is wrong."""

    exit_code = 2


def tell_unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """The message about a name that is not known: what may be meant or, where nothing is close, all that is known."""
    names = list(known)
    return f"unknown {kind} {name!r}: {suggest(name, names) or 'expected one of ' + ', '.join(names)}"


def suggest(name: str, known: Iterable[str]) -> str:
    """The question which of the known names is meant by one that is spelled much like it; empty where none is."""
    names = {each.lower(): each for each in known}
    close = [f"'{names[each]}'" for each in get_close_matches(name.lower(), names, cutoff=_CLOSE)]
    return f"did you mean {' or '.join(close)}?" if close else ""


class Remedy(NamedTuple):
    """Settings after which a refused file is read, such as `rows=transactions`, and the words around them."""

    settings: tuple[str, ...]
    words: str = "{}"

    def __str__(self) -> str:
        return self.words.replace("{}", " ".join(f"--set {_quote(setting)}" for setting in self.settings))


def _quote(setting: str) -> str:
    """A setting as a shell takes it for one word, with the quotation marks that are easiest to read."""
    if not re.search(r"[^\w.,=+:/%-]", setting):
        return setting
    return shlex.quote(setting) if re.search(_NOT_IN_DOUBLE_QUOTES, setting) else f'"{setting}"'


class BadInput(WeekcastError):
    """The sales file is refused: nothing is published.

    problem: what stands in the way; remedies: settings any of which admits the file.
    """

    exit_code = 3

    def __init__(self, problem: str, remedies: Sequence[Remedy] = (), **where: str | int) -> None:
        self.problem, self.remedies = problem, tuple(remedies)
        super().__init__("; ".join(filter(None, (problem, " or ".join(map(str, remedies))))), **where)

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild_refusal, (self.problem, self.remedies, self.where)


def _rebuild_refusal(problem: str, remedies: Sequence[Remedy], where: dict[str, str | int]) -> BadInput:
    return BadInput(problem, remedies, **where)


class StoreError(WeekcastError):
    """The store cannot be used as it is."""

    exit_code = 4


class StoreDamaged(StoreError):
    """A file of the store is missing, or is not what was recorded."""


class StoreTooNew(StoreError):
    """A later release wrote to the store what this one does not know."""


class StoreInUse(StoreError):
    """Another run holds the store."""


class SurroundingsFailed(WeekcastError):
    """Something outside the pipeline failed; nothing changed, and running again may help."""

    exit_code = 5


class SourceUnavailable(SurroundingsFailed):
    """The sales file cannot be read."""


class SourceMissing(SourceUnavailable):
    """There is no such file: waiting a few seconds does not help."""


class SourceRefused(SourceUnavailable):
    """Whoever has the sales file does not give it to us: waiting a few seconds does not help."""


class SalesOverdue(SurroundingsFailed):
    """The last observed week is older than the setting `max_age` allows: the newest file was not delivered."""


class StoreUnavailable(SurroundingsFailed):
    """The store cannot be written or read: disk full, read-only, no permission."""


class ServerUnavailable(SurroundingsFailed):
    """The Prefect server does not answer."""


class RunnerFailed(SurroundingsFailed):
    """The machines that were to share the work are away, get lost, or would not compute the same numbers."""


class RunTimedOut(SurroundingsFailed):
    """A run took longer than it may."""


class ModelFailed(WeekcastError):
    """A model cannot be trained, or cannot be read back."""

    exit_code = 6


class PublicationRefused(WeekcastError):
    """The pipeline itself refused to publish."""

    exit_code = 6


class LeakFound(PublicationRefused):
    """A forecast changes with what was sold after its origin."""
