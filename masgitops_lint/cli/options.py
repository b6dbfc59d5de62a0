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


def shard(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> tuple[int, int] | None:
    """`3/8` as `(3, 8)`, the third of eight parts. Raises `click.BadParameter`."""
    if not value:
        return None
    first, _, second = (part.strip() for part in value.partition("/"))
    # isdigit alone takes digits of every script
    if not all(part.isascii() and part.isdigit() for part in (first, second)):
        raise click.BadParameter(f"`{value}` is no shard: write 3/8 for the third of eight")
    index, of = int(first), int(second)
    if of and 1 <= index <= of:
        return index, of
    what = f"there is no shard {index} of {of}" if of else "a fleet cannot be cut into no parts"
    raise click.BadParameter(f"{what}: shards count from 1/{of or 1} to {of or 1}/{of or 1}")


def fleet_options(function: F) -> F:
    """Which part of a fleet is checked, on how many processes, and what is kept of it."""
    for decorate in (
        option("--no-progress", is_flag=True, help="Do not tell on stderr how far a long run is."),
        option("--cache-dir", metavar="DIR", help="Where results are kept; otherwise the user's cache directory."),
        option("--no-cache", is_flag=True, help="Check everything anew, and keep nothing."),
        option(
            "--jobs", type=click.IntRange(0), default=0, metavar="N", help="Processes to work on; 0: as is worth it."
        ),
        option("--shard", callback=shard, metavar="K/N", help="Only part K of N of the clusters; see `merge`."),
        option("--account", "accounts", multiple=True, metavar="NAME", help="Only this account. May be repeated."),
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
