"""How a network is saved: as `.keras`, with the same bytes for the same network; and the one that is shipped."""

from __future__ import annotations

import functools
import io
import re
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tasks.models.arrays import Float32Array

# The shipped network was trained on simulated panels; the card says how, see `tasks.pretraining`.
WEIGHTS, CARD = (Path(__file__).parent / name for name in ("weights.keras", "card.json"))


@functools.cache
def load_pretrained() -> Float32Array:
    """The weights of the shipped network as one flat array, see `network.fused.read_weights`."""
    from tasks.models.network.backend import keras  # here: who saves or names a file needs no TensorFlow
    from tasks.models.network.fused import read_weights

    return read_weights(keras.saving.load_model(WEIGHTS, compile=False))


def save_network(network: Any, file: Path) -> None:
    """Write a network of stock Keras layers."""
    # Keras passes over what a disk refuses while it writes; the bytes that it meant are written here.
    with TemporaryDirectory(prefix="weekcast-") as here:
        saved = Path(here, "network.keras")
        network.save(saved)
        content = _without_times_and_addresses(saved)
    file.write_bytes(content)


def _without_times_and_addresses(file: Path) -> bytes:
    """A `.keras` file without times and memory addresses, so that the same network gives the same bytes."""
    with zipfile.ZipFile(file) as saved:
        members = {name: saved.read(name) for name in saved.namelist()}
    members["metadata.json"] = re.sub(rb', "date_saved": "[^"]*"', b"", members["metadata.json"])
    numbers: dict[bytes, bytes] = {}
    members["config.json"] = re.sub(
        rb'(?<="shared_object_id": )\d+',
        lambda address: numbers.setdefault(address[0], b"%d" % len(numbers)),
        members["config.json"],
    )
    rewritten = io.BytesIO()
    with zipfile.ZipFile(rewritten, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return rewritten.getvalue()
