"""A part of a passed-on spec is a mapping where a list belongs, or the other way round.

## What it checks

Values that charts copy whole into a custom resource, so that no template notices their shape: hosts and certificates of
MongoDB and Kafka, volumes and server bundles of Manage, pod templates, the list files themselves.

## What Argo CD does

The API server refuses the resource against its schema (`must be of type array`), or the operator finds no host; the
Application stays `OutOfSync`. A list file that holds a mapping makes the root chart loop over its keys
(ibm-mas/gitops chart READMEs: `mongo_spec.nodes`, `config.hosts`, `kafka_config`; example-config once had `nodes.hosts`).

## How to fix

Begin every entry with `- `, or take a level out.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from masgitops_lint.sdk import Context, Drafts, Example, Keys, Rule, dotted, may_be_shown

RULE = Rule(code="VAL041", name="spec-shape", severity="error", tags=("values", "types"), local=True)

_SLS = (
    'merge-key: "dev/cluster2/inst3"\nibm_sls:\n  sls_channel: 3.x\n  sls_install_plan: Automatic\n'
    '  sls_entitlement_file: "<path:dev/cluster2/inst3/license#license_file>"\n  run_sync_hooks: true\n'
)
BAD = (
    Example(
        "one level too many",
        {
            "dev/cluster2/inst3/ibm-sls.yaml": _SLS
            + "  mongo_spec:\n    nodes:  #! VAL041\n      hosts:\n        - host: mongo\n          port: 27017\n"
        },
    ),
    Example(
        "a single host",
        {
            "dev/cluster2/inst3/ibm-sls.yaml": _SLS
            + "  mongo_spec:\n    nodes:\n      - mongo:27017  #! VAL041\n    certificates: none  #! VAL041\n"
        },
    ),
)
GOOD = (
    Example(
        "a list",
        {
            "dev/cluster2/inst3/ibm-sls.yaml": _SLS
            + "  mongo_spec:\n    nodes:\n      - host: mongo\n        port: 27017\n"
        },
    ),
)

LISTS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("ibm_sls", "mongo_spec", "nodes"), ("host", "port")),
    (("ibm_sls", "mongo_spec", "certificates"), ("crt",)),
    (("ibm_sls_standalone", "mongo_spec", "nodes"), ("host", "port")),
    (("ibm_sls_standalone", "mongo_spec", "certificates"), ("crt",)),
    (("ibm_mas_suite_configs", "*", "config", "hosts"), ("host", "port")),
    (("ibm_mas_suite_configs", "*", "certificates"), ("crt",)),
    (("ibm_mas_suite_configs", "*", "kafka_config", "config", "hosts"), ("host", "port")),
    (("ibm_mas_suite_configs", "*", "kafka_config", "certificates"), ("crt",)),
    (("ibm_mas_masapp_configs", "*", "mas_appws_spec", "settings", "deployment", "serverBundles"), ("name",)),
    (("ibm_mas_masapp_configs", "*", "mas_appws_spec", "settings", "deployment", "persistentVolumes"), ("pvcName",)),
)
"""Lists of mappings in passed-on specs, each with keys that its entries must have."""

MAPPINGS: tuple[tuple[str, ...], ...] = (
    ("ibm_sls", "mongo_spec"),
    ("ibm_sls_standalone", "mongo_spec"),
    ("ibm_mas_suite_configs", "*", "config"),
    ("ibm_mas_suite_configs", "*", "kafka_config"),
    ("ibm_mas_masapp_configs", "*", "mas_appws_spec", "bindings"),
    ("ibm_mas_masapp_configs", "*", "mas_appws_spec", "settings"),
    ("ibm_db2u_databases", "*", "db2_instance_registry"),
    ("ibm_db2u_databases", "*", "db2_instance_dbm_config"),
    ("ibm_db2u_databases", "*", "db2_database_db_config"),
    ("ibm_mas_suite", "mas_annotations"),
    ("ibm_mas_suite", "mas_labels"),
    ("custom_labels",),
)
"""Mappings that are copied into objects."""

NAMES = {dict: "a mapping", list: "a list", str: "a text", bool: "a boolean", int: "a number", float: "a number"}


def check(context: Context) -> Drafts:
    """Shapes of values that exist; what stops a chart is told where it stops."""
    stopped = {failure.place for failure in (*context.deployment.errors, *context.leaf_failures)}
    suspicious = _is_suspicious(context.values.at)
    for scope in context.mas.scopes:
        told: set[Keys] = set()
        wrong = _wrong(scope.values) if suspicious or scope.is_mended else ()
        for keys, message, help_text in (*wrong, *_mistyped(scope.values, context.mistyped_fields(scope))):
            if keys in told:
                continue
            told.add(keys)
            if scope.place(keys) not in stopped:
                part = "key" if isinstance(keys[-1], str) and isinstance(scope.get(*keys), dict | list) else "value"
                yield RULE.draft(
                    scope.place(keys, part), message, help=help_text, affects=context.applications_at(scope, keys)
                )


def _is_suspicious(at: Callable[[tuple[str, ...]], Iterable[Any]]) -> bool:
    """Whether something else than a list or mapping stands anywhere at the routes that `_wrong` looks at."""
    lists = any(not isinstance(value, list) and not _is_open(value) for route, _ in LISTS for value in at(route))
    entries = [(*route, "*") for route, _ in LISTS]
    return lists or any(
        not isinstance(value, dict) and not _is_open(value) for route in (*entries, *MAPPINGS) for value in at(route)
    )


def _mistyped(values: dict[str, Any], found: Iterable[tuple[Keys, str]]) -> Iterator[tuple[Keys, str, str]]:
    for keys, wanted in found:
        value: Any = values
        for key in keys:
            value = value[key]
        found = NAMES.get(type(value), "something else")
        shown = f" `{value}`" if not isinstance(value, dict | list) and may_be_shown(keys, value) else ""
        yield (
            keys,
            f"`{dotted(keys)}` is {found}{shown}, but {NOUNS[wanted]} belongs there: the API server refuses the resource",
            {
                "boolean": "write `true` or `false`, without quotes",
                "number": "write the number without quotes",
                "text": "write a text; quote it where YAML reads it as something else",
            }.get(
                wanted,
                "write `key: value` lines without `- `" if wanted == "mapping" else "begin every entry with `- `",
            ),
        )


NOUNS = {"text": "a text", "boolean": "a boolean", "number": "a number", "list": "a list", "mapping": "a mapping"}


def _wrong(values: dict[str, Any]) -> Iterator[tuple[Keys, str, str]]:
    for route, wanted in LISTS:
        for keys, value in _at(values, route, ()):
            if _is_open(value):
                continue
            if not isinstance(value, list):
                inner = (
                    next((key for key, below in value.items() if isinstance(below, list)), "") if _is_map(value) else ""
                )
                yield (
                    keys,
                    f"`{dotted(keys)}` is {NAMES.get(type(value), 'no list')}, but a list belongs there: the API server or the "
                    "operator refuses the resource",
                    f"take out `{inner}` and put its entries here" if inner else "begin every entry with `- `",
                )
                continue
            for index, item in enumerate(value):
                if item is None or _is_open(item):
                    continue
                if not isinstance(item, dict):
                    yield (
                        (*keys, index),
                        f"`{dotted((*keys, index))}` is {NAMES.get(type(item), 'no mapping')}, but a mapping with "
                        + " and ".join(f"`{one}`" for one in wanted)
                        + " belongs there",
                        "write " + " and ".join(f"`{one}:`" for one in wanted),
                    )
    for route in MAPPINGS:
        for keys, value in _at(values, route, ()):
            if not isinstance(value, dict) and not _is_open(value):
                yield (
                    keys,
                    f"`{dotted(keys)}` is {NAMES.get(type(value), 'no mapping')}, but a mapping belongs there: the resource "
                    "that it is copied into cannot be read",
                    "write `key: value` lines without `- `",
                )


def _is_map(value: Any) -> bool:
    return isinstance(value, dict)


def _is_open(value: Any) -> bool:
    """Null, empty, or a placeholder that the vault may fill with anything."""
    return value is None or value == "" or (isinstance(value, str) and ("<" in value or "{{" in value or "${" in value))


def _at(value: Any, route: tuple[str, ...], keys: Keys) -> Iterator[tuple[Keys, Any]]:
    if not route:
        yield keys, value
    elif route[0] == "*":
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield from _at(item, route[1:], (*keys, index))
    elif isinstance(value, dict) and route[0] in value:
        yield from _at(value[route[0]], route[1:], (*keys, route[0]))
