"""Which repository URL in Applications means the repository that is being looked at."""

from __future__ import annotations

import difflib
import posixpath
import re
from collections import Counter
from collections.abc import Collection, Iterable

from .git_uses import PLACEHOLDER, git_uses
from .kustomization import clamped
from .kustomize import Kustomizer
from .objects import KubeObject, Manifests
from .origin import normal_url
from .scan import Scan


class Identity:
    """Counts how many of the paths that Applications give with a URL exist here."""

    def __init__(self, kustomizer: Kustomizer, scanned: Scan, manifests: Manifests, own: Iterable[str]) -> None:
        self.kustomizer = kustomizer
        self.scan = scanned
        self.manifests = manifests
        self.own = frozenset(own)
        self.votes: dict[str, list[tuple[str, bool]]] = {}
        """URL -> (directory, whether it exists) for each use."""
        self.beside: set[str] = set()
        """URLs with a path that exists beside the Application, where its author expected it."""
        self.revisions: Counter[str] = Counter()

    def count(self, candidates: Iterable[KubeObject]) -> None:
        """Take the uses of some Applications and ApplicationSets."""
        for obj in candidates:
            for url, path, revision in git_uses(obj):
                plain = path.split("{{", 1)[0].rpartition("/")[0] if "{{" in path else path.split("*", 1)[0]
                directory, _ = clamped("", plain)
                exists = bool(directory) and self.kustomizer.is_directory(directory)
                self.votes.setdefault(normal_url(url), []).append((directory, exists))
                if exists and "{{" not in revision:
                    self.revisions[revision] += 1
                if directory and self.kustomizer.is_directory(f"{posixpath.dirname(obj.path)}/{directory}".lstrip("/")):
                    self.beside.add(normal_url(url))

    def revision(self) -> frozenset[str]:
        """The revision that most Applications follow, which is taken for what is checked out."""
        return frozenset(revision for revision, _ in self.revisions.most_common(1))

    def hits(self, url: str) -> int:
        """How many paths of a URL exist."""
        return sum(hit for _, hit in self.votes[url])

    def urls(self) -> frozenset[str]:
        """Every URL that means this repository, besides those that are known to."""
        ranked = sorted(self.votes, key=lambda url: (bool(PLACEHOLDER.search(url)), -self.hits(url), url))
        primary = self.primary(ranked)
        if primary is None:
            return frozenset()
        name = primary.rpartition("/")[2]
        found = {primary}
        for url in ranked:
            same, placeholder = url.rpartition("/")[2] == name, PLACEHOLDER.search(url) is not None
            share = self.hits(url) / len(self.votes[url])
            if (same and (placeholder or share > 0)) or (placeholder and share > 0.5):
                found.add(url)
        return frozenset(found)

    def primary(self, ranked: list[str]) -> str | None:
        """The URL that is this repository's most certainly; without a remote the paths decide."""
        known = next((url for url in ranked if url in self.own), None)
        if known is not None:
            return known
        if ranked and self.hits(ranked[0]) * 2 >= max(1, sum(1 for directory, _ in self.votes[ranked[0]] if directory)):
            return ranked[0]
        if self.own:
            return None
        if len(ranked) == 1:
            written = [directory for directory, _ in self.votes[ranked[0]] if directory]
            if any(nearest(directory, self.kustomizer.directories, 0.9) for directory in written):
                return ranked[0]
        return next((url for url in ranked if url in self.beside or self.called(url, len(ranked) == 1)), None)

    def called(self, url: str, only: bool) -> bool:
        """Whether the checkout or its README has a repository's name: a `git clone`, any mention of an `only` URL."""
        owner, name = url.rpartition("/")[0].rpartition("/")[2], url.rpartition("/")[2]
        if not owner or not name or PLACEHOLDER.search(url):
            return False
        root = posixpath.basename(self.kustomizer.repository.snapshot.root.replace("\\", "/").rstrip("/")).lower()
        if root == name or (len(name) >= _TELLING and name in root):
            return True
        readme = next((path for path in self.scan.files_in.get("", ()) if path.lower() == "readme.md"), "")
        text = self.manifests.raw(readme).lower() if readme else b""
        before = rb"" if only else rb"git clone [^\n]*"
        return re.search(before + rb"[/:]" + re.escape(f"{owner}/{name}").encode() + rb"\b", text) is not None


_TELLING = 8
"""A name of so many characters says enough inside the name of a directory."""


def nearest(directory: str, directories: Collection[str], cutoff: float = 0.8) -> str:
    """A directory whose name is almost the one given, or "". `cutoff` is difflib's ratio, from 0 to 1."""
    close = difflib.get_close_matches(directory, directories, n=1, cutoff=cutoff)
    return close[0] if close else ""
