"""Turn the errors a user can cause into a sentence on stderr and exit code 2."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click


class CommandError(click.ClickException):
    """An error of use: the message, and exit code 2."""

    exit_code = 2

    def show(self, file: object = None) -> None:
        """Write the message to stderr."""
        click.echo(f"mas-lint: {self.message}", err=True)


@contextmanager
def user_errors() -> Iterator[None]:
    """Make `CommandError` of the errors that the library raises for bad input."""
    try:
        yield
    except Exception as error:
        if isinstance(error, _for_users()):
            raise CommandError(str(error)) from error
        raise


def _for_users() -> tuple[type[Exception], ...]:
    from masgitops_lint.app import UsageError
    from masgitops_lint.engine.baseline import BaselineError
    from masgitops_lint.engine.rules import RuleLoadError
    from masgitops_lint.engine.selection import SelectionError
    from masgitops_lint.settings.load import SettingsError

    return (UsageError, BaselineError, RuleLoadError, SelectionError, SettingsError)


@contextmanager
def exit_on_error() -> Iterator[None]:
    """A closed pipe ends quietly; anything unforeseen is reported as mas-lint's own error with exit code 2."""
    try:
        yield
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:  # the last line of defence: never a bare traceback
        if os.environ.get("MAS_LINT_DEBUG"):
            raise
        click.echo(
            f"mas-lint: internal error: {type(error).__name__}: {error}\n"
            "This is a bug in mas-lint, not in your repo. Run again with MAS_LINT_DEBUG=1 for the traceback.",
            err=True,
        )
        sys.exit(2)
