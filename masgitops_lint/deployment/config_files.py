"""One config repo as an ApplicationSet's generators see it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from masgitops_lint.mas.config import ConfigRoot, MasConfig
from masgitops_lint.mas.scope import ConfigFile


class ConfigFiles:
    """One config repo as the git generators see it: paths from its own root. Implements `generators.Files`."""

    def __init__(self, mas: MasConfig, root: ConfigRoot, hidden: frozenset[str] = frozenset()) -> None:
        self.mas = mas
        self.root = root
        self.hidden = hidden
        self._paths = [path[len(root.prefix) :] for path in root.paths if path not in hidden]

    def paths(self) -> Sequence[str]:
        """Every file, sorted."""
        return self._paths

    def load(self, path: str) -> Any:
        """The first document of a file. Raises ValueError when it cannot be read."""
        document = self.mas.repository.document(self.root.prefix + path)
        if not document.ok:
            problem = next(problem for problem in document.problems if problem.fatal)
            raise ValueError(problem.message)
        return document.data

    def file(self, path: str, merge_key: str = "merge-key") -> ConfigFile:
        """The config file behind a path of `paths`."""
        return self.mas.file(self.root.prefix + path, merge_key)

    def without(self, paths: Sequence[str]) -> ConfigFiles:
        """The same repo without some files."""
        return ConfigFiles(self.mas, self.root, self.hidden | {self.root.prefix + path for path in paths})
