"""Template text or a placeholder that was never filled in.

## What it checks

Values that still hold `${NAME}`, `{{ name }}`, `CHANGE_ME`, `<your-...>`, or a run of `x` in the place of an account
number or id (`xxxxxxxxxxxx`). Reported once per file and kind, at its first occurrence. Text in block scalars and
multi-line values is left alone.

## What Argo CD does

Config files are plain data to the git files generator: nothing in them is templated, so the text is deployed as it
stands. In a vault path it asks for a secret of an account that does not exist, and the Application cannot be rendered.

## How to fix

Fill in the value. If the text is meant to be there, silence the line with a comment that says why.
"""

import re
from collections.abc import Iterator
from itertools import chain

from masgitops_lint.sdk import Context, Drafts, Example, Keys, Place, Rule

RULE = Rule(
    code="CFG050",
    name="unrendered-text",
    severity="warning",
    tags=("values",),
    local=True,
)

BAD = (
    Example(
        "an account number never filled in",
        {
            "dev/cluster1/ibm-operator-catalog.yaml": (
                'merge-key: "dev/cluster1"\n\nibm_operator_catalog:\n  mas_catalog_version: v9-260326-amd64\n'
                "  mas_catalog_image: icr.io/cpopen/ibm-maximo-operator-catalog\n"
                '  ibm_entitlement_key: "<path:arn:aws:secretsmanager:us-east-1:xxxxxxxxxxxx:secret:dev/cluster1/ibm_entitlement#image_pull_secret_b64>"  #! CFG050\n'
            )
        },
    ),
    Example(
        "a shell variable",
        {
            "dev/cluster1/redhat-cert-manager.yaml": (
                'merge-key: "dev/cluster1"\n\nredhat_cert_manager:\n  channel: ${CERT_MANAGER_CHANNEL}  #! CFG050\n'
                "  run_sync_hooks: true\n"
            )
        },
    ),
)
GOOD = (
    Example(
        "a value that only looks alike",
        {
            "dev/cluster1/redhat-cert-manager.yaml": (
                'merge-key: "dev/cluster1"\n\nredhat_cert_manager:\n  channel: stable-v1\n  run_sync_hooks: true\n'
            )
        },
    ),
)

PATTERN = re.compile(
    r"(?P<shell>\$\{[A-Za-z_][A-Za-z0-9_]*\})"
    r"|(?P<template>\{\{-?\s*[$.A-Za-z_][^{}\n]*\}\})"
    r"|(?P<marker>\b(?:CHANGE[_-]?ME|REPLACE[_-]?ME|FILL[_-]?ME[_-]?IN|FIXME|TODO|TBD|YOUR[_-][A-Z0-9_-]+(?=\b))\b"
    r"|<(?:your|my|insert|enter|replace)[-_ ][^<>\n#]*>|\bchange[-_]?me\b)"
    r"|(?P<run>(?<![A-Za-z0-9])(?:x{6,}|X{6,})(?![A-Za-z0-9]))"
)
SIGNS = (
    "${", "{{", "xxxxxx", "XXXXXX", "CHANGE", "REPLACE", "FILL", "FIXME", "TODO", "TBD", "YOUR", "change",
    "<your", "<my", "<insert", "<enter", "<replace",
)  # fmt: skip
"""What each match holds: plain searches cost a tenth of the expression."""

SHOWN = {
    "shell": "a shell variable that was never substituted",
    "template": "a template expression; config files are not templated",
    "marker": "a placeholder that was never filled in",
    "run": "a placeholder that was never filled in",
}


AS_IT_STANDS = "Argo CD deploys the text as it stands"
IN_PLACEHOLDER = (
    "there is no such secret, so the vault plugin fails and nothing of the Application that reads it is deployed"
)


def check(context: Context) -> Drafts:
    """The first leftover of each kind in each file, and how many there are."""
    found: dict[tuple[str, str, bool], list[Keys]] = {}
    kinds: dict[str, str] = {}
    matches: dict[str, re.Match[str] | None] = {}

    def holds_some(text: str) -> bool:
        matches[text] = leftover(text)
        return matches[text] is not None

    for one in context.texts_where(holds_some, SIGNS, manifests=False):
        match = matches[str(one.value)]
        if match is not None:
            where = (one.place.path, match.group(), _is_in_placeholder(str(one.value), match.start()))
            found.setdefault(where, []).append(one.place.keys)
            kinds[match.group()] = SHOWN[str(match.lastgroup)]
    for (path, text, in_placeholder), hits in found.items():
        more = f" ({len(hits)} times in this file)" if len(hits) > 1 else ""
        yield RULE.draft(
            Place(path, hits[0]),
            f"`{text}` is {kinds[text]}{more}: {IN_PLACEHOLDER if in_placeholder else AS_IT_STANDS}",
            help="fill in the value",
            affects=_affected(context, path, hits),
        )


def _affected(context: Context, path: str, hits: list[Keys]) -> Iterator[str]:
    """The Applications of all blocks and entries that hold the text; none where one of these makes no Application."""
    names = [context.applications_for(Place(path, keys)) for keys in hits]
    return chain.from_iterable(names if all(names) else ())


def _is_in_placeholder(text: str, at: int) -> bool:
    """Whether something stands inside `<path:...>`."""
    return text.rfind("<path:", 0, at) > text.rfind(">", 0, at)


def leftover(text: str) -> re.Match[str] | None:
    """What was left unfilled in a text of one line."""
    return None if "\n" in text and "\n" in text.strip() else PATTERN.search(text)
