"""The values of an Application that an earlier run has rendered: what is kept of them, and how to have them all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from masgitops_lint.argocd.placeholders import OPENER, scan
from masgitops_lint.charts.secrets import asked_values
from masgitops_lint.mas.texts import texts_holding

from .leaf_values import LeafValues


class KeptValues(Mapping[str, Any]):
    """Values that are rendered again when somebody wants more than the secrets graph does.

    `placeholders` are the vault placeholders in them, without repeats. `told` answers what Jobs that write secrets
    ask: names that secret paths are made of, the keys of a mapping, and of anything else only whether it is set.
    """

    __slots__ = ("_index", "_render", "placeholders", "told")

    def __init__(self, placeholders: tuple[str, ...], told: Mapping[str, Any]) -> None:
        self.placeholders = placeholders
        self.told = told
        self._index = 0
        self._render: Callable[[int], Mapping[str, Any]] | None = None

    def bind(self, index: int, render: Callable[[int], Mapping[str, Any]]) -> None:
        """Say who renders all values of the Application with this number."""
        self._index, self._render = index, render

    @property
    def _all(self) -> Mapping[str, Any]:
        assert self._render is not None
        return self._render(self._index)

    def __getitem__(self, key: str) -> Any:
        return self._all[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)


def told_of(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Values for whoever asks what Jobs ask, and nothing else."""
    return values.told if isinstance(values, KeptValues) else values


def placeholders_in(values: Mapping[str, Any]) -> tuple[str, ...]:
    """The vault placeholders in an Application's values, as written, without repeats."""
    if isinstance(values, KeptValues):
        return values.placeholders
    data = values.leaf if isinstance(values, LeafValues) else values
    return tuple({one.raw: None for text in texts_holding(data, OPENER) for one in scan(text)})


def extract(values: Mapping[str, Any]) -> dict[str, Any]:
    """What `KeptValues.told` holds: answers as `Condition.holds` and `fill` would get them from all values."""
    told: dict[str, Any] = {}
    for key, wanted in asked_values().items():
        value = values.get(key)
        if value is None:
            continue
        if isinstance(value, Mapping):
            told[key] = dict.fromkeys(value if wanted == "keys" else [""] if value else [])
        elif isinstance(value, list | tuple):
            told[key] = [None] if value else []
        elif wanted == "text":
            told[key] = value
        else:
            told[key] = OPENER if isinstance(value, str) and OPENER in value else bool(value)
    return told
