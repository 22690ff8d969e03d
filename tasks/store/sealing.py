"""Sealed JSON: a text that ends in the hash of its own bytes, so that a change to any of them shows."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from tasks.store.files import dump_json

_END = "\n}\n"
_SEAL = re.compile(r',\n  "sha256": "([0-9a-f]{64})"\n}\n\Z')


class BrokenSeal(ValueError):
    """The text is not what was sealed."""


def seal(value: Mapping[str, Any]) -> str:
    """JSON of a value, with the hash of what stands before it as its last member."""
    text = dump_json(value)
    return text.removesuffix(_END) + f',\n  "sha256": "{_hash(text)}"{_END}'


def unseal(text: str) -> dict[str, Any]:
    """The value that was sealed; raises BrokenSeal where the text is not what `seal` wrote."""
    sealed = _SEAL.search(text)
    if not sealed:
        raise BrokenSeal("it is not sealed")
    content = text[: sealed.start()] + _END
    if _hash(content) != sealed[1]:
        raise BrokenSeal("it was changed since it was written")
    value: dict[str, Any] = json.loads(content)
    return value


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
