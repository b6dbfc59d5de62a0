"""The placeholder grammar of the Argo CD Vault Plugin.

Source: argocd-vault-plugin 1.18 `pkg/kube/util.go` (the expressions, the order of processing) and
`pkg/kube/modifiers.go` (modifiers, their arguments and the types they take). The plugin's expressions are written with
Go's `U` flag, which turns greedy and lazy around. They are walked by hand here, in linear time, with the same result.

The plugin looks for placeholders in every string value of a rendered object, never in keys. Whatever does not match
is deployed as it stands, without an error. Whatever matches and cannot be resolved fails the whole Application.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, Literal, NamedTuple, TypeAlias

from masgitops_lint.model.late_pattern import late_pattern

PATH_ANNOTATION = "avp.kubernetes.io/path"
IGNORE_ANNOTATION = "avp.kubernetes.io/ignore"
REMOVE_MISSING_ANNOTATION = "avp.kubernetes.io/remove-missing"
SECRET_VERSION_ANNOTATION = "avp.kubernetes.io/secret-version"
KV_VERSION_ANNOTATION = "avp.kubernetes.io/kv-version"

OPENER = "<path:"

MODIFIERS: Mapping[str, str] = {
    "base64encode": "1.0",
    "base64decode": "1.6",
    "jsonPath": "1.4",
    "jsonParse": "1.5",
    "yamlParse": "1.6",
    "indent": "1.9",
    "sha256sum": "1.11",
}
"""Modifier -> the plugin release that brought it. Names are case-sensitive."""

_PARSERS = frozenset({"jsonParse", "yamlParse"})

Effect: TypeAlias = Literal["literal", "fails"]


class Modifier(NamedTuple):
    """One `| name arg ...` of a placeholder; `arguments` are split at white space, as the plugin does."""

    name: str
    arguments: tuple[str, ...] = ()


class Placeholder(NamedTuple):
    """Text that the plugin replaces: offsets count code points of the scanned text, `end` is exclusive.

    `path` is as written (the plugin does not trim it), `key` is trimmed. In the annotation style `path` is "" where
    the object's own `avp.kubernetes.io/path` is meant.
    """

    path: str
    key: str
    version: str
    modifiers: tuple[Modifier, ...]
    start: int
    end: int
    raw: str


class Suspect(NamedTuple):
    """Text that was meant as a placeholder and is none, or one that cannot be resolved.

    `effect` is "literal" where Argo CD deploys the text as it stands, "fails" where the plugin refuses and nothing of
    the Application is deployed. `repaired` is the text that was probably meant, "" when that is a guess too far.
    """

    kind: str
    effect: Effect
    start: int
    end: int
    raw: str
    message: str
    repaired: str = ""


_SOUND = late_pattern(r"<path:([^\s<>#|&]+)#([^\s<>#|&]+)>")
"""A placeholder as a whole value, without version and modifiers."""


class _Match(NamedTuple):
    start: int
    end: int
    path: str
    rest: str
    """Key, version and modifiers: all between the first `#` and the closing `>`."""


def _inline_matches(text: str) -> Iterator[_Match]:
    """Matches of `(?mU)<path:([^#]+)#([^#]+)(?:#([^#]+))?>`, leftmost first, without overlap."""
    start = text.find(OPENER)
    hash_at = -1
    outcome = -1
    while start >= 0:
        path_from = start + len(OPENER)
        if hash_at < path_from:
            hash_at = text.find("#", path_from)
            if hash_at < 0:
                return
            outcome = _close_of(text, hash_at)
        if hash_at > path_from and outcome > 0:
            yield _Match(start, outcome, text[path_from:hash_at], text[hash_at + 1 : outcome - 1])
            start = text.find(OPENER, outcome)
        else:
            start = text.find(OPENER, start + 1)


def _close_of(text: str, hash_at: int) -> int:
    """The end of the match whose path ends at `hash_at`, or -1: a key, then perhaps `#` and a version, then `>`."""
    key_from = hash_at + 1
    second = text.find("#", key_from)
    key_end = len(text) if second < 0 else second
    close = text.find(">", key_from + 1, key_end)
    if close >= 0:
        return close + 1
    if second <= key_from:
        return -1
    third = text.find("#", second + 1)
    close = text.find(">", second + 2, len(text) if third < 0 else third)
    return close + 1 if close >= 0 else -1


def _generic_matches(text: str) -> Iterator[tuple[int, int]]:
    """Matches of `(?mU)<(.*)>`: from a `<` to the next `>` on the same line."""
    opened = -1
    for token in re.finditer(r"[<>\n]", text):
        char = token.group()
        if char == "<":
            if opened < 0:
                opened = token.start()
        elif char == "\n":
            opened = -1
        elif opened >= 0:
            yield opened, token.end()
            opened = -1


def _modifiers(statements: list[str]) -> tuple[Modifier, ...]:
    found = []
    for statement in statements:
        name, *arguments = statement.split() or [""]
        found.append(Modifier(name, tuple(arguments)))
    return tuple(found)


def _split(raw: str, start: int, end: int) -> Placeholder | None:
    """What the plugin makes of a match; None where it finds no path and key in it (it then fails)."""
    head, *statements = raw.strip("<>").split("|")
    head = head.strip(" ")
    at = head.find("path:")
    if at < 0:
        return None
    path, hash_sign, rest = head[at + len("path:") :].partition("#")
    key, _, version = rest.partition("#")
    if not hash_sign or not path or not key:
        return None
    return Placeholder(path, key.strip(), version.partition("\n")[0], _modifiers(statements), start, end, raw)


def scan(text: str, *, annotated: bool = False) -> tuple[Placeholder, ...]:
    """The placeholders that the plugin looks up in `text`, in order.

    `annotated` says that the object carries `avp.kubernetes.io/path`: then every `<...>` is one. A match that
    swallowed other text (an unclosed placeholder before it) is left out here and told by `suspects`.
    """
    if annotated:
        return tuple(_scan_annotated(text))
    return _scan_inline(text) if OPENER in text else ()


@lru_cache(maxsize=8192)
def _scan_inline(text: str) -> tuple[Placeholder, ...]:
    whole = _SOUND.fullmatch(text)
    if whole:
        return (Placeholder(whole[1], whole[2], "", (), 0, len(text), text),)
    found = []
    for match in _inline_matches(text):
        placeholder = _split(text[match.start : match.end], match.start, match.end)
        if placeholder is not None and not _swallowed(match.path):
            found.append(placeholder)
    return tuple(found)


def _scan_annotated(text: str) -> Iterator[Placeholder]:
    for start, end in _generic_matches(text):
        raw = text[start:end]
        inline = _split(raw, start, end)
        if inline is not None:
            yield inline
            continue
        head, *statements = raw.strip("<>").split("|")
        yield Placeholder("", head.strip(" "), "", _modifiers(statements), start, end, raw)


def annotation_path(metadata: Any) -> str | None:
    """The path annotation of an object's metadata ("" counts: its presence alone changes the grammar), or None."""
    annotations = metadata.get("annotations") if isinstance(metadata, Mapping) else None
    value = annotations.get(PATH_ANNOTATION) if isinstance(annotations, Mapping) else None
    return None if value is None else str(value)


def ignored(metadata: Any) -> bool:
    """Whether the object asks the plugin to leave it alone."""
    annotations = metadata.get("annotations") if isinstance(metadata, Mapping) else None
    if not isinstance(annotations, Mapping):
        return False
    return str(annotations.get(IGNORE_ANNOTATION, "")).lower() in ("true", "1", "t")


def _swallowed(path: str) -> bool:
    return "<" in path or ">" in path or "\n" in path


_LOOSE_OPENER = late_pattern(r"(?:<|&lt;)\s*path\s*:", re.IGNORECASE)
_OTHER_WORD = late_pattern(r"<[ \t]*([A-Za-z]{2,7})[ \t]*:([^<>\s#]+#[^<>\n]+)>")
_BRACKETS = late_pattern(
    r"\s*(?:[$%]?[\[{(]{1,2}|['\"`])?\s*path:([^#<>\s]+)#([^#<>\s\]})'\"`]+)\s*(?:[\]})]{1,2}|['\"`>])?\s*"
)
_BARE_ARN = late_pattern(r"\s*<?(arn:aws[a-z-]*:secretsmanager:[^#<>\s]+)#([^<>\n]+)>?\s*")
_NO_COLON = late_pattern(r"\s*<path[ ;.=]([^#<>]+)#([^#<>]+)>\s*")
_NO_PREFIX = late_pattern(r"\s*<([A-Za-z0-9][\w.{}-]*(?:/[\w.{}-]+)+)#([\w.-]+)>\s*")
_PATH_TEXT = late_pattern(r"[^\s#<>&\"'`]+")
_NAME = late_pattern(r"[A-Za-z_][\w.-]*")
_FAULTLESS = late_pattern(r"<path:[^\s<>#|&]+#[^\s<>#|&]+(?: ?\| ?(?:base64encode|base64decode|sha256sum) ?)?>\s*")
"""What most placeholders look like: nothing can be wrong with the form of these."""
_MISSPELT = frozenset({
    "apth", "aths", "oath", "paath", "pah", "paht", "parh", "pat", "patch", "pateh", "paths", "patth", "pathh", "phat",
    "ppath", "psth", "pth", "ptah", "secretpath", "pathe", "vault", "avp", "secret",
})  # fmt: skip


SIGNS = ("<", "#", "&lt;")
"""What a text holds, one at least, that `suspects` has anything to say about."""


def suspects(text: str) -> tuple[Suspect, ...]:
    """What was meant as a placeholder and deploys as it stands, or fails the Application; in order, never raises.

    Prose (`<KEY>`), XML and HTML are left alone: a suspect must name `path:`, or be shaped like a reference.
    """
    if (":" not in text and "#" not in text) or _FAULTLESS.fullmatch(text):
        return ()
    found: list[Suspect] = []
    covered: list[tuple[int, int]] = []
    if OPENER in text:
        for match in _inline_matches(text):
            suspect = _judge(text, match)
            covered.append((match.start, match.end))
            if suspect is not None:
                found.append(suspect)
    found.extend(_unmatched(text, covered))
    if not found and not covered:
        found.extend(_shaped(text))
    return tuple(sorted(found, key=lambda suspect: suspect.start))


def _judge(text: str, match: _Match) -> Suspect | None:
    """What is wrong with text that the plugin takes for a placeholder."""
    raw = text[match.start : match.end]

    def suspect(kind: str, message: str, repaired: str = "", effect: Effect = "fails") -> Suspect:
        return Suspect(kind, effect, match.start, match.end, raw, message, repaired)

    if _swallowed(match.path):
        first = _PATH_TEXT.match(match.path)
        name = first.group() if first else ""
        return suspect(
            "swallowed",
            f"`{OPENER}{name}` has no `#key>` of its own, so the plugin reads on to the next `#` and asks the store "
            "for a secret named by all the text between",
        )
    if "|" in match.path:
        return suspect("pipe-in-path", "a modifier stands before the `#key`, so the plugin finds no key in it")
    head, *_ = match.rest.split("|")
    key, _, version = head.partition("#")
    if not key.strip(" <>\t"):
        return suspect("empty-key", "there is no key after the `#`")
    if match.path != match.path.strip():
        statements = match.rest
        return suspect(
            "space-in-path",
            "the plugin does not trim the path, so it asks the store for a name that has a space at its "
            + ("start" if match.path[0].isspace() else "end"),
            f"{OPENER}{match.path.strip()}#{statements}>",
        )
    if version and version.strip(" ") and version[0].isspace():
        return suspect(
            "space-in-version", "the plugin does not trim the version, so it asks for one that starts with a space"
        )
    problem = _modifier_problem(raw)
    if problem is not None:
        kind, message, wrong, right = problem
        return suspect(kind, message, _replace_word(raw, wrong, right) if right else "")
    if text[match.start - 1 : match.start] == "<" and text[match.end : match.end + 1] == ">":
        return Suspect(
            "doubled",
            "literal",
            match.start - 1,
            match.end + 1,
            text[match.start - 1 : match.end + 1],
            "the plugin replaces the inner `<...>` only, so the value keeps a `<` before and a `>` after it",
            raw,
        )
    return None


def _replace_word(raw: str, wrong: str, right: str) -> str:
    head, bar, tail = raw.partition("|")
    return head + bar + tail.replace(wrong, right, 1)


def _modifier_problem(raw: str) -> tuple[str, str, str, str] | None:
    """(kind, message, the wrong word, the right word) of the first modifier that the plugin refuses."""
    _, *statements = raw.strip("<>").split("|")
    textual = True
    for modifier in _modifiers(statements):
        name, arguments = modifier.name, modifier.arguments
        if not name:
            return "modifier-empty", "nothing stands after a `|`, which crashes the plugin", "", ""
        if name not in MODIFIERS:
            folded = {known.lower(): known for known in MODIFIERS}
            near = folded.get(name.lower().replace("_", "").replace("-", "")) or next(
                iter(get_close_matches(name, MODIFIERS, 1, 0.7)), ""
            )
            hint = f"; did you mean `{near}`?" if near else f"; it knows {', '.join(sorted(MODIFIERS))}"
            return "modifier", f"the plugin has no modifier `{name}`{hint}", name, near
        if name == "jsonPath":
            if not arguments:
                return "modifier-arguments", "`jsonPath` needs an expression such as `{.key}`", "", ""
            expression = " ".join(arguments)
            if expression.count("{") != expression.count("}") or expression.count("[") != expression.count("]"):
                return (
                    "modifier-arguments",
                    "`jsonPath` is cut off: the placeholder ends at its first `>`, a modifier at its first `|`",
                    "",
                    "",
                )
        elif name == "indent":
            if len(arguments) != 1 or not re.fullmatch(r"[+-]?\d{1,18}", arguments[0]):
                return "modifier-arguments", "`indent` needs one whole number", "", ""
        elif arguments:
            return "modifier-arguments", f"`{name}` takes no argument", "", ""
        if not textual and name != "jsonPath":
            return "modifier-type", f"`{name}` needs text, and `jsonParse` or `yamlParse` before it gives none", "", ""
        textual = name not in _PARSERS
    return None


def _unmatched(text: str, covered: list[tuple[int, int]]) -> Iterator[Suspect]:
    """Openers, loosely spelt, that the plugin's expression passes over."""
    if "path" not in text and "path" not in text.lower():
        return
    openers = list(_LOOSE_OPENER.finditer(text))
    if not openers or "</path:" in text:
        return
    bounds = (len(text) - len(text.lstrip()), len(text.rstrip()))
    index = 0
    for number, opener in enumerate(openers):
        while index < len(covered) and covered[index][1] <= opener.start():
            index += 1
        if index < len(covered) and covered[index][0] <= opener.start():
            continue
        limit = openers[number + 1].start() if number + 1 < len(openers) else len(text)
        suspect = _judge_opener(text, opener, limit, bounds)
        if suspect is not None:
            yield suspect


def _judge_opener(text: str, opener: re.Match[str], limit: int, bounds: tuple[int, int]) -> Suspect | None:
    """What is wrong at one opener; `bounds` is the text without its outer white space."""
    newline = text.find("\n", opener.end(), limit)
    line_end = limit if newline < 0 else newline
    closing = "&gt;" if opener.group().startswith("&") else ">"
    close = text.find(closing, opener.end(), line_end)
    body = text[opener.end() : close if close >= 0 else line_end]
    end = close + len(closing) if close >= 0 else opener.end() + len(body.rstrip())
    inner = body.lstrip()
    found = _PATH_TEXT.match(inner)
    name = found.group() if found else ""
    if not name and not inner.startswith("#"):
        return None
    whole = (opener.start(), end) == bounds
    prose = not whole and "#" not in body and not any(sign in name for sign in "/:")
    if prose or (name and not name.strip(".…")):
        return None
    kind, message, repaired = _fault(opener.group(), body, name, close >= 0)
    if repaired and not scan(repaired):
        repaired = ""
    return (
        Suspect(kind, "literal", opener.start(), end, text[opener.start() : end], message, repaired) if kind else None
    )


def _fault(opener: str, body: str, name: str, closed: bool) -> tuple[str, str, str]:
    """(kind, message, repaired) for `opener` and what follows it up to the closing sign or the end of the line."""
    parts = body.split("|")[0].split("#")
    sound = len(parts) in (2, 3) and all(part.strip() for part in parts)
    whole = f"{OPENER}{body.strip()}>" if sound else ""
    if opener != OPENER and (sound or closed):
        if opener.startswith("&"):
            return "escaped", "`&lt;` is not `<`", whole
        if opener.lower() == OPENER:
            return "case", f"the plugin knows `{OPENER}` in lower case only", whole
        return "space", f"a space inside `{opener}` hides it from the plugin", whole
    if not closed:
        if len(parts) > 1:
            return "unclosed", "the closing `>` is missing", whole
        return "unclosed", "it has neither a `#key` nor a closing `>` (after a space, a `#` starts a YAML comment)", ""
    if len(parts) == 1:
        return _no_key(body.lstrip(), name)
    if not parts[0].strip():
        return "empty-path", "there is no path before the `#`", ""
    if not parts[1].strip():
        return "empty-key", "there is no key after the `#`", ""
    if len(parts) == 3 and not parts[2].strip():
        return "empty-version", "there is no version after the second `#`", f"{OPENER}{parts[0]}#{parts[1]}>"
    return "extra-part", "it has more than a path, a key and a version between its `#` signs", ""


def _no_key(body: str, name: str) -> tuple[str, str, str]:
    head, colon, key = name.rpartition(":")
    bare_arn = head.startswith("arn:") and head.endswith(":secret")
    if colon and head and _NAME.fullmatch(key) and not bare_arn:
        repaired = f"{OPENER}{head}#{key}{body[len(name) :]}>"
        return "colon-key", "a `#`, not a `:`, stands between path and key", repaired
    return "no-key", "it has no `#key`", ""


def _shaped(text: str) -> Iterator[Suspect]:
    """Text without any `<path:` that is shaped like a reference."""
    if "#" not in text:
        return
    for match in _OTHER_WORD.finditer(text):
        word = match.group(1)
        if word.lower() in _MISSPELT and not match.group(2).startswith("//"):
            yield Suspect(
                "spelling",
                "literal",
                match.start(),
                match.end(),
                match.group(),
                f"the plugin knows `{OPENER}`, not `<{word}:`",
                f"{OPENER}{match.group(2)}>",
            )
            return
    if len(text) > 2048 or "\n" in text.strip():
        return
    start = len(text) - len(text.lstrip())
    end = len(text.rstrip())
    for expression, kind, message in (
        (_BRACKETS, "brackets", "a placeholder stands between `<` and `>`"),
        (_BARE_ARN, "no-prefix", f"a placeholder starts with `{OPENER}` and ends with `>`"),
        (_NO_COLON, "spelling", f"the plugin knows `{OPENER}`, with the colon"),
        (_NO_PREFIX, "no-prefix", f"a placeholder starts with `{OPENER}`"),
    ):
        whole = expression.fullmatch(text)
        if whole:
            path, key = whole.groups()
            yield Suspect(kind, "literal", start, end, text[start:end], message, f"{OPENER}{path}#{key}>")
            return
