"""Formats that values must have: quantities, URLs, enumerations. The table is `data/charts/by_hand.json`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, NamedTuple

from masgitops_lint.model.late_pattern import late_pattern
from masgitops_lint.model.place import Keys

from .slips import slip_of
from .unread import by_hand

QUANTITY = late_pattern(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?")
"""Kubernetes' resource.Quantity: a number with a decimal, binary or exponent suffix."""

_AFTER_SCHEME = late_pattern(
    r"(?:[^/@?#\s]*@)?(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?P<port>:\d{1,5})?"
    r"(?:[/?#]\S*)?"
)
_NAME = late_pattern(r"[\w./]+")
"""A name that stands for itself; its dots are meant as dots."""
_CHANNEL = late_pattern(r"v?\d+\.\d+(?:\.(?:x|\d+))?(?:[-.].*)?")


class Format(NamedTuple):
    """What a key's value must look like; `values` belong to enumerations, and say what a `pattern` is."""

    kind: str
    values: tuple[str, ...] = ()
    pattern: str = ""


class Misfit(NamedTuple):
    """A value that has not the format of its key: what is expected, and the value that was probably meant."""

    kind: str
    expected: str
    meant: str = ""


class _Table(NamedTuple):
    """The formats in the order in which they count, and which keys they are for: plain names, and patterns of names."""

    formats: Sequence[Format]
    by_name: Mapping[str, int]
    by_pattern: Sequence[tuple[re.Pattern[str], int]]

    def find(self, name: str) -> int:
        """The number of the first format that a name has; for a name without one, the number after the last."""
        found = self.by_name.get(name, len(self.formats))
        fitting = (number for pattern, number in self.by_pattern if pattern.fullmatch(name))
        return min(found, next(fitting, found))


@lru_cache(maxsize=1)
def _table() -> _Table:
    rules = by_hand()["formats"]["rules"]
    by_name: dict[str, int] = {}
    by_pattern: list[tuple[re.Pattern[str], int]] = []
    for number, one in enumerate(rules):
        names = one["key"].split("|")
        if all(_NAME.fullmatch(name) for name in names):
            for name in names:
                by_name.setdefault(name, number)
        else:
            by_pattern.append((re.compile(one["key"]), number))
    formats = [Format(one["kind"], tuple(one.get("values", ())), one.get("pattern", "")) for one in rules]
    return _Table(formats, by_name, by_pattern)


@lru_cache(maxsize=4096)
def format_of(name: str, above: str = "") -> Format | None:
    """The format of a key, by its name and the name of the mapping it stands in."""
    table = _table()
    number = min(table.find(name), table.find(f"{above}/{name}"))
    return table.formats[number] if number < len(table.formats) else None


def format_at(keys: Keys) -> Format | None:
    """The format of the value at a route."""
    names = [key for key in keys if isinstance(key, str)]
    return format_of(names[-1], names[-2] if len(names) > 1 else "") if names else None


def misfit(keys: Keys, value: Any) -> Misfit | None:
    """Why a value cannot be right for its key; None for one that can, or that a placeholder stands for."""
    if value is None or value == "" or isinstance(value, dict | list):
        return None
    wanted = format_at(keys)
    if wanted is None:
        return None
    text = str(value).strip()
    if "<path:" in text or "{{" in text:
        return None
    if wanted.kind == "pattern":
        return None if re.fullmatch(wanted.pattern, text) else Misfit("pattern", wanted.values[0])
    if wanted.kind == "slip":
        meant = slip_of(text, wanted.values)
        return Misfit("slip", f"`{meant}`, from which it differs by a slip", meant) if meant else None
    if wanted.kind in ("enum", "near"):
        return _misfit_of_choice(text, value, wanted)
    if isinstance(value, bool):
        return Misfit(wanted.kind, {"quantity": "a quantity"}.get(wanted.kind, f"a {wanted.kind}"))
    if wanted.kind == "quantity" and not QUANTITY.fullmatch(text):
        return Misfit("quantity", "a quantity such as `20Gi`, `500m` or `4`", _quantity_meant(text))
    if wanted.kind == "url":
        return _misfit_of_url(text, wanted.values or ("https", "http"))
    if wanted.kind == "channel" and not _CHANNEL.fullmatch(text):
        return Misfit("channel", "a channel such as `9.1.x`")
    return None


def _misfit_of_choice(text: str, value: Any, wanted: Format) -> Misfit | None:
    if isinstance(value, str) and text in wanted.values:
        return None
    lower = {one.lower(): one for one in wanted.values}
    near = get_close_matches(text.lower(), lower, n=1, cutoff=0.6 if wanted.kind == "enum" else 0.75)
    meant = lower[near[0]] if near else ""
    if wanted.kind == "near" and not meant:
        return None
    if wanted.kind == "near" and len(text) > 3 and meant.lower() != text.lower() and abs(len(meant) - len(text)) > 2:
        return None
    return Misfit(wanted.kind, "one of " + ", ".join(f"`{one}`" for one in wanted.values), meant)


def _misfit_of_url(text: str, schemes: tuple[str, ...]) -> Misfit | None:
    if "jdbc" in schemes:
        return None if text.startswith("jdbc:") else Misfit("url", "a URL that begins with `jdbc:`")
    scheme, separator, rest = text.partition("://")
    if not separator:
        bare = re.fullmatch(r"[\w-]+(?:\.[\w-]+)+(:\d+)?(/\S*)?", text)
        return Misfit("url", f"a URL with its scheme, `{schemes[0]}://`", f"{schemes[0]}://{text}" if bare else "")
    if scheme.lower() not in schemes:
        return Misfit("url", f"a URL that begins with `{schemes[0]}://`", f"{schemes[0]}://{rest}")
    match = _AFTER_SCHEME.fullmatch(rest)
    if match is None or ".." in match["host"]:
        return Misfit("url", "a URL with a host name and no white space")
    if match["port"] and not 0 < int(match["port"][1:]) < 65536:
        return Misfit("url", "a URL with a port between 1 and 65535")
    return None


def _quantity_meant(text: str) -> str:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kKmMgGtT])([iI]?)[bB]?", text)
    if match is None:
        return ""
    number, unit, binary = match.groups()
    return f"{number}{unit.upper()}{'i' if binary or unit != 'k' else ''}"
