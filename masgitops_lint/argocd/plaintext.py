"""Secrets written in plain text where a placeholder belongs.

Tokens with a shape of their own are told by Yelp's detect-secrets (the plugins that judge a value by itself; those
that judge by entropy or by a neighbouring word find digests and ids, and are left out). It costs 0.15 s to import, so
one expression decides first whether a value can hold anything at all. Private keys, docker configs and connection
strings are read here, in clear and in base64. A value is never kept: `Plaintext` holds a kind and a short beginning.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from masgitops_lint.model.late_pattern import late_pattern

from .encoded import is_encoded
from .many_texts import ONE_PLACEHOLDER, TextsByKind, holding
from .placeholders import scan

if TYPE_CHECKING:
    from detect_secrets.plugins.base import RegexBasedDetector

MAX_LENGTH = 1_000_000
"""Longer values are not looked into: Argo CD's own limit on a manifest is of that order."""


class Plaintext(NamedTuple):
    """A secret in clear: what kind, and at most the first four characters of it ("" for a short one)."""

    kind: str
    preview: str = ""
    encoded: bool = False
    """Whether it was found inside base64."""


_PRIVATE_KEY = late_pattern(r"-----BEGIN ((?:[A-Z0-9]+ ){0,3})PRIVATE KEY(?: BLOCK)?-----")
_KEY_BODY = late_pattern(r"""(?:[\s"'+,|>-]|\\[nr]|[A-Za-z-]{3,24}:[ ][^\n]*\n){0,60}[A-Za-z0-9+/=]{16}""")
_PUTTY_KEY = late_pattern(r"PuTTY-User-Key-File-\d:")
_TOKEN_HINT = late_pattern(
    r"(?<![A-Za-z0-9/+])(?:ABIA|ACCA|AKIA|ASIA)[0-9A-Z]{16}(?![A-Za-z0-9/+])"
    r"|gh[pousr]_[A-Za-z0-9]|gl(?:pat|dt|ft|soat|rt|cbt|imt|ptt|agent|oas)-|GR1348941|xox[a-z]-|hooks\.slack\.com"
    r"|:_authToken|pypi-AgE|\bsk-[A-Za-z0-9]|\bSG\.[\w-]|\b[rs]k_live_|\bsq0csp-|AccountKey="
    r"|(?<![\w-])eyJ[\w-]{2,4000}\.|-us\d|\d{8,10}:AA[\w-]{33}"
)
_BASE64_START = late_pattern(r"\s*(?:[A-Za-z0-9+/]\s?){22}[A-Za-z0-9+/=\s]")
_MOST_HINTS = 64
_LONGEST_TOKEN = 8192
_OWN_TOKENS = (
    ("a GitHub token", re.compile(r"\bgithub_pat_[A-Za-z0-9_]{40,}")),
    ("a HashiCorp Vault token", re.compile(r"\bhv[sbr]\.[A-Za-z0-9_-]{24,}")),
    ("an OpenShift token", re.compile(r"\bsha256~[A-Za-z0-9_-]{43}\b")),
    ("a Google API key", re.compile(r"\bAIza[A-Za-z0-9_-]{35}(?![\w-])")),
    ("an age private key", re.compile(r"\bAGE-SECRET-KEY-1[0-9A-Z]{58}\b")),
    ("a Docker Hub token", re.compile(r"\bdckr_pat_[A-Za-z0-9_-]{20,}")),
)
_URL_PASSWORD = late_pattern(
    r"\b([a-z][a-z0-9+.-]{1,30})://([^\s:/@'\"<>]{0,128}):([^\s/@'\"<>]{1,256})@", re.IGNORECASE
)
_ORACLE_PASSWORD = late_pattern(r"\bjdbc:oracle:[a-z]+:[^\s/@]{1,128}/([^\s@<>]{1,256})@", re.IGNORECASE)
_PROPERTY_PASSWORD = late_pattern(
    r"(?:[;?&:]|^)[ \t]*(?:password|passwd|pwd)[ \t]*=[ \t]*([^;&\s\"'<>]{1,256})", re.IGNORECASE | re.MULTILINE
)
_JAVA_PROPERTY = late_pattern(
    r"^[ \t]*[A-Za-z][\w.-]{0,128}[.](?:password|passwd|pwd|secret)[ \t]*=[ \t]*(\S{1,256})[ \t]*$", re.MULTILINE
)
_CONNECTION = late_pattern(
    r"\bjdbc:|\b(?:server|data source|host|hostname|database|initial catalog|user id|uid)\s*=", re.IGNORECASE
)
# Plain searches for a substring are twenty times faster than one expression with that many branches.
_NEEDLES = (
    "@", "pass", "Pass", "PASS", "wd=", "WD=", ".secret", '"auth', "PuTTY-", "eyJ", "AKIA", "ASIA",
    "ABIA", "ACCA", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "gldt-", "glft-",
    "glsoat-", "glrt-", "glcbt-", "glimt-", "glptt-", "glagent-", "gloas-", "GR1348941", "xoxa-", "xoxb-",
    "xoxe-", "xoxo-", "xoxp-", "xoxr-", "xoxs-", "hooks.slack.com", ":_authToken", "pypi-AgE", "sk-", "SG.",
    "k_live_", "sq0csp-", "AccountKey=", "-us", ":AA", "hvs.", "hvb.", "hvr.", "sha256~", "AIza",
    "AGE-SECRET-KEY", "dckr_pat_", "PRIVATE",
)  # fmt: skip
# A search for one character costs next to nothing, one for two more than one for many.
_GATES = ("@", "P", "A", "J", "G", "~", "=", '"', "xox", "gl", "gh", "hv", "_pat_", "k", "")


def _by_gate() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The needles by the first gate that each of them holds: what lacks the gate lacks all of them."""
    found: dict[str, list[str]] = {gate: [] for gate in _GATES}
    for needle in _NEEDLES:
        found[next(gate for gate in _GATES if gate in needle)].append(needle)
    return tuple((gate, tuple(needles)) for gate, needles in found.items())


_GATED = _by_gate()


def _hinted(text: str) -> bool:
    for gate, needles in _GATED:
        if gate in text:
            for needle in needles:
                if needle in text:
                    return True
    return False


_EMPTY = frozenset(
    {"", "null", "none", "nil", "~", "n/a", "na", "tbd", "todo", "true", "false", "unset", "undefined", "empty"}
    | {"default", "noauth", "no-auth", "keyless"}
)
_STANDS_FOR = late_pattern(
    r"""[<\[({].*[>\])}] | [xX*.\-_\#?0]+ | \$(?:__\w+)?\{.*\} | \$\(.*\) | \$[A-Za-z_][A-Za-z0-9_]* | %[A-Za-z_]+%
    | %\{.*\}%? | @[A-Za-z_]+@ | .*(?:\{\{|\$\{|<path:).*
    | change[-_ ]?(?:me|it|this).* | replace[-_ ]?(?:me|with|this|by).* | your[-_ ].* | (?:to[-_ ]?be|tbd)[-_ ].*
    | (?:insert|enter|put|fill|add)[-_ ].*
    | (?:(?:not?|un)[-_ ]?)?(?:needed|required|used|necessary|applicable|ignored|optional|anything)
    | ollama | local(?:ai|host)? | lm[-_]?studio
    | (?:example|sample|dummy|fake|placeholder|redacted|masked|todo|fixme)(?:[-_ .:].*)?
    | (?:(?:my|the|some|a|your|db|user|admin)[-_ ]?)?
      (?:password|passwd|pass|pwd|secret|token|api[-_ ]?key|key|value|string)
    | (?:/[\w.-]+){2,}/? | ENC\[.* | AQICAH.* | vault:.* | ref\+.* | op://.* | sm://.* | arn:.* | urn:.*
    | (?:file|env|secret|secretref|k8s|akv|aws-?sm|gcp-?sm|doppler|infisical|bitwarden)://.*
    | .*[-_]no-?auth | \{(?:xor|aes)\}x*""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)

_SECRET_KEY = late_pattern(
    r"(?:^|[_.\-/]|(?<=[a-z0-9])(?=[A-Z]))"
    r"(?i:password|passwd|pwd|passphrase|api_?key|secret_?access_?key|access_?key_?id|registration_?key|client_?secret"
    r"|licen[sc]e_?key|entitlement_?key|encryption_?key|private_?key|signing_?key|segment_?key|agent_?key"
    r"|(?:[a-z]+_)?token|github_?pat|tls[_.]?key|pull_?secret_?b64|mongo_?uri|keystore_?pass|truststore_?pass)"
    r"(?i:_?(?:b64|b64enc|base64|encoded))?$"
)
_ABOUT_A_SECRET = late_pattern(
    r"(?:^|[_.\-])(?:min|max|reset|rotate|generate|require|required|use|enable|disable|allow|show|has|is)[_.\-]",
    re.IGNORECASE,
)


def find(text: str) -> tuple[Plaintext, ...]:
    """The secrets in one value, each kind once; placeholders count as filled in. Never raises."""
    if len(text) < 16 or len(text) > MAX_LENGTH or ONE_PLACEHOLDER.fullmatch(text):
        return ()
    found = list(_clear(text)) if not is_encoded(text) and _hinted(text) else []
    if not found and _BASE64_START.match(text):
        found = [Plaintext(item.kind, item.preview, True) for item in _encoded(text)]
    return tuple(dict.fromkeys(found))


def found_in(texts: TextsByKind) -> set[str]:
    """Those of many texts in which `find` finds something: one search through all tells which are worth a look."""
    worth = holding(texts.clear, _NEEDLES)
    decoded = [(text, _decode(text) or "") for text in (*texts.clear, *texts.encoded) if _BASE64_START.match(text)]
    inside = holding([plain for _, plain in decoded if not is_encoded(plain)], _NEEDLES)
    worth.update(text for text, plain in decoded if plain in inside or _BASE64_START.match(plain))
    return set(filter(find, worth))


def _clear(text: str) -> Iterator[Plaintext]:
    text = _without_placeholders(text)
    key = _private_key(text)
    if key is not None:
        yield key
    docker = _docker_auth(text)
    if docker:
        yield docker
        return
    yield from _tokens(text)
    yield from _connections(text)


def _private_key(text: str) -> Plaintext | None:
    for header in _PRIVATE_KEY.finditer(text):
        # a template's key has a placeholder for a body
        if _KEY_BODY.match(text, header.end(), header.end() + 400):
            kind = header[1].strip()
            return Plaintext(f"a private key ({kind})" if kind else "a private key")
    return Plaintext("a private key (PuTTY)") if _PUTTY_KEY.search(text) else None


def _without_placeholders(text: str) -> str:
    """The text with every vault placeholder blanked, so that `user:<path:a#b>@host` holds no password."""
    pieces: list[str] = []
    at = 0
    for placeholder in scan(text):
        pieces += (text[at : placeholder.start], "<>")
        at = placeholder.end
    pieces.append(text[at:])
    return "".join(pieces)


def _tokens(text: str) -> Iterator[Plaintext]:
    for kind, expression in _OWN_TOKENS:
        match = expression.search(text)
        if match:
            yield Plaintext(kind, preview(match.group()))
    pieces = list(_around_hints(text))
    for kind, detector in _detectors() if pieces else ():
        value = next((str(hit) for piece in pieces for hit in detector.analyze_string(piece) if hit), "")
        if value and not stands_for_a_value(value):
            yield Plaintext(kind, preview(value))


def _around_hints(text: str) -> Iterator[str]:
    """The stretches of one line where a token may stand: what the library is shown, as its expressions are costly."""
    end = 0
    for number, hint in enumerate(_TOKEN_HINT.finditer(text)):
        if number == _MOST_HINTS:
            return
        if hint.start() < end:
            continue
        start = max(text.rfind("\n", max(hint.start() - 64, 0), hint.start()) + 1, hint.start() - 64, 0)
        newline = text.find("\n", hint.start(), hint.start() + _LONGEST_TOKEN)
        end = newline if newline >= 0 else hint.start() + _LONGEST_TOKEN
        yield text[start:end]


@lru_cache(maxsize=1)
def _detectors() -> tuple[tuple[str, RegexBasedDetector], ...]:
    from detect_secrets.plugins.aws import AWSKeyDetector
    from detect_secrets.plugins.azure_storage_key import AzureStorageKeyDetector
    from detect_secrets.plugins.github_token import GitHubTokenDetector
    from detect_secrets.plugins.gitlab_token import GitLabTokenDetector
    from detect_secrets.plugins.jwt import JwtTokenDetector
    from detect_secrets.plugins.mailchimp import MailchimpDetector
    from detect_secrets.plugins.npm import NpmDetector
    from detect_secrets.plugins.openai import OpenAIDetector
    from detect_secrets.plugins.pypi_token import PypiTokenDetector
    from detect_secrets.plugins.sendgrid import SendGridDetector
    from detect_secrets.plugins.slack import SlackDetector
    from detect_secrets.plugins.square_oauth import SquareOAuthDetector
    from detect_secrets.plugins.stripe import StripeDetector
    from detect_secrets.plugins.telegram_token import TelegramBotTokenDetector

    return (
        ("an AWS access key", AWSKeyDetector()),
        ("an Azure storage account key", AzureStorageKeyDetector()),
        ("a GitHub token", GitHubTokenDetector()),
        ("a GitLab token", GitLabTokenDetector()),
        ("a JSON Web Token", JwtTokenDetector()),
        ("a Mailchimp key", MailchimpDetector()),
        ("an npm token", NpmDetector()),
        ("an OpenAI key", OpenAIDetector()),
        ("a PyPI token", PypiTokenDetector()),
        ("a SendGrid key", SendGridDetector()),
        ("a Slack token or web hook", SlackDetector()),
        ("a Square secret", SquareOAuthDetector()),
        ("a Stripe key", StripeDetector()),
        ("a Telegram bot token", TelegramBotTokenDetector()),
    )


def _connections(text: str) -> Iterator[Plaintext]:
    for match in _URL_PASSWORD.finditer(text):
        if not stands_for_a_value(match[3]):
            yield Plaintext(f"a password in a `{match[1].lower()}:` connection string")
            return
    expressions = [_ORACLE_PASSWORD, _JAVA_PROPERTY]
    if _CONNECTION.search(text):
        expressions.append(_PROPERTY_PASSWORD)
    for expression in expressions:
        for match in expression.finditer(text):
            if not stands_for_a_value(match[1]):
                kind = "properties" if expression is _JAVA_PROPERTY else "a connection string"
                yield Plaintext(f"a password in {kind}")
                return


def _docker_auth(text: str) -> Plaintext | None:
    """A docker config with a password or an `auth` in it."""
    if '"auth' not in text or "{" not in text:
        return None
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    registries = data.get("auths", data) if isinstance(data, dict) else None
    for login in registries.values() if isinstance(registries, dict) else ():
        if not isinstance(login, dict):
            continue
        for name in ("auth", "password", "identitytoken", "registrytoken"):
            value = login.get(name)
            if isinstance(value, str) and not stands_for_a_value(_login_password(value) if name == "auth" else value):
                return Plaintext("a container registry login")
    return None


def _login_password(auth: str) -> str:
    decoded = _decode(auth)
    return auth if decoded is None else decoded.partition(":")[2]


def _encoded(text: str, depth: int = 2) -> Iterator[Plaintext]:
    """Secrets inside a value that is base64 as a whole, once or twice over."""
    decoded = _decode(text)
    if decoded is None:
        return
    found = tuple(_clear(decoded)) if not is_encoded(decoded) and _hinted(decoded) else ()
    yield from found
    if not found and depth > 1 and _BASE64_START.match(decoded):
        yield from _encoded(decoded, depth - 1)


def _decode(text: str) -> str | None:
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode()
    except ValueError:
        return None


def names_a_secret(key: Any) -> bool:
    """Whether a config key is named like something that only a Secret should hold."""
    return isinstance(key, str) and len(key) <= 128 and _names_a_secret(key)


@lru_cache(maxsize=4096)
def _names_a_secret(key: str) -> bool:
    return _SECRET_KEY.search(key) is not None and _ABOUT_A_SECRET.search(key) is None


_MAY_HOLD_A_SECRET = late_pattern(r"@|[?;&]|passw|pwd|passphrase|secret|token|credential|api_?key", re.IGNORECASE)


def may_be_shown(key: Any, value: Any) -> bool:
    """Whether a report may quote a value: neither it nor its key looks as if there were a secret in it."""
    text = str(value)
    return not names_a_secret(key) and _MAY_HOLD_A_SECRET.search(text) is None and not find(text)


def stands_for_a_value(value: Any) -> bool:
    """Whether a value is no secret but stands for one: a placeholder, a template, empty, `changeme`, `xxxx`."""
    if value is None or isinstance(value, bool):
        return True
    text = str(value).strip().strip("\"'").strip()
    if text.lower() in _EMPTY or len(text) < 3:
        return True
    if len(text) > 4096:
        return bool(scan(text))
    return bool(_STANDS_FOR.fullmatch(text))


_IDENTIFIER = late_pattern(r"access_?key_?id$|existing", re.IGNORECASE)
_NAMES = late_pattern(r"(?:names?|headers?|claims?|mappings?|labels|annotations|matchlabels)$", re.IGNORECASE)


def in_manifest_field(keys: Sequence[str | int], value: Any, kind: str) -> bool:
    """The same for a Kubernetes manifest: a Secret's `data` is base64, and an access key's id alone is public.

    `existingPassword` names a Secret; labels, annotations, `cookieNames` and the like hold names, not values.
    """
    names = [key for key in keys if isinstance(key, str)]
    if kind == "CustomResourceDefinition":
        return False
    if (names and _IDENTIFIER.search(names[-1])) or (len(names) > 1 and _NAMES.search(names[-2])):
        return False
    if kind == "Secret" and keys and keys[0] == "data" and isinstance(value, str):
        value = _decode(value) or value
    if names and isinstance(value, str) and _names_the_field(names[-1], value):
        return False
    return in_secret_field(keys, value)


_WORDS = late_pattern(r"[A-Za-z]+(?:[-_.]+[A-Za-z]+)+")
_MADE_BY_PEOPLE = late_pattern(r"(?i)(?:pass(?:word|wd|phrase)?|pwd)$")


def _names_the_field(key: str, value: str) -> bool:
    """Whether a value of mere words says where a secret is kept: `client-secret`, `OAUTH_CLIENT_SECRET`.

    Words can be a password, which people make up; they are no token and no key.
    """
    if not _WORDS.fullmatch(value):
        return False
    bare = re.sub(r"[-_.]", "", value).lower()
    if _MADE_BY_PEOPLE.search(key):
        return bare == re.sub(r"[-_.]", "", key).lower() or value.isupper()
    return names_a_secret(re.sub(r"[-.]", "_", value)) or bare.endswith("secret")


def preview(value: str) -> str:
    """The first characters of a secret: four, or none of a value shorter than sixteen."""
    return f"{value[:4]}…" if len(value) >= 16 else ""


def in_secret_field(keys: Sequence[str | int], value: Any, known: frozenset[str] = frozenset()) -> bool:
    """Whether a value in clear stands under a key for a secret: one that `known` lists, or one named like it."""
    name = next((key for key in reversed(keys) if isinstance(key, str)), "")
    if isinstance(value, dict | list) or (isinstance(value, int | float) and len(str(value)) < 4):
        return False
    return (name in known or names_a_secret(name)) and not stands_for_a_value(value)
