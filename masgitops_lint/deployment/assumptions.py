"""What is taken for granted about an account root, and how it is known."""

from __future__ import annotations

from collections.abc import Mapping

from masgitops_lint.mas.account_root import DOCUMENTED_DEFAULTS, AccountRoot

from .deployment import AssumedParameter


def assumed_parameters(root: AccountRoot) -> list[AssumedParameter]:
    """The Helm parameters of an account root by dotted name: those given, then the documented defaults."""
    given: dict[str, object] = {}

    def walk(prefix: str, values: Mapping[str, object]) -> None:
        for key, value in values.items():
            name = f"{prefix}.{key}" if prefix else str(key)
            if isinstance(value, Mapping):
                walk(name, value)
            else:
                given[name] = value

    walk("", root.values)
    found = [AssumedParameter(name, value, root.origin, root.places.get(name)) for name, value in given.items()]
    found += [
        AssumedParameter(name, value, "defaults") for name, value in DOCUMENTED_DEFAULTS.items() if name not in given
    ]
    return found
