"""Applications and ApplicationSets as the overlays build them that read their kustomization."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from .kustomization import Build
from .kustomize import Kustomizer
from .objects import KubeObject
from .scan import Scan


class Overlays:
    """Kustomizations by what reads them."""

    def __init__(self, kustomizer: Kustomizer, scanned: Scan) -> None:
        self.kustomizer = kustomizer
        self.parents: dict[str, list[Build]] = {}
        for path in scanned.kustomizations:
            if scanned.aside(path):
                continue
            build = kustomizer.build(posixpath.dirname(path))
            for child in build.children if build is not None else ():
                if build is not None:
                    self.parents.setdefault(child, []).append(build)

    def tops(self, directory: str) -> Iterator[Build]:
        """The kustomizations above a directory that no other one reads."""
        pending, seen = [directory], {directory}
        while pending:
            for build in self.parents.get(pending.pop(), ()):
                if build.directory in seen:
                    continue
                seen.add(build.directory)
                if build.directory in self.parents:
                    pending.append(build.directory)
                else:
                    yield build

    def versions(self, obj: KubeObject) -> Sequence[tuple[str, KubeObject]]:
        """What an object becomes, with the overlay's directory; nothing when no overlay changes it."""
        directory = posixpath.dirname(obj.path)
        if directory not in self.parents:
            return ()
        own = self.kustomizer.build(directory)
        if own is None or obj.path not in own.files:
            return ()
        found: list[tuple[str, KubeObject]] = []
        for top in self.tops(directory):
            for built in top.objects:
                if (built.path, built.document, built.route, built.kind) != (
                    obj.path, obj.document, obj.route, obj.kind,
                ):  # fmt: skip
                    continue
                if all(built.data != known.data for _, known in found):
                    found.append((top.directory, built))
        return found if any(built.data != obj.data for _, built in found) else ()
