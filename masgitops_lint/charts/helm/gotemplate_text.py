"""Small rewrites of Go template source: what Helm's engine needs so that it behaves as the ApplicationSet controller.

Only actions (`{{ ... }}`) are touched, and only outside their strings and comments.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from masgitops_lint.model.late_pattern import late_pattern

ACTION_PIECE = late_pattern(
    # the groups are exclusive; what is none of them is one character of "other"
    r"(?P<comment>/\*.*?\*/)"
    r"|(?P<string>\"(?:\\.|[^\"\\])*\"|`[^`]*`|'(?:\\.|[^'\\])*')"
    r"|(?P<chain>(?<![\w.)\]])(?P<root>\$\w*)?(?P<fields>(?:\.[A-Za-z_]\w*)+))"
    r"|(?P<variable>\$\w*)"
    r"|(?P<word>(?<![\w.$])[A-Za-z_]\w*)"
    r"|(?P<other>.)",
    re.DOTALL,
)
_OPENERS = ("else", "end", "define", "template", "block", "break", "continue")


def _actions(text: str, rewrite: Callable[[str, str, str], str]) -> str:
    """`text` with every action replaced by `rewrite(left mark, body, right mark)`."""
    out: list[str] = []
    position = 0
    while True:
        start = text.find("{{", position)
        if start < 0:
            return "".join(out) + text[position:]
        end = end_of_action(text, start + 2)
        if end < 0:
            return "".join(out) + text[position:]
        inner = text[start + 2 : end]
        left = "-" if inner.startswith("-") and inner[1:2].isspace() else ""
        right = "-" if inner.endswith("-") and inner[-2:-1].isspace() else ""
        body = inner[len(left) : len(inner) - len(right)]
        out += [text[position:start], rewrite(left, body, right)]
        position = end + 2


def end_of_action(text: str, position: int) -> int:
    """The offset of the `}}` that closes the action whose content starts at `position`; -1 when there is none."""
    for piece in ACTION_PIECE.finditer(text, position):
        if piece["other"] == "}" and text.startswith("}}", piece.start()):
            return piece.start()
    return -1


def _plain(left: str, body: str, right: str) -> str:
    return "{{" + left + body + right + "}}"


def with_dug_fields(text: str) -> str:
    """Chains of two and more fields as `dig`: `.a.b` becomes `(dig "a" "b" nil .)`."""

    def rewrite(left: str, body: str, right: str) -> str:
        return _plain(left, ACTION_PIECE.sub(_dig, body), right)

    return _actions(text, rewrite)


def _dig(piece: re.Match[str]) -> str:
    if piece["chain"] is None:
        return piece[0]
    names = piece["fields"].split(".")[1:]
    if len(names) < 2:
        return piece[0]
    return "(dig " + " ".join(f'"{name}"' for name in names) + f" nil {piece['root'] or '.'})"


def with_checked_fields(text: str) -> str:
    """`missingkey=error`: in front of every action a check that the fields it names are there."""

    def rewrite(left: str, body: str, right: str) -> str:
        words = body.split(None, 1)
        if not words or words[0] in _OPENERS or body.lstrip().startswith("/*"):
            return _plain(left, body, right)
        checks = [
            "(list {} {})".format(piece["root"] or ".", " ".join(f'"{n}"' for n in piece["fields"].split(".")[1:]))
            for piece in ACTION_PIECE.finditer(body)
            if piece["chain"] is not None and not _is_method_root(piece)
        ]
        ahead = "".join(f'{{{{ template "controller.need" {check} }}}}' for check in checks)
        if ahead and left:
            ahead = "{{- /* */ -}}" + ahead
        return ahead + _plain(left if not ahead else "", body, right)

    return _actions(text, rewrite)


def _is_method_root(piece: re.Match[str]) -> bool:
    # `$x.y`: a variable's field is only checked for `$` itself, since a variable may hold anything
    return bool(piece["root"]) and piece["root"] != "$"


def controller_functions(text: str) -> str:
    """`normalize` and `slugify`, which only the controller has, written with what Helm has."""
    if "normalize" not in text and "slugify" not in text:
        return text

    def rewrite(left: str, body: str, right: str) -> str:
        return _plain(left, _functions(body), right)

    return _actions(text, rewrite)


def _functions(body: str) -> str:
    pieces = list(ACTION_PIECE.finditer(body))
    out: list[str] = []
    closing: dict[int, str] = {}
    for index, piece in enumerate(pieces):
        if index in closing:
            out.append(closing.pop(index))
        if piece["word"] == "normalize":
            out.append('include "controller.normalize"')
        elif piece["word"] == "slugify":
            out.append("list")
            closing[_end_of_command(pieces, index + 1)] = ' | include "controller.slugify" '
        else:
            out.append(piece[0])
    out += [closing[index] for index in sorted(closing)]
    return "".join(out)


def _end_of_command(pieces: list[re.Match[str]], start: int) -> int:
    depth = 0
    for index in range(start, len(pieces)):
        char = pieces[index]["other"]
        if char == "(":
            depth += 1
        elif char == ")":
            if depth == 0:
                return index
            depth -= 1
        elif char == "|" and depth == 0:
            return index
    return len(pieces)


def field_chains(text: str) -> Iterator[tuple[str, ...]]:
    """Every chain of fields that the actions of a template name: `{{ .a.b }}` yields ("a", "b")."""
    chains: list[tuple[str, ...]] = []

    def note(left: str, body: str, right: str) -> str:
        for piece in ACTION_PIECE.finditer(body):
            if piece["chain"] is not None and not _is_method_root(piece):
                chains.append(tuple(piece["fields"].split(".")[1:]))
        return _plain(left, body, right)

    _actions(text, note)
    return iter(chains)
