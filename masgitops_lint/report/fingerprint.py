"""Fingerprints by which code scanning services recognise a finding in the next commit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from hashlib import sha256

from ..engine.identity import identity
from ..model.finding import Finding


def fingerprints(findings: Iterable[Finding], path_prefix: str = "") -> list[str]:
    """One fingerprint a finding, from its rule, path and config path; `:2`, `:3` tell equal ones apart, in order."""
    seen: Counter[str] = Counter()
    found = []
    for finding in findings:
        rule, path, at = identity(finding)
        digest = sha256("\0".join((rule, path_prefix + path, at)).encode("utf-8", "backslashreplace")).hexdigest()[:32]
        seen[digest] += 1
        found.append(f"{digest}:{seen[digest]}")
    return found
