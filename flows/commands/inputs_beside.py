"""The inputs that lie beside a sales file, found by their names, for `weekcast init`."""

from __future__ import annotations

from pathlib import Path

from schemas.config import Config
from schemas.inputs.files import TABLE, InputFiles
from tasks.inputs.kinds.prices import list_features
from tasks.sales.reading.names import normalise
from tasks.sales.reading.table import Part
from tasks.sources.address import is_remote

_ENDS = (".csv", ".csv.gz", ".tsv", ".txt", ".parquet")
_NAMES = {
    "inventory": "inventory stock stocks bestand",
    "availability": "availability stockouts stock_outs in_stock",
    "prices": "prices price promotions promos",
    "events": "events event calendar",
    "overrides": "overrides override",
    "lifecycle": "lifecycle life_cycle lifecycles successors",
}


def find_inputs(source: str) -> dict[str, str]:
    """The file of each input beside a local sales file; of several with a name for one, the first by the alphabet."""
    if is_remote(source) or not Path(source).is_file():
        return {}
    found = dict[str, str]()
    for file in sorted(Path(source).parent.iterdir()):
        end = next((end for end in _ENDS if file.name.lower().endswith(end)), "")
        stem = normalise(file.name[: -len(end)]) if end else ""
        for name in InputFiles.model_fields:
            if stem in map(normalise, _NAMES[name].split()) and file != Path(source):
                found.setdefault(name, str(file))
    return found


def describe_inputs(files: dict[str, str], config: Config) -> list[str]:
    """The lines of the TOML file that name them, and the columns of prices that sales may depend on."""
    if not files:
        return []
    lines = ["", "# Found by their names beside the sales:", f"[{TABLE}]"]
    for name, file in files.items():
        lines.append(f"{name} = '{file}'" if "'" not in file else f"# {name}: name the file with --input {name}=…")
        if name == "prices" and (features := list_features(Part(Path(file), file), config)):
            lines.append(f"# Sales may depend on more of its columns: --set features={','.join(features)}")
    return lines
