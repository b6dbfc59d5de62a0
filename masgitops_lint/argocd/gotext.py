"""How Go prints values: what a template or `fmt` makes of a value that came out of YAML (numbers are float64)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

NO_VALUE = "<no value>"
_NORMALIZED_LENGTH = 253


def go_float(number: float) -> str:
    """A float64 as `%v` prints it: shortest digits, exponent form below 1e-04 and from 1e+06 on."""
    if number != number:
        return "NaN"
    if number in (float("inf"), float("-inf")):
        return "+Inf" if number > 0 else "-Inf"
    sign, all_digits, exponent = Decimal(repr(number)).as_tuple()
    digits = "".join(map(str, all_digits))
    power = len(digits) - 1 + int(exponent)
    digits = digits.rstrip("0") or "0"
    minus = "-" if sign else ""
    if digits == "0":
        return f"{minus}0"
    if power < -4 or power >= 6:
        mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
        return f"{minus}{mantissa}e{'-' if power < 0 else '+'}{abs(power):02d}"
    if power < 0:
        return f"{minus}0.{'0' * (-power - 1)}{digits}"
    whole, fraction = digits[: power + 1].ljust(power + 1, "0"), digits[power + 1 :]
    return f"{minus}{whole}{'.' + fraction if fraction else ''}"


def sprint(value: Any) -> str:
    """`fmt.Sprintf("%v", value)`: `<nil>`, `map[a:1 b:2]`, `[a b]`."""
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return go_float(float(value))
    if isinstance(value, Mapping):
        return "map[" + " ".join(f"{key}:{sprint(value[key])}" for key in sorted(value)) + "]"
    if isinstance(value, list | tuple):
        return "[" + " ".join(sprint(item) for item in value) + "]"
    return str(value)


def flatten(value: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted keys to leaves, list items by index; empty maps and lists vanish (github.com/jeremywohl/flatten)."""
    flat: dict[str, Any] = {}

    def walk(prefix: str, below: Any) -> None:
        items = below.items() if isinstance(below, Mapping) else enumerate(below)
        for key, item in items:
            name = f"{prefix}.{key}" if prefix else str(key)
            if isinstance(item, Mapping | list):
                walk(name, item)
            else:
                flat[name] = item

    walk("", value)
    return flat


def normalize_name(name: str) -> str:
    """`normalize`: lower case, anything but `[-a-z0-9.]` becomes `-`, cut to 253, `-` and `.` trimmed from both ends.

    (argo-cd applicationset/utils/template_functions.go)
    """
    lowered = "".join(char if char in "-abcdefghijklmnopqrstuvwxyz0123456789." else "-" for char in name.lower())
    return lowered[:_NORMALIZED_LENGTH].strip("-.")
