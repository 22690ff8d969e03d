"""Who holds a store in a bucket: a small object that expires unless its holder renews it.

It is made where there is none, and renewed and taken over only as it was seen, so that one of two always fails. Its age
is told by the server's clock. A holder that was stopped for too long knows by its own clock that another one may have
taken the store over, and changes nothing any more.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError

from schemas.errors import StoreInUse
from tasks.store.objects.conditions import UNTOLD, Version
from tasks.store.objects.deleting import delete
from tasks.store.objects.environment import read_number
from tasks.store.paths import ASIDE

LEASE, LEASE_SECONDS = ".lease", "WEEKCAST_LEASE_SECONDS"
_SECONDS = 60.0
_SAFE = 0.7  # share of a lease after which its holder does not trust it any more
_RENEWALS = 5  # in the time of a lease


class Lease:
    """A lease of a store; place: the store as obstore has it; name: what messages call it."""

    def __init__(self, place: Any, name: str) -> None:
        self._place, self._name, self._seconds = place, name, read_number(LEASE_SECONDS, _SECONDS, 1, "seconds")
        self._holder, self._version = secrets.token_hex(8), UNTOLD
        self._renewed, self._lost, self._end = 0.0, False, threading.Event()

    def acquire(self) -> None:
        """Take the lease; raises StoreInUse where another one has it."""
        asked = _now()
        try:
            self._version = self._put("create")
        except AlreadyExistsError:
            self._take_over()
        self._renewed = asked
        threading.Thread(target=self._keep_renewing, daemon=True).start()

    def _take_over(self) -> None:
        try:
            found = obstore.get(self._place, LEASE)
        except FileNotFoundError as error:
            raise StoreInUse(f"{self._name}: its lease has just been removed; run again") from error
        told, seen = json.loads(bytes(found.bytes())), found.meta
        if told["holder"] not in ("", self._holder):
            left = told["seconds"] - self._age(seen["last_modified"])
            if left > 0:
                raise StoreInUse(
                    f"{self._name}: another run is working in this store; if it was killed, the store is free in "
                    f"{left:.0f} s"
                )
        try:
            self._version = self._put(Version.of(seen).unchanged)
        except PreconditionError as error:
            raise StoreInUse(f"{self._name}: another run is working in this store; wait for it to end") from error

    def _age(self, since: Any) -> float:
        """Seconds that have passed by the server's clock, which is seen in an object that is written for that."""
        clock = f"{LEASE}-clock-{self._holder}{ASIDE}"
        obstore.put(self._place, clock, b"", use_multipart=False)
        now = obstore.head(self._place, clock)["last_modified"]
        delete(self._place, [clock])
        return float((now - since).total_seconds())

    def require(self) -> None:
        """Raise StoreInUse where another one may have taken the store over."""
        if self._lost or _now() - self._renewed > _SAFE * self._seconds:
            raise StoreInUse(f"{self._name}: this run was stopped for too long, and another one may work in this store")

    def release(self) -> None:
        """Give the lease back, where it is still held."""
        self._end.set()
        if not self._lost:
            with suppress(PreconditionError):
                self._put(self._version.unchanged, holder="")

    def _keep_renewing(self) -> None:
        while not self._end.wait(self._seconds / _RENEWALS):
            asked = _now()
            try:
                is_ours = self._renew()
            except BaseError:  # a later try may reach the server; `require` knows how long the last one is ago
                continue
            if not is_ours:
                self._lost = not self._end.is_set()
                return
            self._renewed = asked

    def _renew(self) -> bool:
        """Renew the lease; False where another one has it."""
        try:
            self._version = self._put(self._version.unchanged)
        except PreconditionError:  # where the answer to an earlier renewal was lost, it is ours all the same
            try:
                found = obstore.get(self._place, LEASE)
            except FileNotFoundError:
                return False
            self._version = Version.of(found.meta)
            return bool(json.loads(bytes(found.bytes()))["holder"] == self._holder)
        return True

    def _put(self, mode: Any, holder: str | None = None) -> Version:
        told = {"holder": self._holder if holder is None else holder, "seconds": self._seconds}
        return Version.of(obstore.put(self._place, LEASE, json.dumps(told).encode(), mode=mode, use_multipart=False))


def is_leased(place: Any) -> bool:
    """Whether somebody has a lease; its age is told by this machine's clock, because whoever asks writes nothing."""
    try:
        found = obstore.get(place, LEASE)
    except FileNotFoundError:
        return False
    told, age = json.loads(bytes(found.bytes())), datetime.now(UTC) - found.meta["last_modified"]
    return bool(told["holder"]) and age.total_seconds() < told["seconds"]


def _now() -> float:
    """Seconds that also pass while the machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
