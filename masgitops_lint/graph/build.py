"""Where the graph's facts come from. Building it costs nothing: each part is computed when somebody asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from .query import Graph

if TYPE_CHECKING:
    from masgitops_lint.deployment.deployment import Deployment
    from masgitops_lint.deployment.installs import Install
    from masgitops_lint.deployment.secrets import SecretsGraph
    from masgitops_lint.mas.config import MasConfig


class Subject(Protocol):
    """What the graph is built from; `sdk.Context` is one."""

    @property
    def mas(self) -> MasConfig:
        """The config repo."""
        ...

    @property
    def deployment(self) -> Deployment:
        """The Applications, from real charts or from a release profile."""
        ...

    @property
    def installs(self) -> tuple[Install, ...]:
        """Configurations of suite applications, with what installs them."""
        ...

    @property
    def secrets(self) -> SecretsGraph:
        """Secrets with their readers and writers."""
        ...


def build_graph(subject: Subject) -> Graph:
    """The dependency graph of one snapshot."""
    return Graph(subject)
