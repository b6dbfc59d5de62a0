"""An amount that Kubernetes understands, but not as it was meant.

## What it checks

Well-formed quantities: memory or storage of less than a mebibyte (a number without unit is bytes, `512m` is half a byte),
more than 10,000 CPUs (`4Gi` for a CPU), and requests above their limits.

## What Argo CD does

It renders and applies them. A volume of 100 bytes is rounded up to the smallest the storage class has, a process with 16
bytes of memory never starts, and a pod that requests more than its limit is refused by the API server
(`must be less than or equal to ... limit`), so that the database or bundle waits for ever.

## How to fix

Write `Gi` or `Mi` after memory and storage, cores or `m` for CPUs, and limits that are no lower than the requests.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any

from masgitops_lint.sdk import Context, Drafts, Example, Keys, Place, Rule, contains, dotted, quantity

RULE = Rule(code="VAL040", name="quantity-implausible", severity="warning", tags=("values", "formats"), local=True)

_DATABASE = (
    'merge-key: "dev/cluster1/inst1"\nibm_db2u_databases:\n  - mas_application_id: manage\n'
    "    db2_instance_name: db2wh-inst1-manage\n    db2_namespace: db2u-inst1\n    db2_dbname: BLUDB\n"
)
_PATH = "dev/cluster1/inst1/ibm-db2u-databases.yaml"
BAD = (
    Example(
        "bytes",
        {_PATH: _DATABASE + "    db2_data_storage_size: 100  #! VAL040\n    db2_memory_limits: 512m  #! VAL040\n"},
    ),
    Example("memory for a CPU", {_PATH: _DATABASE + "    db2_cpu_requests: 4Gi  #! VAL040\n"}),
    Example(
        "more than the limit",
        {
            _PATH: _DATABASE
            + "    db2_cpu_requests: 4500m  #! VAL040\n    db2_cpu_limits: 4\n"
            + "    db2_memory_requests: 32Gi  #! VAL040\n    db2_memory_limits: 16Gi\n"
        },
    ),
)
GOOD = (
    Example(
        "every way to write one",
        {
            _PATH: _DATABASE
            + '    db2_cpu_requests: "500m"\n    db2_cpu_limits: 1.5\n    db2_memory_requests: 16Gi\n'
            + "    db2_memory_limits: 16Gi\n    db2_data_storage_size: 0.5Ti\n    db2_meta_storage_size: 20G\n"
        },
    ),
)

MEBIBYTE = 1024 * 1024
MOST_CPUS = 10_000
SIZE = re.compile(r"(?:.*_)?storage_size|(?:.*_)?memory_(?:requests?|limits?)")
CPU = re.compile(r"(?:.*_)?cpu_(?:requests?|limits?)")
RESOURCES = ("requests", "limits")


def check(context: Context) -> Drafts:
    """Amounts that cannot be meant, then pairs the wrong way round."""
    reported: set[Place] = set()
    for scope, at, value in context.scope_values(_amounts):
        problem = _wrong(at.keys, value)
        if problem is None:
            continue
        reported.add(at)
        yield RULE.draft(
            at,
            f"`{dotted(at.keys)}` is `{value}`: {problem[0]}",
            help=problem[1],
            affects=context.applications_at(scope, at.keys),
        )

    def requests(route: Keys) -> Callable[[Any], object] | None:
        routes = _limits(route)
        if not routes:
            return None
        limits = [_known(value) for keys in routes for value in context.values.at(keys)]
        lowest = min([one for one in limits if one is not None], default=None)
        if lowest is None:
            return None
        return lambda value: (asked := _known(value)) is not None and asked > lowest

    for scope, at, value in context.scope_values(requests):
        asked = quantity(value)
        for keys in _limits(at.keys):
            limit = Place(at.path, keys)
            most = _amount(context.mas.file(at.path).data, keys)
            if asked is None or most is None or asked <= most or reported & {at, limit}:
                continue
            yield RULE.draft(
                at,
                f"`{dotted(at.keys)}` asks for more than `{dotted(keys)}` allows: the API server refuses the pods",
                help="lower the request or raise the limit",
                related=[(limit, "the limit")],
                affects=context.applications_at(scope, at.keys),
            )


@lru_cache(maxsize=4096)
def _amounts(route: Keys) -> Callable[[Any], object] | None:
    key, above = route[-1], route[-2] if len(route) > 1 else ""
    named = isinstance(key, str) and (above in RESOURCES or SIZE.fullmatch(key) or CPU.fullmatch(key))
    return partial(_wrong, route) if named else None


def _wrong(keys: Keys, value: Any) -> tuple[str, str] | None:
    amount = _known(value)
    return _implausible(amount, keys) if amount else None


@lru_cache(maxsize=4096)
def _limits(keys: Keys) -> tuple[Keys, ...]:
    """Where the limits of a request may stand."""
    *above, key = keys
    if not isinstance(key, str):
        return ()
    beside = [(*above, f"{key[:-9]}_limits")] if key.endswith("_requests") else []
    return (*beside, (*above[:-1], "limits", key)) if above[-1:] == ["requests"] else tuple(beside)


def _implausible(amount: Decimal, keys: Keys) -> tuple[str, str] | None:
    key, above = str(keys[-1]), str(keys[-2]) if len(keys) > 1 else ""
    inside = above in RESOURCES
    if amount < 0 and (inside or SIZE.fullmatch(key) or CPU.fullmatch(key)):
        return "that is less than nothing", "write a positive amount"
    if (SIZE.fullmatch(key) or (inside and key in ("memory", "storage", "ephemeral-storage"))) and amount < MEBIBYTE:
        text = f"{amount:f}".rstrip("0").rstrip(".") if amount % 1 else f"{amount:f}".partition(".")[0]
        return f"that is {text} bytes", "write a unit, `Gi` or `Mi`"
    if (CPU.fullmatch(key) or (inside and key == "cpu")) and amount > MOST_CPUS:
        return f"that is {amount:.0f} CPUs", "write cores (`4`) or thousandths (`500m`)"
    return None


def _amount(data: Any, keys: Keys) -> Decimal | None:
    if not contains(data, keys):
        return None
    for key in keys:
        data = data[key]
    return _known(data)


@lru_cache(maxsize=4096, typed=True)
def _known(value: Any) -> Decimal | None:
    return quantity(value) if isinstance(value, str | int | float) else None
