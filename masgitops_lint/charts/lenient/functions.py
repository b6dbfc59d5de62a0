"""Template functions on plain values. Whatever gets something unknown, or is not known itself, gives something unknown.

Source: the function lists of Go's text/template, sprig and Helm.
"""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Callable
from typing import Any

from masgitops_lint.kubernetes.objects import UNKNOWN


class StopError(Exception):
    """`fail` or `required` in a template."""


def is_unknown(value: Any) -> bool:
    """Whether a value is, or holds, what only Helm knows."""
    return isinstance(value, str) and UNKNOWN in value


def truth(value: Any) -> bool:
    """Go's truth; what is unknown counts as true, so that the main branch is read."""
    return bool(value)


def text(value: Any) -> str:
    """How a value is printed; Helm prints nothing for a missing one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, dict):
        return "map[" + " ".join(f"{key}:{text(value[key])}" for key in sorted(value, key=str)) + "]"
    if isinstance(value, list):
        return "[" + " ".join(text(item) for item in value) + "]"
    return str(value)


def to_yaml(value: Any) -> str:
    """Block-style YAML without a closing line break."""
    if is_unknown(value) or not isinstance(value, dict | list):
        return json.dumps(value) if not isinstance(value, str) else (value if is_unknown(value) else json.dumps(value))
    import yaml

    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    return str(yaml.dump(value, Dumper=dumper, default_flow_style=False, allow_unicode=True, width=10**6)).rstrip("\n")


def from_yaml(value: Any) -> Any:
    """The data of YAML text; something unknown when it cannot be read."""
    from masgitops_lint.repo.yaml import parse

    if not isinstance(value, str) or is_unknown(value):
        return UNKNOWN
    document = parse("", value.encode())
    return document.data if document.ok else UNKNOWN


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return 0.0


def _whole(value: Any) -> int:
    return int(_number(value))


def _default(*values: Any) -> Any:
    fallback, value = values[0], values[-1] if len(values) > 1 else None
    return value if truth(value) else fallback


def _printf(template: Any, *values: Any) -> str:
    left = list(values)

    def one(match: re.Match[str]) -> str:
        verb = match[0][-1]
        if verb == "%":
            return "%"
        value = left.pop(0) if left else ""
        if verb == "q":
            return json.dumps(text(value), ensure_ascii=False)
        if verb == "d":
            return UNKNOWN if is_unknown(value) else str(_whole(value))
        return text(value)

    return re.sub(r"%[-+# 0-9.]*[a-zA-Z%]", one, text(template))


def _merge(*values: Any) -> Any:
    result: dict[str, Any] = {}
    for value in reversed(values):
        if isinstance(value, dict):
            result = merge_values(result, value)
    if any(is_unknown(value) for value in values) and not result:
        return UNKNOWN
    return result


def merge_values(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Helm's coalescing: deep for maps, `null` takes a key away."""
    result = dict(base)
    for key, value in over.items():
        old = result.get(key)
        if value is None and key in result:
            del result[key]
        elif isinstance(value, dict) and isinstance(old, dict):
            result[key] = merge_values(old, value)
        else:
            result[key] = value
    return result


def _dict(*values: Any) -> dict[str, Any]:
    return {text(values[i]): values[i + 1] if i + 1 < len(values) else "" for i in range(0, len(values), 2)}


def _set(target: Any, key: Any, value: Any) -> Any:
    if isinstance(target, dict):
        target[text(key)] = value
    return target


def _unset(target: Any, key: Any) -> Any:
    if isinstance(target, dict):
        target.pop(text(key), None)
    return target


def _index(value: Any, *keys: Any) -> Any:
    for key in keys:
        if is_unknown(value):
            return UNKNOWN
        try:
            value = value[key if isinstance(value, dict) else _whole(key)]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _dig(*values: Any) -> Any:
    *keys, fallback, value = values
    for key in keys:
        if is_unknown(value):
            return UNKNOWN
        if not isinstance(value, dict) or key not in value:
            return fallback
        value = value[key]
    return value


def _required(message: Any, value: Any = None) -> Any:
    # A value that must be given on the command line is unknown here, not a failure.
    return UNKNOWN if value is None or value == "" else value


def _compare(test: Callable[[float, float], bool]) -> Callable[[Any, Any], Any]:
    def compare(left: Any, right: Any) -> Any:
        if is_unknown(left) or is_unknown(right):
            return UNKNOWN
        if isinstance(left, str) and isinstance(right, str):
            return test((left > right) - (left < right), 0)
        return test(_number(left), _number(right))

    return compare


def _equal(left: Any, *others: Any) -> Any:
    if is_unknown(left) or any(is_unknown(other) for other in others):
        return UNKNOWN
    return any(left == other and isinstance(left, bool) == isinstance(other, bool) for other in others)


def _not_equal(left: Any, right: Any) -> Any:
    same = _equal(left, right)
    return UNKNOWN if is_unknown(same) else not same


def _and(*values: Any) -> Any:
    result: Any = None
    for result in values:
        if not truth(result):
            return result
    return result


def _or(*values: Any) -> Any:
    result: Any = None
    for result in values:
        if truth(result):
            return result
    return result


def _strings(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of texts: unknown if any of them is."""

    def wrapped(*values: Any) -> Any:
        if any(is_unknown(value) for value in values):
            return UNKNOWN
        return function(*values)

    return wrapped


def _kept(function: Callable[[str], str]) -> Callable[[Any], Any]:
    """A function that changes how a text looks but not what is unknown in it."""

    def wrapped(value: Any = None) -> str:
        return function(text(value))

    return wrapped


def _quote(*values: Any) -> str:
    shown = [text(value) for value in values if value is not None]
    return " ".join(one if UNKNOWN in one else json.dumps(one, ensure_ascii=False) for one in shown)


def _b64dec(value: Any) -> Any:
    try:
        return base64.b64decode(text(value), validate=True).decode()
    except (ValueError, UnicodeDecodeError):
        return UNKNOWN


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _substring(start: Any, end: Any, value: Any) -> str:
    shown = text(value)
    return shown[_whole(start) : _whole(end) if _whole(end) >= 0 else None]


def _trunc(length: Any, value: Any) -> Any:
    shown = text(value)
    if UNKNOWN in shown:
        return shown
    count = _whole(length)
    return shown[:count] if count >= 0 else shown[count:]


def _length(value: Any = None) -> Any:
    if is_unknown(value):
        return UNKNOWN
    return len(value) if isinstance(value, str | list | dict) else 0


def _kind(value: Any) -> str:
    names: tuple[tuple[type, str], ...] = (
        (bool, "bool"),
        (str, "string"),
        (int, "int"),
        (float, "float64"),
        (dict, "map"),
        (list, "slice"),
    )
    return next((name for kind, name in names if isinstance(value, kind)), "invalid")


def _regex(function: Callable[..., Any]) -> Callable[..., Any]:
    def wrapped(*values: Any) -> Any:
        try:
            return function(*values)
        except (re.error, IndexError):
            return UNKNOWN

    return _strings(wrapped)


def _join(separator: Any, values: Any = None) -> Any:
    return UNKNOWN if is_unknown(values) else text(separator).join(text(value) for value in _list(values))


def _indent(width: Any, value: Any) -> str:
    pad = " " * _whole(width)
    return pad + text(value).replace("\n", "\n" + pad)


def _kebab(value: Any) -> str:
    return re.sub(r"[\s_]+", "-", re.sub(r"([a-z0-9])([A-Z])", r"\1-\2", text(value))).lower()


def _normalized(value: Any) -> str:
    return re.sub(r"[^-a-z0-9.]", "-", text(value).lower())[:253].strip("-.")


def _slugify(*values: Any) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text(values[-1]).lower()).strip("-")[:50] if values else ""


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "default": _default,
    "quote": _quote,
    "squote": lambda *v: " ".join("'" + text(value) + "'" for value in v if value is not None),
    "toYaml": to_yaml,
    "toJson": lambda v=None: v if is_unknown(v) else json.dumps(v, default=str),
    "toPrettyJson": lambda v=None: v if is_unknown(v) else json.dumps(v, default=str, indent=2),
    "toRawJson": lambda v=None: v if is_unknown(v) else json.dumps(v, default=str),
    "fromYaml": from_yaml,
    "fromYamlArray": from_yaml,
    "fromJson": from_yaml,
    "mustFromJson": from_yaml,
    "indent": _indent,
    "nindent": lambda width, value="": "\n" + _indent(width, value),
    "printf": _printf,
    "print": lambda *v: "".join(text(value) for value in v),
    "println": lambda *v: " ".join(text(value) for value in v) + "\n",
    "cat": lambda *v: " ".join(text(value) for value in v),
    "upper": _kept(str.upper),
    "lower": _kept(str.lower),
    "title": _kept(str.title),
    "untitle": _kept(lambda s: s[:1].lower() + s[1:]),
    "trim": _kept(str.strip),
    "nospace": _kept(lambda s: "".join(s.split())),
    "kebabcase": _kept(_kebab),
    "snakecase": _kept(lambda s: _kebab(s).replace("-", "_")),
    "normalize": _kept(_normalized),
    "slugify": _slugify,
    "trimSuffix": lambda end, v=None: text(v).removesuffix(text(end)),
    "trimPrefix": lambda start, v=None: text(v).removeprefix(text(start)),
    "trimAll": lambda cut, v=None: text(v).strip(text(cut)),
    "trunc": _trunc,
    "substr": _strings(_substring),
    "replace": lambda old, new, v=None: text(v).replace(text(old), text(new)) if text(old) else text(v),
    "contains": _strings(lambda part, v=None: text(part) in text(v)),
    "hasPrefix": _strings(lambda part, v=None: text(v).startswith(text(part))),
    "hasSuffix": _strings(lambda part, v=None: text(v).endswith(text(part))),
    "repeat": lambda count, v=None: text(v) * min(_whole(count), 100),
    "required": _required,
    "eq": _equal,
    "ne": _not_equal,
    "lt": _compare(lambda a, b: a < b),
    "le": _compare(lambda a, b: a <= b),
    "gt": _compare(lambda a, b: a > b),
    "ge": _compare(lambda a, b: a >= b),
    "and": _and,
    "or": _or,
    "not": lambda v=None: UNKNOWN if is_unknown(v) else not truth(v),
    "empty": lambda v=None: UNKNOWN if is_unknown(v) else not truth(v),
    "coalesce": lambda *v: next((value for value in v if truth(value)), None),
    "ternary": lambda yes, no, test=None: yes if truth(test) else no,
    "all": lambda *v: all(truth(value) for value in v),
    "any": lambda *v: any(truth(value) for value in v),
    "list": lambda *v: list(v),
    "tuple": lambda *v: list(v),
    "dict": _dict,
    "get": lambda d=None, k="": UNKNOWN if is_unknown(d) else (d.get(text(k), "") if isinstance(d, dict) else ""),
    "set": _set,
    "unset": _unset,
    "hasKey": lambda d=None, k="": UNKNOWN if is_unknown(d) else isinstance(d, dict) and text(k) in d,
    "keys": lambda *v: sorted({str(key) for value in v if isinstance(value, dict) for key in value}),
    "values": lambda d=None: list(d.values()) if isinstance(d, dict) else [],
    "pick": lambda d, *k: {key: d[key] for key in k if key in d} if isinstance(d, dict) else d,
    "omit": lambda d, *k: {key: value for key, value in d.items() if key not in k} if isinstance(d, dict) else d,
    "merge": _merge,
    "mustMerge": _merge,
    "mergeOverwrite": lambda *v: _merge(*reversed(v)),
    "mustMergeOverwrite": lambda *v: _merge(*reversed(v)),
    "deepCopy": lambda v=None: json.loads(json.dumps(v, default=str)),
    "dig": _dig,
    "index": _index,
    "first": lambda v=None: UNKNOWN if is_unknown(v) else (_list(v)[0] if _list(v) else None),
    "last": lambda v=None: UNKNOWN if is_unknown(v) else (_list(v)[-1] if _list(v) else None),
    "rest": lambda v=None: _list(v)[1:],
    "initial": lambda v=None: _list(v)[:-1],
    "append": lambda v, item=None: [*_list(v), item],
    "mustAppend": lambda v, item=None: [*_list(v), item],
    "prepend": lambda v, item=None: [item, *_list(v)],
    "concat": lambda *v: [item for value in v for item in _list(value)],
    "has": lambda item, v=None: UNKNOWN if is_unknown(v) else item in _list(v),
    "without": lambda v, *items: [item for item in _list(v) if item not in items],
    "compact": lambda v=None: [item for item in _list(v) if truth(item)],
    "uniq": lambda v=None: [item for i, item in enumerate(_list(v)) if item not in _list(v)[:i]],
    "reverse": lambda v=None: list(reversed(_list(v))),
    "sortAlpha": lambda v=None: sorted(text(item) for item in _list(v)),
    "join": _join,
    "splitList": lambda sep, v="": UNKNOWN if is_unknown(v) else text(v).split(text(sep) or None),
    "split": lambda sep, v="": {f"_{i}": part for i, part in enumerate(text(v).split(text(sep) or None))},
    "len": _length,
    "until": lambda n=0: list(range(min(_whole(n), 1000))),
    "untilStep": lambda a, b, step=1: list(range(_whole(a), _whole(b), _whole(step) or 1))[:1000],
    "int": lambda v=None: UNKNOWN if is_unknown(v) else _whole(v),
    "int64": lambda v=None: UNKNOWN if is_unknown(v) else _whole(v),
    "float64": lambda v=None: UNKNOWN if is_unknown(v) else _number(v),
    "atoi": lambda v=None: UNKNOWN if is_unknown(v) else _whole(v),
    "toString": text,
    "toStrings": lambda v=None: [text(item) for item in _list(v)],
    "add": _strings(lambda *v: sum(_whole(value) for value in v)),
    "add1": _strings(lambda v=0: _whole(v) + 1),
    "sub": _strings(lambda a=0, b=0: _whole(a) - _whole(b)),
    "mul": _strings(lambda *v: math.prod(_whole(value) for value in v)),
    "div": _strings(lambda a=0, b=1: int(_whole(a) / (_whole(b) or 1))),
    "mod": _strings(lambda a=0, b=1: _whole(a) % (_whole(b) or 1)),
    "max": _strings(lambda *v: max(_whole(value) for value in v)),
    "min": _strings(lambda *v: min(_whole(value) for value in v)),
    "b64enc": lambda v=None: UNKNOWN if is_unknown(v) else base64.b64encode(text(v).encode()).decode(),
    "b64dec": lambda v=None: UNKNOWN if is_unknown(v) else _b64dec(v),
    "kindOf": lambda v=None: _kind(v),
    "kindIs": lambda kind, v=None: UNKNOWN if is_unknown(v) else _kind(v) == kind,
    "typeOf": lambda v=None: {"map": "map[string]interface {}", "slice": "[]interface {}"}.get(_kind(v), _kind(v)),
    "typeIs": lambda kind, v=None: UNKNOWN if is_unknown(v) else _kind(v) in text(kind) or "map" in text(kind),
    "regexMatch": _regex(lambda pattern, v="": re.search(pattern, text(v)) is not None),
    "regexReplaceAll": _regex(
        lambda pattern, v="", new="": re.sub(pattern, re.sub(r"\$\{?(\d+)\}?", r"\\\1", new), text(v))
    ),
    "regexFind": _regex(lambda pattern, v="": m.group(0) if (m := re.search(pattern, text(v))) else ""),
    "lookup": lambda *v: {},
    "semverCompare": lambda *v: UNKNOWN,
    "trimall": lambda cut, v=None: text(v).strip(text(cut)),
}
"""Functions by name; any other gives `UNKNOWN`."""
