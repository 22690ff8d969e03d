"""The conditions of a write, on which all rests, and whether a server keeps them: else runs overwrite one another."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple, Self

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError

from schemas.errors import StoreUnavailable
from tasks.store.objects.deleting import delete
from tasks.store.paths import ASIDE


class Version(NamedTuple):
    """What an object is, as its server tells it.

    etag: in quotes, which Azure leaves out where it lists objects
    generation: of GCS, which leaves it out where it lists objects, empty elsewhere
    """

    etag: str
    generation: str

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """The version of an object of which obstore tells this."""
        etag = str(told["e_tag"])
        return cls(etag if etag.endswith('"') else f'"{etag}"', told["version"] or "")

    @property
    def unchanged(self) -> Any:
        """The condition that an object still has this version, as obstore's `mode` of a write."""
        return {"e_tag": self.etag} | ({"version": self.generation} if self.generation else {})


UNTOLD = Version("", "")  # where a copy was made on the server
NOWHERE = Version(f'"{"0" * 32}"', "1")  # no object has it
_TRIED = {"If-None-Match": "create", "If-Match": NOWHERE.unchanged}


def require_conditions(place: Any, name: str) -> None:
    """Raise StoreUnavailable where the server ignores one of them; nothing is left there, where it can delete.

    place: the store as obstore has it; name: what messages call it.
    """
    probe = f".probe-{secrets.token_hex(4)}{ASIDE}"  # whoever opens the store next sweeps it away
    try:
        obstore.put(place, probe, b"1", use_multipart=False)
        # Twice: where this run was stopped in between, another one may have swept the probe away.
        ignored = [header for header, mode in _TRIED.items() if all(_writes(place, probe, mode) for _ in range(2))]
    finally:
        cannot_delete = _try_to_delete(place, probe)
    if ignored:
        raise StoreUnavailable(
            f"{name}: the server ignores {' and '.join(ignored)}, so two runs would overwrite one another; expected a "
            "store with conditional writes, such as S3, GCS or Azure; nothing was written"
            + (f" but {probe}, which the server cannot delete" if cannot_delete else "")
        )
    if cannot_delete:
        raise cannot_delete


def _try_to_delete(place: Any, path: str) -> BaseError | None:
    """Delete an object; the error where that fails."""
    try:
        delete(place, [path])
    except BaseError as error:
        return error
    return None


def _writes(place: Any, probe: str, mode: Any) -> bool:
    """Whether the server writes although the condition does not hold."""
    try:
        obstore.put(place, probe, b"2", mode=mode, use_multipart=False)
    except (AlreadyExistsError, PreconditionError):
        return False
    return True
