"""Options of the commands that render real charts, and the errors of exact mode as sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from .errors import CommandError
from .options import option

if TYPE_CHECKING:
    from masgitops_lint.deployment.build import BuildOptions

F = TypeVar("F", bound=Callable[..., Any])


def exact_options(function: F) -> F:
    """Which Helm, on how many processes, with or without the cache."""
    for decorate in (
        click.option("--no-cache", is_flag=True, envvar="MAS_LINT_NO_CACHE", help="Render every chart anew."),
        option("--jobs", type=click.IntRange(0), default=0, metavar="N", help="Processes to render on; 0: one a core."),
        option(
            "--helm-engine",
            type=click.Choice(["auto", "sdk", "binary"]),
            default="auto",
            show_default=True,
            help="Helm's SDK in process, or the helm program.",
        ),
    ):
        function = decorate(function)
    return function


def build_options(options: dict[str, Any]) -> BuildOptions:
    """What the options mean for a command that shows no values. Leaves are rendered to find what fails."""
    from masgitops_lint.deployment.build import BuildOptions

    return BuildOptions(
        engine=options["helm_engine"],
        processes=options["jobs"],
        cached=not options["no_cache"],
        values=False,
    )


@contextmanager
def exact_errors() -> Iterator[None]:
    """Make `CommandError` of missing charts and a missing Helm."""
    from masgitops_lint.charts.helm.engine import HelmMissingError
    from masgitops_lint.charts.source import SourceError

    try:
        yield
    except (HelmMissingError, SourceError) as error:
        raise CommandError(str(error)) from error
