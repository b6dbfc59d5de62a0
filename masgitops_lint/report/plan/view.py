"""What the writers of a plan share: places as lines, values without secrets, the summary sentence."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...argocd import placeholders, plaintext
from ...model.finding import Finding
from ...model.place import Keys, Place, Span
from ...plan.model import ABSENT, Deletion, Plan, Side
from ..masking import is_sensitive_key
from ..text import count, one_line

HIDDEN = "(hidden)"
_LONGEST = 120

Locate = Callable[[Place, Side], Span]


@dataclass(frozen=True)
class PlanView:
    """A plan with what a writer needs: where places stand, what the rules found, and which deletions are approved."""

    plan: Plan
    locate: Locate
    findings: tuple[Finding, ...] = ()
    approved: Mapping[str, str] = field(default_factory=dict)

    @property
    def silent(self) -> bool:
        """Whether there is nothing to tell."""
        return self.plan.empty and not self.plan.blocked and not self.findings

    def where(self, place: Place, side: Side = "head") -> str:
        """`path:line:column`, or the path alone for a file that is gone."""
        if not place.path:
            return ""
        span = self.locate(place, side)
        gone = side == "base" and not place.keys
        return one_line(place.path) if gone else f"{one_line(place.path)}:{span.line}:{span.column}"

    def summary(self) -> str:
        """`Plan: 1 to add, 2 to change, 3 to remove (2 pruned, 1 kept)`, stateful objects named."""
        plan = self.plan
        whole = [one for one in plan.removed if one.whole]
        moved = sum(1 for one in plan.added if one.moved_from)
        text = f"Plan: {len(plan.added)} to add, {len(plan.changed)} to change, {len(whole)} to remove"
        effects: Counter[str] = Counter(one.effect for one in plan.removed)
        if effects:
            order = ("pruned", "orphaned", "kept", "blocked")
            text += " (" + ", ".join(f"{effects[name]} {name}" for name in order if effects[name]) + ")"
        if moved:
            text += f"; {count(moved, 'of them is a move', 'of them are moves')}: a deletion and a creation"
        kinds = Counter(
            stake.kind for one in plan.removed if one.deletes for stake in one.stakes if not stake.protected
        )
        if kinds:
            text += "; deletes state: " + ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))
        return text + "."

    def children(self, top: Deletion) -> tuple[Deletion, ...]:
        """What goes with the topmost removal, without itself."""
        return tuple(one for one in self.plan.below(top) if not one.top)


def dotted(keys: Keys) -> str:
    """`a.b[0].c`."""
    text = ""
    for key in keys:
        text += f"[{key}]" if isinstance(key, int) else ("." if text else "") + str(key)
    return text


def shown(value: Any, keys: Keys) -> Any:
    """A value as a report may print it: references to secrets as they are, what may be a secret hidden."""
    if value is ABSENT or value is None or isinstance(value, bool):
        return None if value is ABSENT else value
    if isinstance(value, dict | list):
        return f"({count(len(value), 'entry', 'entries')})" if value else value
    if isinstance(value, str):
        return _text(value, keys)
    if _sensitive(keys):
        return HIDDEN
    if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    # dates, infinities, and what the chart prints so that YAML cannot read it
    return f"({type(value).__name__.lower()})" if not isinstance(value, float) else f"({value})"


def _text(value: str, keys: Keys) -> str:
    if value.strip().startswith("<path:") and placeholders.scan(value) and value.strip().endswith(">"):
        return one_line(value)
    if _sensitive(keys) or plaintext.in_secret_field(keys, value) or plaintext.find(value):
        return HIDDEN if value else ""
    if "\n" in value.strip():
        return f"({count(len(value.splitlines()), 'line')} of text)"
    return one_line(value) if len(value) <= _LONGEST else one_line(value[:_LONGEST]) + "…"


def _sensitive(keys: Keys) -> bool:
    return any(isinstance(key, str) and is_sensitive_key(key) for key in keys)


def literal(value: Any, keys: Keys, missing: bool = False) -> str:
    """A value for text: quoted where it is text, `(none)` where it is missing."""
    if missing or value is ABSENT:
        return "(none)"
    safe = shown(value, keys)
    if isinstance(safe, str) and (safe == HIDDEN or safe.startswith("(")):
        return safe
    return json.dumps(safe, ensure_ascii=False, default=str)
