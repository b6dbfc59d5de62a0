"""`mas-lint baseline`: accept today's findings, so that only new ones fail."""

from __future__ import annotations

import sys
from typing import Any

import click

from .errors import CommandError, user_errors
from .options import option, target_options


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@target_options
@option("--rules", "rules_directories", multiple=True, metavar="DIR", help="More rules (Python files).")
@option("--output-file", "-o", "baseline", metavar="FILE", help="Default: `baseline` of the settings, else PATH's own.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when the file would change (new or stale entries).")
def command(path: str, check: bool, **options: Any) -> None:
    """Write a baseline of all findings of the config repo at PATH.

    Suppression comments, per-file ignores and the settings' choice of rules keep their effect.
    """
    from masgitops_lint.app import new_baseline

    from .check import request_from

    with user_errors():
        file, text, report = new_baseline(request_from(path, {**options, "select": (), "ignore": ()}))
    if report.crashes:
        raise CommandError(f"rule {report.crashes[0].rule} crashed: no baseline is made of half a run")
    if check:
        if _read(file) == text:
            return
        click.echo(f"mas-lint: {file} is out of date: write it anew with `mas-lint baseline`", err=True)
        sys.exit(1)
    try:
        with open(file, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except OSError as error:
        raise CommandError(f"cannot write {file}: {error.strerror}") from error
    number = len(report.findings)
    click.echo(f"{file}: {number} finding{'' if number == 1 else 's'} accepted", err=True)


def _read(file: str) -> str | None:
    try:
        with open(file, encoding="utf-8", newline="") as stream:
            return stream.read()
    except (OSError, UnicodeDecodeError):
        return None
