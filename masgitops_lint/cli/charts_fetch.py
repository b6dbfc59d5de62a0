"""`mas-lint charts fetch`: real charts in the user's cache. Only this uses the network."""

from __future__ import annotations

import click

from .exact_options import exact_errors

_CONTEXT = {"help_option_names": ["-h", "--help"]}


@click.command(context_settings=_CONTEXT)
@click.argument("address_and_revision", nargs=-1, metavar="[URL] REVISION", required=True)
def command(address_and_revision: tuple[str, ...]) -> None:
    """Clone REVISION of the source repo into the cache, so that `--charts REVISION` renders the real charts.

    URL is the source repo, https://github.com/ibm-mas/gitops when it is left out, or any clone of it.
    """
    from masgitops_lint.charts.source import DEFAULT_URL, fetch

    if len(address_and_revision) > 2:
        raise click.UsageError("give a revision, or an address and a revision")
    *address, revision = address_and_revision
    with exact_errors():
        directory = fetch(revision, address[0] if address else DEFAULT_URL)
    click.echo(f"{revision} is in {directory}: use it with --charts {revision}", err=True)
