"""Secret values in shown source lines are masked: a report is copied into logs, comments and artifacts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from masgitops_lint.model.late_pattern import late_pattern

MASK = "********"

_KEY_LINE = late_pattern(
    r"""^(?P<head>\s*(?:-\s+)*(?P<quote>["']?)(?P<key>[^\s:"'#{\[][^:"'#]*?)(?P=quote)\s*:\s+)(?P<value>\S.*)$"""
)
_SENSITIVE = late_pattern(
    r"passw|passphrase|pwd$|secret|token|api_?key|access_?key|private_?key|crypto|credential|entitlement|license|"
    r"(?<!public)(?<!merge)_key$|\.key$|^key$|certificate",
    re.IGNORECASE,
)
# a name of a secret, a path to it or a kind of it is not its value
_HARMLESS = late_pattern(
    r"(?:name|names|path|ref|refs|id|namespace|type|class|engine|arn|version|region|url|enabled)$", re.IGNORECASE
)
# vault references, templates, block headers, anchors, tags, comments, booleans and empty values
_SHOWN_VALUE = late_pattern(
    r"""^["']?(?:<|\$[{(]|\{\{|[|>&*!#]|(?:true|false|null|yes|no|~)["']?\s*(?:#|$)|["']\s*(?:#|$))""", re.IGNORECASE
)
_INLINE = late_pattern(
    r"(?P<keep>://[^\s:/@]+:)[^\s@/]+(?=@)"
    r"|(?P<name>\b(?i:password|passwd|pwd|passphrase|secret|token|api_?key)=)(?![<${])[^\s;&'\"]+"
    r"|AKIA[0-9A-Z]{16}|gh[pousr]_\w{20,}|xox[abprs]-[\w-]{10,}"
    r"|eyJ[\w-]{8,}\.eyJ[\w-]{8,}(?:\.[\w-]*)?|AGE-SECRET-KEY-\w+"
)
_BLOCK_HEADER = late_pattern(r"[|>][-+0-9]*\s*(?:#.*)?$")
_NAMED = late_pattern(r"""^\s*(?:-\s+)?name:\s+["']?(?P<name>[\w.-]+)""")
# how far up a block scalar's key is looked for
_BLOCK_LIMIT = 400


# one of these stands in whatever `_INLINE` finds
_INLINE_SIGNS = ("://", "=", "AKIA", "gh", "xox", "eyJ", "AGE-")


class _Alone(NamedTuple):
    """What a line by itself tells: how it is shown, or hidden where the lines around it say so.

    `around` is what there decides: the `name` beside a `value`, the key of a `block`, or nothing.
    """

    text: str
    hidden: str
    around: Literal["", "name", "block"]


def masked(lines: Sequence[str], index: int) -> str:
    """Line `index` of `lines` (from 0) with secret-looking values replaced by a fixed mask.

    Vault references such as `<path:...>` stay readable: they are what most findings are about. Lines of a block
    scalar are hidden whole when the scalar's key is a sensitive one or the text is a private key.
    """
    alone = _alone(lines[index])
    if alone.around == "name" and _named_sensitive(lines, index):
        return alone.hidden
    if alone.around == "block" and _in_hidden_block(lines, index):
        return alone.hidden
    return alone.text


@lru_cache(maxsize=4096)
def _alone(line: str) -> _Alone:
    if not line.strip():
        return _Alone(line, line, "")
    text = line
    if any(sign in line for sign in _INLINE_SIGNS):
        text = _INLINE.sub(lambda found: (found["keep"] or found["name"] or "") + MASK, line)
    match = _KEY_LINE.match(line)
    if match is None:
        return _Alone(text, line[: len(line) - len(line.lstrip())] + MASK, "block")
    hidden = match["head"] + MASK
    if _SHOWN_VALUE.match(match["value"]):
        return _Alone(text, hidden, "")
    if is_sensitive_key(match["key"]):
        return _Alone(hidden, hidden, "")
    return _Alone(text, hidden, "name" if match["key"] == "value" else "")


@lru_cache(maxsize=4096)
def is_sensitive_key(key: str) -> bool:
    """Whether a mapping key of this name usually holds a secret itself."""
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key.strip()).replace("-", "_")
    return bool(_SENSITIVE.search(plain)) and not _HARMLESS.search(plain)


def _named_sensitive(lines: Sequence[str], index: int) -> bool:
    for near in (index - 1, index + 1):
        if 0 <= near < len(lines):
            match = _NAMED.match(lines[near])
            if match is not None and is_sensitive_key(match["name"]):
                return True
    return False


def _in_hidden_block(lines: Sequence[str], index: int) -> bool:
    if "PRIVATE KEY-----" in lines[index]:
        return True
    indent = _indent(lines[index])
    for above in range(index - 1, max(-1, index - _BLOCK_LIMIT), -1):
        line = lines[above]
        if "-----BEGIN" in line and "PRIVATE KEY" in line:
            return True
        bare = line.lstrip(" ")
        if len(line) - len(bare) < indent and not bare.isspace() and bare:
            match = _KEY_LINE.match(line)
            return bool(match and _BLOCK_HEADER.search(match["value"]) and is_sensitive_key(match["key"]))
    return False


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
