"""`mas-lint versions`: what the repo relies on, and what runs."""

from __future__ import annotations

import sys

import click

from .errors import user_errors
from .options import option, target_options


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@target_options
@option("--output-format", "--format", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--verbose", "-v", is_flag=True, help="All features, and every piece of evidence.")
def command(
    path: str,
    revision: str | None,
    config: str | None,
    isolated: bool,
    charts: str | None,
    argocd_version: str | None,
    output_format: str,
    verbose: bool,
) -> None:
    """Say which Argo CD (and Flux) the config repo at PATH needs and why, which one runs, and how that is known."""
    from masgitops_lint.app import Request, open_session
    from masgitops_lint.report.versions import render_json, render_text, versions_data

    from .places import locator

    request = Request(
        path=path, revision=revision, config=config, isolated=isolated, charts=charts, argocd_version=argocd_version
    )
    with user_errors():
        context = open_session(request).context
    if not context.mas.found and not context.has_units and not context.argocd.evidence:
        click.echo(f"mas-lint: there is neither MAS config nor anything of Argo CD or Flux in {path}", err=True)
        sys.exit(3)
    data = versions_data(context, locator(context.repository))
    click.echo(render_json(data) if output_format == "json" else render_text(data, verbose=verbose), nl=False)
