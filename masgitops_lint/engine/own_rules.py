"""The findings that the engine itself makes. Their pages are the `lnt*.py` files in `rules/`."""

from __future__ import annotations

from typing import NamedTuple

from masgitops_lint.model.finding import Finding, Fix, Severity
from masgitops_lint.model.place import Span


class OwnRule(NamedTuple):
    """Code, name and default severity; the same as in the rule's file."""

    code: str
    name: str
    severity: Severity

    def finding(self, path: str, span: Span, message: str, advice: str = "", fix: Fix | None = None) -> Finding:
        """A finding of this rule at a concrete span."""
        return Finding(self.code, self.name, self.severity, message, path, span, help=advice, fix=fix)


UNUSED_SUPPRESSION = OwnRule("LNT001", "unused-suppression", Severity.WARNING)
EXPIRED_SUPPRESSION = OwnRule("LNT002", "expired-suppression", Severity.WARNING)
INVALID_SUPPRESSION = OwnRule("LNT003", "invalid-suppression", Severity.ERROR)
STALE_BASELINE = OwnRule("LNT004", "stale-baseline-entry", Severity.NOTE)

OWN_RULES = (UNUSED_SUPPRESSION, EXPIRED_SUPPRESSION, INVALID_SUPPRESSION, STALE_BASELINE)
