"""What the templates of a chart read of its values, and how much of it can decide whether they render."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple, TypeAlias

from masgitops_lint.model.late_pattern import late_pattern

from .expressions import FUNCTIONS, Expression
from .rendered import Row
from .rows import all_rows

Interest: TypeAlias = int
"""How much of a value matters; more includes less."""
NOTHING: Interest = 0
"""Only that reading it is no error."""
BRIEF: Interest = 1
"""Its type, and whether it is empty."""
PRINTED: Interest = 2
"""Whether the YAML around it can be read once it is printed. Of what `toYaml` prints only the type matters then."""
TEXT: Interest = 3
"""The same, between other texts; lists and mappings with all that is in them."""
CUT: Interest = 4
"""The same of its beginning."""
EXACT: Interest = 5


class Read(NamedTuple):
    """A value that a template reads: keys below the chart's values or below a variable (`.` for the dot).

    `word` is a text that it is compared with, `test` another question about it.
    """

    variable: str
    keys: tuple[str, ...]
    interest: Interest
    word: str | None = None
    test: Callable[[str], bool] | None = None


_HARMLESS = late_pattern(r"(?:[A-Za-z0-9_./@=+(),: %$*;-][A-Za-z0-9_./@=+(),: %$*;<>&-]*)?")
"""Texts of a template beside which one printable text is as good as another: they open no quote, list or tag."""
_HARMLESS_CUT = late_pattern(r"(?:[A-Za-z0-9_.-]|%s)*")
"""The same when the whole is cut somewhere; `%s` is printf's."""
_FORMAT = late_pattern(r"(?:[^%]|%s)*")

_HASHES = frozenset({"sha256sum", "sha1sum", "adler32sum"})
_ORDER = frozenset({"eq", "ne", "gt", "ge", "lt", "le"})
_YAML = frozenset({"toYaml", "toJson"})


def _contains(part: str, text: str) -> bool:
    return part in text


def _begins(part: str, text: str) -> bool:
    return text.startswith(part)


def _ends(part: str, text: str) -> bool:
    return text.endswith(part)


_TESTS: dict[str, Callable[[str, str], bool]] = {"contains": _contains, "hasPrefix": _begins, "hasSuffix": _ends}


def reads_of(rows: Sequence[Row], expressions: Sequence[Expression]) -> Iterator[Read]:
    """What a template reads of the chart's values, variables followed to where they come from."""
    found: list[Read] = []
    sources: list[tuple[Sequence[str], Expression, Interest]] = []
    for row in all_rows(rows):
        kind = row[0]
        if kind == "let":
            sources.append(((row[1],), expressions[row[2]], NOTHING))
        elif kind == "each":
            sources.append(((*row[1], "."), expressions[row[2]], TEXT))
        elif kind == "with":
            sources.append(((".",), expressions[row[1]], BRIEF))
        elif kind in ("set", "leaf", "put"):
            found += _reads(expressions[row[2]], PRINTED)
        elif kind in ("say", "mix"):
            found += _reads(expressions[row[1]], PRINTED)
        elif kind == "if":
            found += _reads(expressions[row[1]], BRIEF)
        elif kind in ("do", "bad"):
            found += _reads(expressions[row[1]], BRIEF if kind == "bad" else NOTHING)
    interests: dict[str, Interest] = {}
    while True:
        inner = [
            read
            for names, expression, least in sources
            for read in _reads(expression, max(least, *(interests.get(name, NOTHING) for name in names)))
        ]
        before = dict(interests)
        for read in (*found, *inner):
            if read.variable:
                # what is looked up below a variable is found only with all of it
                interest = max(read.interest, TEXT) if read.keys else read.interest
                interests[read.variable] = max(interests.get(read.variable, NOTHING), interest)
        if interests == before:
            break
    yield from (read for read in (*found, *inner) if not read.variable)


def _reads(expression: Expression, interest: Interest) -> Iterator[Read]:
    """What an expression reads, when so much of its own value matters."""
    kind = expression[0]
    if kind == "val":
        # the values as a whole are a mapping in any case
        yield Read("", tuple(expression[1:]), max(interest, BRIEF) if len(expression) > 1 else interest)
    elif kind == "var":
        yield Read(expression[1], tuple(expression[2:]), interest)
    elif kind == "dot":
        yield Read(".", tuple(expression[1:]), interest)
    elif kind == "cat":
        yield from _text_reads(expression[1:], interest)
    elif kind == "if":
        yield from _reads(expression[1], BRIEF)
        for part in expression[2:]:
            yield from _reads(part, interest)
    elif kind == "call":
        yield from _call_reads(expression[1], expression[2:], interest)
    else:
        for part in expression[1:]:
            if isinstance(part, list) and part:
                yield from _reads(part, EXACT)


def _text_reads(parts: Sequence[Expression], interest: Interest) -> Iterator[Read]:
    """What the parts of a text read."""
    if interest > BRIEF:
        pattern = _HARMLESS if interest <= TEXT else _HARMLESS_CUT
        literals = [part[1] for part in parts if part[0] == "lit"]
        harmless = all(not isinstance(one, str) or pattern.fullmatch(one) for one in literals)
        interest = max(interest, TEXT) if harmless else EXACT
    for part in parts:
        yield from _reads(part, interest)


def _is_plain_format(arguments: Sequence[Expression]) -> bool:
    return arguments[0][0] == "lit" and _FORMAT.fullmatch(str(arguments[0][1])) is not None


def _joins_a_list(arguments: Sequence[Expression]) -> bool:
    # of a text it would take the letters
    return list(arguments[1][:2]) == ["call", "list"]


_JOINING: dict[str, Callable[[Sequence[Expression]], bool]] = {
    "print": lambda arguments: True,
    "cat": lambda arguments: True,
    "printf": _is_plain_format,
    "join": _joins_a_list,
}
"""Functions that put texts together, and whether they do nothing else."""


_LEAST_ARGUMENTS = {"hasKey": 2, "join": 2, "printf": 1, "trunc": 2}
"""For the functions whose arguments are told apart; with fewer a template does not work anyway."""


def _call_reads(name: str, arguments: Sequence[Expression], interest: Interest) -> Iterator[Read]:
    if name == "include":
        return
    if len(arguments) < _LEAST_ARGUMENTS.get(name, 0):
        for part in arguments:
            yield from _reads(part, EXACT)
    elif name in _TESTS or name in _ORDER:
        yield from _comparison_reads(name, arguments)
    elif name == "hasKey" and arguments[0][0] == "val" and arguments[1][0] == "lit":
        yield Read("", (*arguments[0][1:], str(arguments[1][1])), BRIEF)
    elif name in _JOINING:
        yield from _text_reads(arguments, interest if _JOINING[name](arguments) else EXACT)
    else:
        wanted = _wanted(name, arguments, interest)
        for part in arguments:
            yield from _reads(part, wanted)


def _wanted(name: str, arguments: Sequence[Expression], interest: Interest) -> Interest:
    """How much of a function's arguments matters, when so much of its result does."""
    if name not in FUNCTIONS and name not in ("and", "or", "not", "empty"):
        return NOTHING  # the result is unknown
    if name in ("not", "empty"):
        return BRIEF
    if name in ("and", "or", "default", "ternary", "required", "toString"):
        return max(interest, BRIEF)
    if name == "fail":
        return NOTHING  # it stops the template in any case
    if interest == EXACT:
        return EXACT
    if name in _YAML:
        return BRIEF if interest == PRINTED else interest
    if name in _HASHES or name == "b64enc":
        return NOTHING if name in _HASHES else BRIEF  # digits and letters, whatever went in
    if name in ("quote", "squote"):
        return TEXT if interest >= PRINTED else NOTHING
    if name in ("indent", "nindent", "lower", "upper"):
        return interest
    if name == "list":
        return TEXT if interest > BRIEF else NOTHING
    if name in ("omit", "dict"):
        named = arguments[::2] if name == "dict" else arguments[1:]
        fixed = all(part[0] == "lit" for part in named)
        return (max(interest, TEXT) if interest > NOTHING else NOTHING) if fixed else EXACT
    if name == "trunc" and arguments[0][0] == "lit" and isinstance(arguments[0][1], int) and arguments[0][1] > 0:
        return CUT if interest > BRIEF else interest
    return EXACT


def _comparison_reads(name: str, arguments: Sequence[Expression]) -> Iterator[Read]:
    """What a comparison reads: with one text of the template it matters only whether it is this text, or holds it."""
    literals = [part[1] for part in arguments if part[0] == "lit"]
    if len(arguments) == 2 and len(literals) == 1:
        last_is_literal = arguments[1][0] == "lit"
        value, literal = arguments[0] if last_is_literal else arguments[1], literals[0]
        if name in _ORDER and not isinstance(literal, str):
            # a text is refused, whichever it is; numbers and booleans are always looked at
            yield from _reads(value, BRIEF)
            return
        if value[0] == "val" and isinstance(literal, str):
            if name in ("eq", "ne"):
                yield Read("", tuple(value[1:]), BRIEF, literal)
                return
            if name in _TESTS and not last_is_literal:
                yield Read("", tuple(value[1:]), BRIEF, test=partial(_TESTS[name], literal))
                return
    for part in arguments:
        yield from _reads(part, EXACT)


__all__ = ["BRIEF", "CUT", "EXACT", "NOTHING", "PRINTED", "TEXT", "Interest", "Read", "reads_of"]
