"""Where mas-lint keeps what it may throw away: rendered charts, fetched charts, results of earlier runs."""

from __future__ import annotations

import os
import sys


def cache_directory() -> str:
    """The user's cache directory for mas-lint; `MAS_LINT_CACHE_DIR` overrides it. It need not exist."""
    chosen = os.environ.get("MAS_LINT_CACHE_DIR")
    if chosen:
        return chosen
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.expanduser("~\\AppData\\Local")
        return os.path.join(base, "mas-lint", "Cache")
    if sys.platform == "darwin":
        return os.path.expanduser("~/Library/Caches/mas-lint")
    return os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "mas-lint")
