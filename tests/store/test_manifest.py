"""A manifest tells what was computed with, and those of earlier releases hold."""

from __future__ import annotations

import hashlib

from schemas.config import Config
from tasks.store.manifest import Manifest

MANIFEST = Manifest(
    run_id="run",
    as_of_week=51,
    raw_sha256="raw",
    data_sha256="data",
    code_version="0.1.0",
    model_version="model",
    config=Config(),
    products=811,
    quarantined=0,
    promoted=True,
    kept={},
    published={},
)


def test_the_seal_of_an_earlier_release_holds() -> None:
    told = MANIFEST.model_dump_json(exclude={"instructions"})
    earlier = MANIFEST.model_copy(update={"manifest_sha256": hashlib.sha256(told.encode()).hexdigest()})
    assert Manifest.model_validate_json(earlier.model_dump_json(exclude={"instructions"})).is_sealed()


def test_the_instructions_are_sealed_too() -> None:
    sealed = MANIFEST.model_copy(update={"instructions": "x86_64 X86_V3"}).sealed()
    assert sealed.is_sealed()
    assert not sealed.model_copy(update={"instructions": "x86_64 X86_V4"}).is_sealed()
    assert not sealed.model_copy(update={"instructions": ""}).is_sealed()
