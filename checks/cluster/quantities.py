"""Amounts of the API: `500m`, `1.5`, `2Gi`, `1e3`."""

import re

from checks.cluster.metadata import Quantity

_FORM = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E)?)")
_FACTOR = {
    "n": 1e-9,
    "u": 1e-6,
    "m": 1e-3,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "P": 1e15,
    "E": 1e18,
    **{unit: 1024.0**power for power, unit in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"), 1)},
}


def amount(quantity: Quantity | None) -> float | None:
    """The number that a quantity stands for: bytes of memory, cores of CPU; None for what is no quantity.

    Source: `resource.Quantity` of apimachinery.
    """
    found = _FORM.fullmatch(str(quantity).strip()) if quantity is not None else None
    if found is None:
        return None
    return float(found[1] + (found[2] or "")) * _FACTOR.get(found[3] or "", 1.0)


def size(number: float) -> str:
    """Bytes as the API writes them, near enough to read: `160Mi`, `1.5Gi`."""
    for unit in ("Ti", "Gi", "Mi", "Ki"):
        if number >= _FACTOR[unit]:
            return f"{number / _FACTOR[unit]:.4g}{unit}"
    return f"{number:.0f}"
