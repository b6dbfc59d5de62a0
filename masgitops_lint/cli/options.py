"""Options that several commands share. Every flag can be set by an environment variable `MAS_LINT_<FLAG>`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def option(*names: str, **settings: Any) -> Callable[[F], F]:
    """`click.option` with the environment mirror of its long name."""
    long_name = next(name for name in names if name.startswith("--")).split("/")[0]
    variable = "MAS_LINT_" + long_name.removeprefix("--").replace("-", "_").upper()
    return click.option(*names, envvar=variable, show_envvar=False, **settings)


def target_options(function: F) -> F:
    """PATH and what decides how it is read."""
    for decorate in (
        option("--argocd-version", metavar="VERSION", help="The Argo CD version that runs, if the repo does not say."),
        option("--charts", metavar="SOURCE", help="A release (8.4.2), a checkout of the source repo, or PATH@REV."),
        option("--isolated", is_flag=True, help="Ignore any .mas-lint.yaml."),
        option("--config", metavar="FILE", help="Settings file; otherwise .mas-lint.yaml in PATH or above."),
        option("--revision", metavar="REV", help="Read a Git revision, or `:index` for what is staged."),
        click.argument("path", default=".", type=click.Path()),
    ):
        function = decorate(function)
    return function


def rule_options(function: F) -> F:
    """Which rules run."""
    for decorate in (
        option("--rules", "rules_directories", multiple=True, metavar="DIR", help="More rules (Python files)."),
        option("--ignore", multiple=True, metavar="CODES", help="Codes, prefixes or names to leave out."),
        option("--select", multiple=True, metavar="CODES", help="Codes, prefixes or names to run."),
    ):
        function = decorate(function)
    return function


def colour_wanted(choice: str) -> bool:
    """`--color auto|always|never`, NO_COLOR and FORCE_COLOR."""
    import os
    import sys

    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
