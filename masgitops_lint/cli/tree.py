"""`mas-lint tree`: the Applications that Argo CD would build."""

from __future__ import annotations

import sys
from typing import Any

import click

from .errors import CommandError, user_errors
from .exact_options import build_options, exact_errors, exact_options
from .options import colour_wanted, option, target_options


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@target_options
@exact_options
@click.option("--resources", is_flag=True, help="Go down to the objects inside every Application.")
@click.option("--durations", is_flag=True, help="Estimate how long it takes to come up, by the times IBM publishes.")
@click.option("--account", "accounts", multiple=True, metavar="ID", help="Only this account. May be repeated.")
@click.option("--cluster", "clusters", multiple=True, metavar="ID", help="Only this cluster. May be repeated.")
@click.option("--instance", "instances", multiple=True, metavar="ID", help="Only this instance. May be repeated.")
@option(
    "--output-format",
    "--format",
    "format_name",
    type=click.Choice(["text", "json", "mermaid", "dot"]),
    default="text",
    show_default=True,
)
@option("--output-file", "-o", "file", metavar="FILE", help="Write there instead of to the terminal.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True)
def command(path: str, **options: Any) -> None:
    """Show the ApplicationSets and Applications that Argo CD would build from the config repo at PATH.

    With real charts (`--charts DIRECTORY`, `--charts DIRECTORY@REVISION`, or a revision fetched before) everything is
    rendered with Helm; otherwise the release profile tells.
    """
    from masgitops_lint.app import Request, open_session
    from masgitops_lint.deployment.build import build_deployment
    from masgitops_lint.report.tree import render_tree, view_of

    request = Request(
        path=path,
        revision=options["revision"],
        config=options["config"],
        isolated=options["isolated"],
        charts=options["charts"],
        argocd_version=options["argocd_version"],
    )
    with user_errors(), exact_errors():
        context = open_session(request).context
        deployment = build_deployment(context, build_options(options), actual=True)
    if not deployment.applications and not deployment.errors and context.has_units:
        from masgitops_lint.deployment.from_units import deployment_of

        deployment = deployment_of(context.units)
    if not deployment.applications and not deployment.errors:
        click.echo(f"mas-lint: there is no MAS GitOps config in {path}: no Application would be built", err=True)
        sys.exit(3)
    from masgitops_lint.cli.places import locator

    view = view_of(
        deployment,
        locator(context.repository),
        accounts=options["accounts"],
        clusters=options["clusters"],
        instances=options["instances"],
        resources=options["resources"],
    )
    color = options["file"] in (None, "-") and colour_wanted(options["color"])
    text = render_tree(options["format_name"], view, color=color)
    if options["durations"]:
        from .tree_durations import with_durations

        context.deployment = deployment
        text = with_durations(text, options["format_name"], context.graph, view.applications)
    if options["file"] is None or options["file"] == "-":
        click.echo(text, nl=False, color=color)
        return
    try:
        with open(options["file"], "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
    except OSError as error:
        raise CommandError(f"cannot write {options['file']}: {error.strerror}") from error
