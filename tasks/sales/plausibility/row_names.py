"""What the code of a row says of it: that it is a total, or computed from the others in another way."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.sales.layout.numbers import Bools

_TOTALS = (
    r"\b(sub|grand)?[ _-]?(total|totals|sum|gesamt|gesamtsumme|insgesamt|summe|totaal|totale|totali|totaux|suma|soma)\b"
    # Words that products are called by too say it only where they are the whole of a code, or of a part of it.
    r"|(^|\|)(overall|all|alle|alles|tous|toutes|todos|todas|tutti)($|\|)"
    r"|(^|\|)(all|alle) (products|items|skus|produkte|artikel)($|\|)"
)
_DERIVED = (
    r"\b(avg|average|mean|durchschnitt|schnitt|mittelwert|moyenne|media|promedio|média|gemiddelde|średnia"
    r"|ytd|mtd|qtd|to[ _-]date|cumulative|cumulated|cum|running|kumuliert|kum|cumul|cumulé|acumulado|cumulato"
    r"|cumulatief|narastająco)\b"
)


def are_called_totals(codes: pa.Array) -> Bools:
    """Which codes say that a row is a total."""
    return _match(codes, _TOTALS)


def are_called_derived(codes: pa.Array) -> Bools:
    """Which codes say that a row is an average or a running sum."""
    return _match(codes, _DERIVED)


def _match(codes: pa.Array, pattern: str) -> Bools:
    return np.asarray(pc.match_substring_regex(codes, pattern, ignore_case=True).to_numpy(zero_copy_only=False))
