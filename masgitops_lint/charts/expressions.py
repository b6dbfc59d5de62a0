"""Evaluates a profile's expressions on Helm values: Go template and sprig semantics, as far as the charts use them.

Every expression becomes one Python closure. What cannot be known (a hash of rendered text, say) is `UNKNOWN`, and
anything computed from it is unknown too. Go stops with an error where a key is read below something that is no
mapping, or a function gets the wrong type: that is a `TemplateError`, which names the expression to blame.

Sources: Go's text/template (truth, comparison, field access), sprig's function reference, Helm's engine (which prints
nothing for a missing value).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

from masgitops_lint.mas.scope import go_text
from masgitops_lint.model.late_pattern import late_pattern


class Unknown:
    """The value of what a profile cannot know."""

    _the_one: Unknown | None = None

    def __new__(cls) -> Unknown:
        """There is only one."""
        if cls._the_one is None:
            cls._the_one = super().__new__(cls)
        return cls._the_one

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


class YamlText:
    """What `toYaml` gives: the text is not needed, only the value that it stands for."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class Version(NamedTuple):
    """What `semver` gives."""

    parts: tuple[int, int, int]
    prerelease: str = ""


Expression: TypeAlias = Sequence[Any]


class TemplateError(Exception):
    """Helm's rendering stops. `kind` is nil, type, index, fail or required; `expression` is what is to blame.

    `field` is the key that was asked of something that has no keys.
    """

    def __init__(self, kind: str, message: str, expression: Expression, field: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.expression = expression
        self.field = field


class Frame:
    """What a template sees while it is rendered: its values, its variables and the dot."""

    __slots__ = ("dot", "loops", "top", "values", "variables")

    def __init__(self, values: Mapping[str, Any], top: Mapping[str, Any] | None = None) -> None:
        self.values = values
        self.top = top or {}
        self.variables: dict[str, Any] = {}
        self.dot: Any = UNKNOWN
        self.loops: dict[str, tuple[Expression, str | int | None]] = {}
        """For a loop variable (or "." for the dot): the expression it runs over, and the index it stands at."""


Evaluator: TypeAlias = Callable[[Frame], Any]


def truth(value: Any) -> bool:
    """Go's truth: false for nil, false, zero, and anything empty."""
    return bool(value)


def _kind(value: Any) -> str:
    if value is None:
        return "nil"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int"
    if isinstance(value, float):
        return "float"
    return "string" if isinstance(value, str) else "other"


def type_name(value: Any) -> str:
    """The word for a value's type in a message."""
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return {"nil": "null", "bool": "a boolean", "int": "a number", "float": "a number"}.get(_kind(value), "a string")


def text(value: Any) -> str:
    """What `{{ value }}` prints in a chart: nothing for a missing value."""
    if value.__class__ is str:
        return value
    if value is None:
        return ""
    kind = value.__class__
    if kind is bool or kind is int or kind is float:
        return go_text(value)
    if isinstance(value, Mapping | list | tuple):
        return _nested_text(value)
    if isinstance(value, YamlText):
        return _nested_text(value.value)
    return go_text(value)


def _nested_text(value: Any) -> str:
    if isinstance(value, Mapping):
        return "map[" + " ".join(f"{key}:{_nested_text(value[key])}" for key in sorted(value, key=str)) + "]"
    if isinstance(value, list | tuple):
        return "[" + " ".join(_nested_text(one) for one in value) + "]"
    return "<nil>" if value is None else go_text(value)


def compile_expression(expression: Expression) -> Evaluator:
    """The closure of an expression."""
    kind = expression[0]
    if kind == "lit":
        constant = expression[1]
        return lambda frame: constant
    if kind == "val":
        return _values(expression)
    if kind in ("var", "dot", "top", "fld"):
        return _fields(expression)
    if kind == "gen":
        return _generator_field(tuple(expression[1:]), expression)
    if kind == "cat":
        return _concatenation(expression[1:])
    if kind == "if":
        return _choice(*(compile_expression(part) for part in expression[1:4]))
    if kind == "call":
        return _call(expression)
    if kind == "method":
        return _method(expression)
    return lambda frame: UNKNOWN


def _nil(expression: Expression, depth: int, below: Any, field: str) -> TemplateError:
    blamed = [*expression[: len(expression) - depth]]
    if below is None:
        return TemplateError("nil", f"nil pointer evaluating interface {{}}.{field}", blamed, field)
    return TemplateError("type", f"can't evaluate field {field} in {type_name(below)}", blamed, field)


def _values(expression: Expression) -> Evaluator:
    keys = tuple(expression[1:])
    if not keys:
        return lambda frame: frame.values
    if len(keys) == 1:
        only = keys[0]
        return lambda frame: frame.values.get(only)
    if len(keys) == 2:
        first, second = keys

        def two(frame: Frame) -> Any:
            block = frame.values.get(first)
            if block.__class__ is dict:
                return block.get(second)
            if block is UNKNOWN:
                return UNKNOWN
            raise _nil(expression, 1, block, second)

        return two

    def many(frame: Frame) -> Any:
        return _descend(frame.values, keys, expression)

    return many


def _descend(value: Any, keys: tuple[str, ...], expression: Expression) -> Any:
    for index, key in enumerate(keys):
        if value.__class__ is dict or isinstance(value, Mapping):
            value = value.get(key)
        elif value is UNKNOWN:
            return UNKNOWN
        else:
            raise _nil(expression, len(keys) - index, value, key)
    return value


def _fields(expression: Expression) -> Evaluator:
    kind = expression[0]
    if kind == "var":
        name, keys = expression[1], tuple(expression[2:])
        if not keys:
            return lambda frame: frame.variables.get(name, UNKNOWN)
        if len(keys) == 1:
            only = keys[0]

            def one(frame: Frame) -> Any:
                value = frame.variables.get(name, UNKNOWN)
                if value.__class__ is dict:
                    return value.get(only)
                if value is UNKNOWN:
                    return UNKNOWN
                raise _nil(expression, 1, value, only)

            return one
        return lambda frame: _descend(frame.variables.get(name, UNKNOWN), keys, expression)
    if kind == "dot":
        below = tuple(expression[1:])
        return lambda frame: _descend(frame.dot, below, expression)
    if kind == "top":
        path = tuple(expression[1:])
        return lambda frame: _top(frame, path)
    inner = compile_expression(expression[1])
    rest = tuple(expression[2:])

    def of_result(frame: Frame) -> Any:
        value = inner(frame)
        # text/template gives nothing, not an error, for a field of a function's nil result.
        return None if value is None else _descend(value, rest, expression)

    return of_result


def _top(frame: Frame, path: tuple[str, ...]) -> Any:
    value: Any = frame.top
    for key in path:
        if not isinstance(value, Mapping) or key not in value:
            return UNKNOWN
        value = value[key]
    return value


def _generator_field(path: tuple[str, ...], expression: Expression) -> Evaluator:
    """A field of an ApplicationSet's parameter set: a missing one prints `<no value>`, one below null is an error."""

    def run(frame: Frame) -> Any:
        value: Any = frame.top
        for index, key in enumerate(path):
            if value is UNKNOWN:
                return UNKNOWN
            if not isinstance(value, Mapping):
                raise _nil(expression, len(path) - index, value, key)
            if key not in value:
                return "<no value>"
            value = value[key]
        return "<no value>" if value is None else value

    return run


def _concatenation(parts: Sequence[Expression]) -> Evaluator:
    pieces = [text(part[1]) if part[0] == "lit" else compile_expression(part) for part in parts]

    def run(frame: Frame) -> Any:
        texts: list[str] = []
        for piece in pieces:
            if piece.__class__ is str:
                texts.append(piece)
                continue
            value = piece(frame)  # type: ignore[operator]
            if value is UNKNOWN:
                return UNKNOWN
            texts.append(value if value.__class__ is str else text(value))
        return "".join(texts)

    return run


def _choice(condition: Evaluator, then: Evaluator, otherwise: Evaluator) -> Evaluator:
    def run(frame: Frame) -> Any:
        value = condition(frame)
        if value is UNKNOWN:
            return UNKNOWN
        return then(frame) if value else otherwise(frame)

    return run


def _call(expression: Expression) -> Evaluator:
    name = expression[1]
    if name in _NEGATIONS and expression[2][0] == "call" and expression[2][1] in _NEGATIONS:
        return _truth(compile_expression(expression[2][2]))
    if name in ("indent", "nindent") and expression[2][0] == "lit" and list(expression[3][:2]) == ["call", "toYaml"]:
        # of YAML only the value matters
        return compile_expression(expression[3])
    arguments = [compile_expression(part) for part in expression[2:]]
    if name in _LAZY:
        return _LAZY[name](arguments)
    if name == "eq" and len(expression) == 4 and expression[3][0] == "lit" and expression[3][1].__class__ is str:
        return _equals(arguments[0], expression[3][1], _general_call(expression, arguments))
    return _general_call(expression, arguments)


def _equals(argument: Evaluator, literal: str, general: Evaluator) -> Evaluator:
    """A comparison with a text; `general` is for values that are none."""

    def run(frame: Frame) -> Any:
        value = argument(frame)
        return value == literal if value.__class__ is str else general(frame)

    return run


def _truth(argument: Evaluator) -> Evaluator:
    """What is not empty."""

    def run(frame: Frame) -> Any:
        value = argument(frame)
        return value if value is UNKNOWN else bool(value)

    return run


def _general_call(expression: Expression, arguments: list[Evaluator]) -> Evaluator:
    name = expression[1]
    if name in _COMPARISONS:
        arguments = [
            _as_float(argument) if part[0] in ("val", "dot") or (part[0] == "var" and len(part) > 2) else argument
            for part, argument in zip(expression[2:], arguments, strict=True)
        ]
    function = FUNCTIONS.get(name)
    if function is None:
        return _unknown_call(arguments)
    strings = STRING_ARGUMENTS.get(name, ())
    if _SAFE.get(name) == len(arguments):
        return _safe_call(function, arguments[-1], arguments[:-1])

    def run(frame: Frame) -> Any:
        values = [argument(frame) for argument in arguments]
        if UNKNOWN in values:
            return UNKNOWN
        for index in strings:
            if index < len(values) and values[index].__class__ is not str:
                if values[index].__class__ is YamlText:
                    return UNKNOWN
                raise _wrong_type(expression[2 + index], values[index])
        try:
            return function(*values)
        except _BadArgumentError as error:
            blamed = expression[2 + error.index] if error.index is not None else expression
            raise TemplateError(error.kind, str(error), blamed) from None
        except (AttributeError, LookupError) as error:
            raise TemplateError("type", f"error calling {name}: {error}", expression) from None
        except (TypeError, ValueError, re.error):
            return UNKNOWN

    return run


def _safe_call(function: Callable[..., Any], last: Evaluator, before: list[Evaluator]) -> Evaluator:
    """A function of one or two values that takes whatever it is given."""
    if not before:

        def of_one(frame: Frame) -> Any:
            value = last(frame)
            return value if value is UNKNOWN else function(value)

        return of_one
    first = before[0]

    def of_two(frame: Frame) -> Any:
        one, other = first(frame), last(frame)
        return UNKNOWN if one is UNKNOWN or other is UNKNOWN else function(one, other)

    return of_two


_NEGATIONS = frozenset(("not", "empty"))
_SAFE = {"toYaml": 1, "toJson": 1, "toString": 1, "quote": 1, "default": 2}
"""Functions that take whatever they are given, by the number of values."""
_COMPARISONS = frozenset(("eq", "ne", "gt", "ge", "lt", "le"))


def _as_float(argument: Evaluator) -> Evaluator:
    """Numbers in Helm values are floats, and Go compares no float with an integer literal."""

    def run(frame: Frame) -> Any:
        value = argument(frame)
        return float(value) if value.__class__ is int else value

    return run


def _unknown_call(arguments: list[Evaluator]) -> Evaluator:
    def run(frame: Frame) -> Any:
        for argument in arguments:
            argument(frame)
        return UNKNOWN

    return run


def _wrong_type(expression: Expression, value: Any) -> TemplateError:
    if value is None:
        return TemplateError("type", "invalid value; expected string", expression)
    return TemplateError("type", f"wrong type for value; expected string; got {type_name(value)}", expression)


def _and(arguments: list[Evaluator]) -> Evaluator:
    def run(frame: Frame) -> Any:
        value: Any = None
        unknown = False
        for argument in arguments:
            value = argument(frame)
            if value is UNKNOWN:
                unknown = True
            elif not value:
                return value
        return UNKNOWN if unknown else value

    return run


def _or(arguments: list[Evaluator]) -> Evaluator:
    def run(frame: Frame) -> Any:
        value: Any = None
        unknown = False
        for argument in arguments:
            value = argument(frame)
            if value is UNKNOWN:
                unknown = True
            elif value:
                return value
        return UNKNOWN if unknown else value

    return run


def _not(arguments: list[Evaluator]) -> Evaluator:
    argument = arguments[0]

    def run(frame: Frame) -> Any:
        value = argument(frame)
        return value if value is UNKNOWN else not value

    return run


_LAZY: dict[str, Callable[[list[Evaluator]], Evaluator]] = {
    "and": _and,
    "or": _or,
    "not": _not,
    "empty": _not,
    "include": lambda arguments: lambda frame: UNKNOWN,
}


def _method(expression: Expression) -> Evaluator:
    target, argument = expression[1], expression[2]
    if target[0] == "fld" and target[-1] == "Compare" and len(expression) == 3:
        left, right = compile_expression(target[1]), compile_expression(argument)

        def compare(frame: Frame) -> Any:
            one, other = left(frame), right(frame)
            if not isinstance(one, Version) or not isinstance(other, Version):
                return UNKNOWN
            return _compare_versions(one, other)

        return compare
    return _unknown_call([compile_expression(part) for part in expression[2:]])


def _compare_versions(one: Version, other: Version) -> int:
    if one.parts != other.parts:
        return -1 if one.parts < other.parts else 1
    if one.prerelease == other.prerelease:
        return 0
    if not one.prerelease or not other.prerelease:
        return 1 if not one.prerelease else -1
    return -1 if one.prerelease < other.prerelease else 1


class _BadArgumentError(Exception):
    def __init__(self, message: str, index: int | None = None, kind: str = "type") -> None:
        super().__init__(message)
        self.index = index
        self.kind = kind


def _eq(first: Any, *others: Any) -> bool:
    kind = _kind(first)
    for index, other in enumerate(others, 1):
        other_kind = _kind(other)
        if kind != other_kind:
            if first is not None and other is not None:
                literal_first = index == 1 and kind == "string"
                raise _BadArgumentError("incompatible types for comparison", 1 if literal_first else 0)
        elif kind == "other":
            raise _BadArgumentError("uncomparable type", 0)
        elif first == other:
            return True
    return False


def _ordered(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def run(left: Any, right: Any) -> bool:
        kinds = _kind(left), _kind(right)
        if kinds[0] != kinds[1] or kinds[0] not in ("int", "float", "string"):
            raise _BadArgumentError("incompatible types for comparison", 0)
        return test(left, right)

    return run


def _index(container: Any, *keys: Any) -> Any:
    for key in keys:
        if container is None:
            raise _BadArgumentError("index of untyped nil", 0, "nil")
        if container.__class__ is dict or isinstance(container, Mapping):
            if not isinstance(key, str):
                raise _BadArgumentError("value has type int; should be string", 0)
            container = container.get(key)
        elif isinstance(container, list | tuple | str):
            if not isinstance(key, int) or isinstance(key, bool):
                raise _BadArgumentError("cannot index with that type", 0)
            if not 0 <= key < len(container):
                raise _BadArgumentError(f"index out of range: {key}", 0, "index")
            container = container[key]
        else:
            raise _BadArgumentError(f"can't index {type_name(container)}", 0)
    return container


def _length(value: Any) -> int:
    if value is None or isinstance(value, bool | int | float):
        raise _BadArgumentError(f"len of {type_name(value)}", 0)
    return len(value)


def _end(values: Any, position: int, name: str) -> Any:
    if not isinstance(values, list | tuple):
        raise _BadArgumentError(f"Cannot find {name} on {type_name(values)}", 0)
    return values[position] if values else None


def _ternary(if_true: Any, if_false: Any, test: Any) -> Any:
    if not isinstance(test, bool):
        raise _BadArgumentError("wrong type for value; expected bool", 2)
    return if_true if test else if_false


_DIRECTIVE = late_pattern(r"%[-+# 0]*\d*(?:\.\d+)?[a-zA-Z%]")


@lru_cache(maxsize=256)
def _between_texts(template: str) -> tuple[str, ...]:
    """What stands around the `%s` of a template that has no other directive; nothing for other templates."""
    parts = tuple(template.split("%s"))
    return () if any("%" in part for part in parts) else parts


def _printf(template: str, *values: Any) -> Any:
    parts = _between_texts(template)
    if len(parts) == len(values) + 1 and all(value.__class__ is str for value in values):
        return "".join([parts[0], *[value + part for value, part in zip(values, parts[1:], strict=True)]])
    rest = list(values)

    def one(match: re.Match[str]) -> str:
        verb = match.group()[-1]
        if verb == "%":
            return "%"
        if len(match.group()) != 2 or not rest:
            raise ValueError(template)
        value = rest.pop(0)
        if verb == "v":
            return "<nil>" if value is None else text(value)
        if verb == "s" and isinstance(value, str):
            return value
        if verb == "s":
            return f"%!s({_go_type(value)}{text(value)})" if value is not None else "%!s(<nil>)"
        if verb == "d" and isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if verb == "q" and isinstance(value, str):
            return _quote(value)
        raise ValueError(template)

    return _DIRECTIVE.sub(one, template)


def _go_type(value: Any) -> str:
    return {"bool": "bool=", "int": "float64=", "float": "float64="}.get(_kind(value), "")


def _quote(*values: Any) -> str:
    escaped = (
        text(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
        for value in values
        if value is not None
    )
    return " ".join(f'"{one}"' for one in escaped)


def _int(value: Any) -> int:
    if isinstance(value, str):
        cleaned = value.strip()
        return int(cleaned) if re.fullmatch(r"[+-]?\d+", cleaned) else 0
    return int(value or 0)


_SEMVER = late_pattern(r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?")


def _semver(value: str) -> Version:
    match = _SEMVER.fullmatch(value)
    if match is None:
        raise _BadArgumentError("invalid semantic version", 0, "fail")
    major, minor, patch = (int(part or 0) for part in match.groups()[:3])
    return Version((major, minor, patch), match.group(4) or "")


def _go_pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _regex_split(pattern: str, subject: str, count: Any) -> list[str]:
    return _go_pattern(pattern).split(subject, 0 if count < 0 else max(int(count) - 1, 0))


def _default(fallback: Any, *value: Any) -> Any:
    return value[0] if value and value[0] else fallback


def _dictionary(*pairs: Any) -> dict[str, Any]:
    return {text(pairs[i]): pairs[i + 1] if i + 1 < len(pairs) else "" for i in range(0, len(pairs), 2)}


def _indent(width: Any, value: Any) -> Any:
    if isinstance(value, YamlText):
        return value
    if not isinstance(value, str):
        raise _BadArgumentError("wrong type for value; expected string", 1)
    pad = " " * int(width)
    return pad + value.replace("\n", "\n" + pad)


def _nindent(width: Any, value: Any) -> Any:
    shifted = _indent(width, value)
    return shifted if isinstance(shifted, YamlText) else "\n" + shifted


def _fail(message: Any) -> Any:
    raise _BadArgumentError(text(message), None, "fail")


def _required(message: Any, value: Any) -> Any:
    if value is None or value == "":
        raise _BadArgumentError(text(message), 1, "required")
    return value


def _print(*values: Any) -> Any:
    if any(isinstance(value, YamlText) for value in values):
        return UNKNOWN
    result = ""
    for index, value in enumerate(values):
        both_plain = index and not isinstance(value, str) and not isinstance(values[index - 1], str)
        result += (" " if both_plain else "") + ("<nil>" if value is None else text(value))
    return result


def _has_key(container: Any, key: Any) -> bool:
    if isinstance(container, str | list | bool | int | float):
        message = f"wrong type for value; expected map[string]interface {{}}; got {type_name(container)}"
        raise _BadArgumentError(message, 0)
    return key in container


def _hash(name: str) -> Callable[[Any], Any]:
    def run(value: Any) -> Any:
        import hashlib

        return hashlib.new(name, value.encode(), usedforsecurity=False).hexdigest()

    return run


def _adler32(value: str) -> str:
    import zlib

    return str(zlib.adler32(value.encode()))


def _omit(source: Any, *names: Any) -> Any:
    return {key: value for key, value in source.items() if key not in names}


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "eq": _eq,
    "ne": lambda first, other: not _eq(first, other),
    "gt": _ordered(lambda a, b: bool(a > b)),
    "ge": _ordered(lambda a, b: bool(a >= b)),
    "lt": _ordered(lambda a, b: bool(a < b)),
    "le": _ordered(lambda a, b: bool(a <= b)),
    "index": _index,
    "len": _length,
    "default": _default,
    "ternary": _ternary,
    "contains": lambda needle, subject: needle in subject,
    "hasPrefix": lambda prefix, subject: subject.startswith(prefix),
    "hasSuffix": lambda suffix, subject: subject.endswith(suffix),
    "replace": lambda old, new, subject: subject.replace(old, new),
    "lower": lambda subject: subject.lower(),
    "upper": lambda subject: subject.upper(),
    "trim": lambda subject: subject.strip(),
    "trimSuffix": lambda suffix, subject: subject.removesuffix(suffix),
    "trimPrefix": lambda prefix, subject: subject.removeprefix(prefix),
    "trunc": lambda width, subject: subject[: int(width)] if width >= 0 else subject[int(width) :],
    "cat": lambda *values: " ".join(text(value) for value in values if value is not None),
    "printf": _printf,
    "print": _print,
    "quote": _quote,
    "squote": lambda *values: " ".join(f"'{text(value)}'" for value in values if value is not None),
    "toString": lambda value: value if isinstance(value, YamlText) else text(value),
    "toYaml": YamlText,
    "toJson": YamlText,
    "indent": _indent,
    "nindent": _nindent,
    "hasKey": _has_key,
    "dict": _dictionary,
    "list": lambda *values: list(values),
    "append": lambda values, value: [*values, value],
    "first": lambda values: _end(values, 0, "first"),
    "last": lambda values: _end(values, -1, "last"),
    "compact": lambda values: [value for value in values if value],
    "join": lambda separator, values: separator.join(text(value) for value in values if value is not None),
    "splitList": lambda separator, subject: subject.split(separator),
    "split": lambda separator, subject: {f"_{i}": part for i, part in enumerate(subject.split(separator))},
    "regexMatch": lambda pattern, subject: _go_pattern(pattern).search(subject) is not None,
    "regexFind": lambda pattern, subject: (_go_pattern(pattern).search(subject) or [""])[0],
    "regexSplit": _regex_split,
    "int": _int,
    "semver": _semver,
    "b64enc": lambda subject: base64.b64encode(subject.encode()).decode(),
    "sha256sum": _hash("sha256"),
    "sha1sum": _hash("sha1"),
    "adler32sum": _adler32,
    "omit": _omit,
    "fail": _fail,
    "required": _required,
}

STRING_ARGUMENTS: dict[str, tuple[int, ...]] = {
    "contains": (0, 1),
    "hasPrefix": (0, 1),
    "hasSuffix": (0, 1),
    "replace": (0, 1, 2),
    "lower": (0,),
    "upper": (0,),
    "trim": (0,),
    "trimSuffix": (0, 1),
    "trimPrefix": (0, 1),
    "trunc": (1,),
    "printf": (0,),
    "regexMatch": (0, 1),
    "regexFind": (0, 1),
    "regexSplit": (0, 1),
    "splitList": (0, 1),
    "split": (0, 1),
    "semver": (0,),
    "b64enc": (0,),
    "sha256sum": (0,),
    "sha1sum": (0,),
    "adler32sum": (0,),
}
"""Arguments that must be strings: sprig's Go signatures say so, and text/template enforces it."""


_TEXTS = frozenset(
    {
        *("toYaml", "toJson", "toString", "quote", "squote", "cat", "print", "printf", "replace", "lower", "upper"),
        *("trim", "trimSuffix", "trimPrefix", "trunc", "join", "b64enc", "sha256sum", "sha1sum", "adler32sum"),
        *("indent", "nindent", "regexFind"),
    }
)
"""Functions that always give a text."""


def _is_text(expression: Expression) -> bool:
    if expression[0] == "lit":
        return isinstance(expression[1], str)
    return expression[0] == "cat" or (expression[0] == "call" and expression[1] in _TEXTS)


def fallible(expression: Expression) -> bool:
    """Whether evaluating the expression can stop a rendering for some values."""
    kind = expression[0]
    if kind in ("lit", "top", "gen"):
        return False
    if kind in ("val", "var"):
        return len(expression) > 2
    if kind in ("dot", "fld"):
        return len(expression) > 1
    if kind == "call" and call_is_fallible(expression):
        return True
    return any(fallible(part) for part in expression[1:] if isinstance(part, list | tuple))


def call_is_fallible(expression: Expression) -> bool:
    """Whether a function itself, apart from its arguments, can stop a rendering."""
    name = expression[1]
    if name in ("eq", "ne", "gt", "ge", "lt", "le", "index", "len", "ternary", "fail", "required", "hasKey", "omit"):
        return True
    wanted = STRING_ARGUMENTS.get(name, (1,) if name in ("indent", "nindent") else ())
    return any(not _is_text(expression[2 + index]) for index in wanted if 2 + index < len(expression))
