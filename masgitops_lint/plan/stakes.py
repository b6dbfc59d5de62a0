"""What is in an Application, and which of it holds data or a service that people use."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from masgitops_lint.data import data_text
from masgitops_lint.model.application import Application, Resource

from .model import Stake

if TYPE_CHECKING:
    from .views import View


@dataclass(frozen=True, slots=True)
class StatefulKind:
    """A kind worth a warning. `what` names it for people, `loss` completes "deleting it ..."."""

    what: str
    loss: str
    charts: str = ""
    source: str = ""


@lru_cache(maxsize=1)
def _table() -> tuple[Mapping[str, StatefulKind], tuple[tuple[re.Pattern[str], StatefulKind], ...]]:
    text = data_text("stateful_kinds.json")
    data = json.loads(text)
    kinds = {one["kind"]: _kind(one) for one in data["kinds"]}
    return kinds, tuple((re.compile(one["pattern"]), _kind(one)) for one in data["patterns"])


def _kind(one: Mapping[str, str]) -> StatefulKind:
    return StatefulKind(one["what"], one["loss"], one.get("charts", ""), one.get("source", ""))


def stateful_kind(kind: str, extra: Iterable[str] = ()) -> StatefulKind | None:
    """What deleting an object of a kind means; None for a kind without state. `extra` are kinds from the settings."""
    kinds, patterns = _table()
    known = kinds.get(kind)
    if known is not None:
        return known
    if kind in extra:
        return StatefulKind(kind, "is declared in the settings as holding state", "", "stateful-kinds in the settings")
    return next((one for pattern, one in patterns if pattern.match(kind)), None)


def resources_of(view: View, application: Application) -> tuple[Resource, ...]:
    """The objects of an Application: rendered in exact mode, else as the release profile foresees them.

    () when nothing is known. What a profile cannot compute (a name out of a cluster) is "?".
    """
    if application.kind != "Application":
        return ()
    if view.deployment.exact:
        return view.deployment.resources.get(application.name, ())
    return _foreseen(view, application)


def _foreseen(view: View, application: Application) -> tuple[Resource, ...]:
    from masgitops_lint.charts.values import coalesce

    profile = view.subject.profile(application.account or application.scope.split("/", 1)[0])
    chart = profile.leaf(application.path)
    if chart is None:
        return ()
    objects, _ = chart.render(coalesce(application.values, chart.defaults))
    found = []
    for made in objects:
        fields = made.fields
        kind = _text(fields.get("kind"))
        if not kind or kind == "?":
            continue
        hooks = [*_split(fields.get("hook")), *_split(fields.get("helm_hook"))]
        found.append(
            Resource(
                kind,
                _text(fields.get("name")),
                _text(fields.get("namespace")),
                group=_text(fields.get("api")).rpartition("/")[0],
                wave=_number(fields.get("wave")),
                hooks=tuple(hooks),
                delete_policies=tuple(_split(fields.get("delete_policy"))),
                sync_options=tuple(_split(fields.get("sync_options"))),
                template=made.template,
            )
        )
    return tuple(found)


def _text(value: Any) -> str:
    from masgitops_lint.charts.expressions import UNKNOWN
    from masgitops_lint.mas.scope import go_text

    if value is UNKNOWN:
        return "?"
    return "" if value is None else value if isinstance(value, str) else go_text(value)


def _split(value: Any) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else []


def _number(value: Any) -> int:
    try:
        return int(str(value))
    except ValueError:
        return 0


def stakes_of(objects: Iterable[Resource], extra: Iterable[str] = ()) -> tuple[Stake, ...]:
    """The stateful objects among those of an Application. Hooks are not managed, so they are none."""
    found = []
    for one in objects:
        known = stateful_kind(one.kind, extra) if not one.hooks else None
        if known is None:
            continue
        loss = known.loss + (f"; {known.charts}" if known.charts else "")
        protected = any(option in ("Prune=false", "Delete=false") for option in one.sync_options)
        found.append(Stake(one.kind, one.name, one.namespace, loss, known.source, protected))
    return tuple(found)
