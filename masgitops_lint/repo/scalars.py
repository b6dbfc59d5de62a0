"""What a YAML scalar means to Argo CD.

Argo CD reads YAML through sigs.k8s.io/yaml 1.6, which is go.yaml.in/yaml/v2 (`resolve.go`) followed by a round trip
through JSON: numbers are float64 in the end, keys are strings, NaN and infinity are refused.

Numbers are kept so that `str()` gives what JSON prints: an integral number below 1e21 is an `int` (`1.0` is 1,
`123456789012345678901` is 123456789012345680000), every other number a `float`. Below 1e-4 Python writes an exponent
where JSON does not: `number_text` is exact.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from masgitops_lint.model.late_pattern import late_pattern

PLAIN, SURPRISING, REFUSED = 0, 1, 2


class Resolution(NamedTuple):
    """What a plain scalar that is not a string stands for.

    `note` is PLAIN, SURPRISING (a reader sees something else) or REFUSED (JSON has no such value). `key` is the
    text of the scalar as a mapping key, None where Argo CD refuses it as one. `type` is the name of its YAML type.
    """

    value: Any
    note: int = PLAIN
    key: str | None = None
    type: str = "str"


class RefusedError(ValueError):
    """A value that Argo CD does not accept; the message says why."""


MERGE = Resolution("<<", PLAIN, "<<", "merge")


def _words() -> dict[str, Resolution]:
    table = {"<<": MERGE}
    for value, surprising, words in (
        (True, True, "y Y yes Yes YES on On ON"),
        (True, False, "true True TRUE"),
        (False, True, "n N no No NO off Off OFF"),
        (False, False, "false False FALSE"),
        (None, False, "~ null Null NULL"),
    ):
        for word in words.split():
            key = None if value is None else "true" if value else "false"
            kind = "null" if value is None else "bool"
            table[word] = Resolution(value, SURPRISING if surprising else PLAIN, key, kind)
    table[""] = Resolution(None, type="null")
    for sign, number, key in (("", math.inf, ".inf"), ("+", math.inf, ".inf"), ("-", -math.inf, "-.inf")):
        for word in (".inf", ".Inf", ".INF"):
            table[sign + word] = Resolution(number, REFUSED, key, "float")
    for word in (".nan", ".NaN", ".NAN"):
        table[word] = Resolution(math.nan, REFUSED, ".nan", "float")
    return table


WORDS = _words()
"""Plain scalars with a meaning of their own, letter by letter: `yEs` is a string."""

NUMBER_START = frozenset("+-.0123456789")

_INTEGER = late_pattern(
    r"[-+]?(?:0[xX](?P<hex>[0-9a-fA-F]+)|0[bB](?P<bin>[01]+)|0[oO]?(?P<oct>[0-7]+)|(?P<dec>0|[1-9][0-9]*))\Z"
)
_FLOAT = late_pattern(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
# a scalar that starts with a dot goes to strconv.ParseFloat, which takes an underscore only between two digits
_DOT_FLOAT = late_pattern(r"\.[0-9](?:_?[0-9])*(?:[eE][-+]?[0-9](?:_?[0-9])*)?\Z")
_BASES = {"hex": 16, "bin": 2, "oct": 8, "dec": 10}


def resolve_number(text: str) -> Resolution | None:
    """The number that a plain scalar starting with a character of `NUMBER_START` stands for; None for a string."""
    return _short_number(text) if len(text) < 100 else _number(text)


def _number(text: str) -> Resolution | None:
    if text[0] == ".":
        if _DOT_FLOAT.match(text) is None:
            return WORDS.get(text)
        return _float(text, text.replace("_", ""))
    plain = text.replace("_", "")
    found = _INTEGER.match(plain)
    if found is not None and len(plain) <= 400:
        base = str(found.lastgroup)
        number = int(found[base], _BASES[base])
        if plain[0] == "-":
            number = -number
        if -(2**63) <= number < 2**64 and (number < 2**63 or plain[0] != "+"):
            value = as_json(number)
            note = PLAIN if str(value) == text else SURPRISING
            # beyond int64 the key is a uint64, which sigs.k8s.io/yaml refuses
            return Resolution(value, note, str(number) if number < 2**63 else None, "int")
    if _FLOAT.match(plain) is not None:
        return _float(text, plain)
    return None


_short_number = lru_cache(maxsize=4096)(_number)


def _float(text: str, plain: str) -> Resolution | None:
    number = float(plain)
    if math.isinf(number):
        return None  # strconv.ParseFloat reports the overflow, so the scalar stays a string
    value = as_json(number)
    return Resolution(value, PLAIN if number_text(value) == text else SURPRISING, float_key(number), "float")


def as_json(number: float) -> int | float:
    """The number as it comes back from JSON: float64, written as an integer where it is one (below 1e21)."""
    if isinstance(number, int) and -(2**53) <= number <= 2**53:
        return number
    as_float = float(number)
    if not as_float.is_integer() or abs(as_float) >= 1e21:
        return as_float
    return int(as_float) if abs(as_float) <= 2**53 else int(Decimal(repr(as_float)))


def number_text(number: float) -> str:
    """A number of a document's data as JSON prints it."""
    if isinstance(number, int):
        return str(number)
    if 1e-6 <= abs(number) < 1e-4:
        return format(Decimal(repr(number)), "f")
    return re.sub(r"e([-+])0(\d)\Z", r"e\1\2", repr(number))


def float_key(number: float) -> str:
    """A float as a mapping key: the shortest text that gives the same float32, as sigs.k8s.io/yaml prints it."""
    import struct

    try:
        (single,) = struct.unpack("f", struct.pack("f", number))
    except OverflowError:
        single = math.inf
    if math.isinf(single):  # packing rounds up to infinity just below the limit
        return ".inf" if number > 0 else "-.inf"
    for precision in range(1, 10):
        digits = f"{single:.{precision - 1}e}"
        if struct.unpack("f", struct.pack("f", float(digits)))[0] == single:
            break
    mantissa, _, exponent = digits.partition("e")
    power = int(exponent)
    if single == 0:
        return "-0" if math.copysign(1, single) < 0 else "0"
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    # strconv.FormatFloat(f, 'g', -1, 32) writes an exponent below -4 and from 6 on
    if power < -4 or power >= 6:
        return f"{mantissa}e{'-' if power < 0 else '+'}{abs(power):02d}"
    return format(Decimal(f"{mantissa}e{power}"), "f")


def resolve_plain(text: str) -> Resolution | None:
    """What a plain scalar stands for; None when it is the string that it looks like."""
    known = WORDS.get(text)
    if known is not None:
        return known
    return resolve_number(text) if text[0] in NUMBER_START else None


_LONE = late_pattern("[\ud800-\udfff]")
_BASE64 = late_pattern(r"[A-Za-z0-9+/]*={0,2}\Z")
_YAML = "tag:yaml.org,2002:"
_TIMESTAMP = late_pattern(r"\d{4}-\d{1,2}-\d{1,2}(?:[Tt ]\d{1,2}:\d{1,2}:\d{1,2}(?:[.,]\d+)?(?:Z|[-+]\d\d:\d\d)?)?\Z")


def resolve_tagged(tag: str, text: str) -> Resolution | None:
    """What a scalar with an explicit tag stands for; None for the string. Raises `RefusedError` where go-yaml does.

    Only the tags of the YAML types matter: any other is ignored and the scalar is a string, plain or not.
    """
    name = tag.removeprefix(_YAML) if tag.startswith(_YAML) else ""
    if name == "binary":
        decoded = _binary(text)
        return Resolution(decoded, PLAIN, decoded)
    if name == "timestamp":
        if _TIMESTAMP.match(text) is None:
            raise RefusedError("the value is not a timestamp, as its tag !!timestamp says")
        return None
    if name not in ("bool", "int", "float", "null"):
        return None
    found = resolve_plain(text)
    actual = "str" if found is None else found.type
    if found is not None and (actual == name or (name == "float" and actual == "int")):
        return found if found.note == REFUSED else found._replace(note=PLAIN)
    raise RefusedError(f"the value is not of the type that its tag !!{name} asks for")


def _binary(text: str) -> str:
    import base64

    packed = text.replace("\r", "").replace("\n", "")
    if len(packed) % 4 or _BASE64.match(packed) is None:
        raise RefusedError("the value tagged !!binary is not base64")
    # every byte that is no UTF-8 becomes a replacement character of its own
    return _LONE.sub("\ufffd", base64.b64decode(packed).decode("utf-8", "surrogateescape"))
