"""Kubernetes quantities as numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from masgitops_lint.model.late_pattern import late_pattern

_QUANTITY = late_pattern(r"(?P<number>[+-]?(?:\d+\.?\d*|\.\d+))(?P<suffix>[KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?")
_FACTORS = {
    "": Decimal(1),
    **{unit: Decimal(10) ** power for unit, power in zip("numkMGTPE", (-9, -6, -3, 3, 6, 9, 12, 15, 18), strict=True)},
    **{f"{unit}i": Decimal(1024) ** power for power, unit in enumerate("KMGTPE", start=1)},
}


def quantity(value: Any) -> Decimal | None:
    """A quantity in its base unit (bytes, cores); None when it is malformed.

    Grammar: k8s.io/apimachinery `pkg/api/resource`, `Quantity`. A suffix of `e` and digits is an exponent.
    """
    match = None if isinstance(value, bool) else _QUANTITY.fullmatch(str(value))
    if match is None:
        return None
    suffix = match["suffix"] or ""
    exponent = suffix[1:] if suffix not in _FACTORS else ""
    if exponent:
        return Decimal(match["number"]).scaleb(int(exponent)) if len(exponent) < 4 else None
    return Decimal(match["number"]) * _FACTORS[suffix]
