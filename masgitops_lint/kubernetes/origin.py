"""Which repository this is: its remotes, compared in one normal form."""

from __future__ import annotations

import os
import re


def normal_url(url: str) -> str:
    """`host/owner/name` in lower case, whatever the scheme, user, port or `.git` suffix."""
    text = url.strip().lower().rstrip("/")
    text = re.sub(r"^(?:git::)?(?:[a-z0-9+]+://)?", "", text)
    text = re.sub(r"^[^/@]*@", "", text)
    text = re.sub(r"^([^/:]+):(\d+)/", r"\1/", text)
    text = re.sub(r"^([^/:]+):", r"\1/", text)
    text = text.removesuffix(".git").rstrip("/")
    # Azure DevOps writes one repository in two ways.
    return re.sub(r"^(?:[\w.-]+\.)?ssh\.dev\.azure\.com/v3/([^/]+)/([^/]+)/", r"dev.azure.com/\1/\2/_git/", text)


def remotes(root: str) -> tuple[str, ...]:
    """The normal forms of the Git remotes of a checkout; empty outside of Git."""
    config = _config_of(root)
    if config is None:
        return ()
    try:
        with open(config, encoding="utf-8", errors="replace") as stream:
            text = stream.read()
    except OSError:
        return ()
    urls = re.findall(r"^\s*url\s*=\s*(\S+)\s*$", text, re.MULTILINE)
    return tuple(dict.fromkeys(normal_url(url) for url in urls if "/" in url and not url.startswith(("/", "."))))


def _config_of(root: str) -> str | None:
    entry = os.path.join(root, ".git")
    if os.path.isfile(entry):  # a worktree or a submodule: the real directory is named inside
        try:
            with open(entry, encoding="utf-8", errors="replace") as stream:
                target = stream.read().partition("gitdir:")[2].strip()
        except OSError:
            return None
        entry = os.path.join(root, target)
        common = os.path.join(entry, "commondir")
        if os.path.isfile(common):
            with open(common, encoding="utf-8", errors="replace") as stream:
                entry = os.path.join(entry, stream.read().strip())
    path = os.path.join(entry, "config")
    return path if os.path.isfile(path) else None
