"""A host name or an image carries more than belongs there.

## What it checks

Domains and hosts (`ibm_mas_suite.domain`, hosts of MongoDB and Kafka): a host name alone, without scheme, port, path,
underscore or upper case. The operator catalogue's image: without tag or digest, and without scheme.

## What Argo CD does

It renders the text as it stands. Routes of the suite are built from the domain, and the API server refuses
`https://...` as part of a host; the database driver adds the port itself. The catalogue's image gets
`:<mas_catalog_version>` put behind it, and nothing can be pulled from `...:v9:v9-260326-amd64`
(ibm-mas/gitops `130-ibm-mas-suite`, `000-ibm-operator-catalog`).

## How to fix

Leave out what the message names.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from masgitops_lint.sdk import Context, Drafts, Example, Keys, Rule, dotted

RULE = Rule(code="VAL046", name="host-or-image", severity="error", tags=("values", "formats"), local=True)

_SUITE = (
    'merge-key: "dev/cluster1/inst2"\nibm_mas_suite:\n  mas_channel: "9.1.x"\n  cert_manager_namespace: cert-manager\n'
    "  domain: "
)
BAD = (
    Example(
        "a URL for a domain",
        {"dev/cluster1/inst2/ibm-mas-suite.yaml": _SUITE + "https://inst2.apps.example.com  #! VAL046\n"},
    ),
    Example(
        "an image with a tag",
        {
            "dev/cluster2/ibm-operator-catalog.yaml": (
                'merge-key: "dev/cluster2"\nibm_operator_catalog:\n  mas_catalog_version: v9-260326-amd64\n'
                "  mas_catalog_image: icr.io/cpopen/ibm-maximo-operator-catalog:v9  #! VAL046\n"
            )
        },
    ),
)
GOOD = (
    Example("a placeholder", {"dev/cluster1/inst2/ibm-mas-suite.yaml": _SUITE + '"<path:dev/cluster1/dns#domain>"\n'}),
    Example(
        "a registry with a port",
        {
            "dev/cluster2/ibm-operator-catalog.yaml": (
                'merge-key: "dev/cluster2"\nibm_operator_catalog:\n  mas_catalog_version: v9-260326-amd64\n'
                "  mas_catalog_image: registry.example.com:5000/cpopen/ibm-maximo-operator-catalog\n"
            )
        },
    ),
)

DOMAINS: tuple[tuple[str, ...], ...] = (("ibm_mas_suite", "domain"),)
HOSTS: tuple[tuple[str, ...], ...] = (
    ("ibm_sls", "mongo_spec", "nodes", "*", "host"),
    ("ibm_sls_standalone", "mongo_spec", "nodes", "*", "host"),
    ("ibm_mas_suite_configs", "*", "config", "hosts", "*", "host"),
    ("ibm_mas_suite_configs", "*", "kafka_config", "config", "hosts", "*", "host"),
)
IMAGE = ("ibm_operator_catalog", "mas_catalog_image")

LABELS = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")


def check(context: Context) -> Drafts:
    """Domains, hosts and the catalogue's image."""
    suspicious = any(
        _is_plain(value) and problem(value) for route, problem in CHECKS for value in context.values.at(route)
    )
    for scope in context.mas.scopes:
        if not suspicious and not scope.is_mended:
            continue
        for keys, problem in [(keys, of(value)) for route, of in CHECKS for keys, value in _at(scope.values, route)]:
            if problem:
                yield RULE.draft(
                    scope.place(keys),
                    f"`{dotted(keys)}` is `{scope.get(*keys)}`: {problem[0]}",
                    help=problem[1],
                    affects=context.applications_at(scope, keys),
                )


def host_problem(text: str, *, domain: bool) -> tuple[str, str] | None:
    """What does not belong into a host name; None when all does."""
    bare = re.sub(r"^[A-Za-z][A-Za-z0-9+.-]*://", "", text)
    plain = re.split(r"[:/?#]", bare, maxsplit=1)[0]
    if "@" in text:
        return "a host name has no user in it", "write the host name alone"
    if bare != text:
        return "a host name has no scheme", f"write `{plain}`"
    if plain != bare:
        return "a host name has no port and no path", f"write `{plain}`"
    if domain and not LABELS.fullmatch(text):
        return "a domain is made of lower-case letters, digits, `-` and `.`", "respell the domain"
    if not domain and any(character.isspace() or character in ",;" for character in text):
        return "this is more than one host name", "write one entry a host"
    return None


def image_problem(text: str) -> tuple[str, str] | None:
    """What does not belong into an image that gets a tag put behind it; None when all does."""
    if "://" in text:
        return "an image has no scheme", f"write `{text.partition('://')[2]}`"
    last = text.rpartition("/")[2]
    if "@" in last:
        return (
            "the chart puts `:<mas_catalog_version>` behind it, so it must have no digest",
            f"write `{text.split('@')[0]}`",
        )
    if ":" in last:
        return (
            "the chart puts `:<mas_catalog_version>` behind it, so it must have no tag",
            f"write `{text.rpartition(':')[0]}`",
        )
    return None


CHECKS: tuple[tuple[tuple[str, ...], Callable[[str], tuple[str, str] | None]], ...] = (
    *((route, partial(host_problem, domain=True)) for route in DOMAINS),
    *((route, partial(host_problem, domain=False)) for route in HOSTS),
    (IMAGE, image_problem),
)


def _is_plain(value: Any) -> bool:
    return isinstance(value, str) and bool(value) and not re.search(r"<[A-Za-z]|\{\{|\$\{|CHANGE", value)


def _at(value: Any, route: tuple[str, ...], keys: Keys = ()) -> Iterator[tuple[Keys, str]]:
    if not route:
        if _is_plain(value):
            yield keys, value
    elif route[0] == "*":
        for index, item in enumerate(value if isinstance(value, list) else ()):
            yield from _at(item, route[1:], (*keys, index))
    elif isinstance(value, dict) and route[0] in value:
        yield from _at(value[route[0]], route[1:], (*keys, route[0]))
