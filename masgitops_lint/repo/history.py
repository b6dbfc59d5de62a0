"""The messages of the commits between two snapshots."""

from __future__ import annotations

import os

from .git import GitError, find_repo
from .snapshot import GitRevision, Snapshot

_MOST = 500


def messages_between(base: Snapshot, head: Snapshot) -> tuple[str, ...]:
    """Messages of the commits that the head has and the base lacks, newest first; () when a side is no revision.

    A working tree or an index stands for the commit that is checked out.
    """
    if not isinstance(base, GitRevision):
        return ()
    tip = head.commit if isinstance(head, GitRevision) else "HEAD"
    try:
        out = find_repo(head.root).run("log", f"--max-count={_MOST}", "--format=%B%x00", f"{base.commit}..{tip}")
    except GitError:
        return ()
    return tuple(text for part in os.fsdecode(out).split("\0") if (text := part.strip()))
