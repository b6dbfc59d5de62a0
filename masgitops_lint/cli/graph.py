"""`mas-lint graph`: the dependency graph, for programs and for people."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from .errors import CommandError, user_errors
from .exact_options import exact_errors, exact_options
from .options import option, target_options

if TYPE_CHECKING:
    from masgitops_lint.context import Context
    from masgitops_lint.graph.parts import Parts
    from masgitops_lint.model.finding import Finding


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@target_options
@exact_options
@click.option("--resources", is_flag=True, help="Go down to the objects inside every Application (real charts only).")
@click.option("--no-findings", is_flag=True, help="Do not run the rules.")
@click.option("--no-values", is_flag=True, help="Leave the Applications' values out of the page.")
@click.option("--account", "accounts", multiple=True, metavar="ID", help="Only this account. May be repeated.")
@click.option("--cluster", "clusters", multiple=True, metavar="ID", help="Only this cluster. May be repeated.")
@click.option("--instance", "instances", multiple=True, metavar="ID", help="Only this instance. May be repeated.")
@option(
    "--output-format",
    "--format",
    "format_name",
    type=click.Choice(["mermaid", "dot", "graphml", "json", "html"]),
    default="mermaid",
    show_default=True,
)
@option("--output-file", "-o", "file", metavar="FILE", help="Write there instead of to the terminal.")
def command(path: str, **options: Any) -> None:
    """Write the dependency graph of the config repo at PATH: Applications, waves, secrets, and what waits for what.

    `--output-format html` is one page to open in a browser; it needs no network. Secrets are shown by name and path,
    never by value.
    """
    from masgitops_lint.app import Request, lint_session, open_session
    from masgitops_lint.deployment.build import BuildOptions, build_deployment
    from masgitops_lint.report.graph.selection import findings_in, narrowed

    request = Request(
        path=path,
        revision=options["revision"],
        config=options["config"],
        isolated=options["isolated"],
        charts=options["charts"],
        argocd_version=options["argocd_version"],
    )
    findings: tuple[Finding, ...] = ()
    with user_errors(), exact_errors():
        session = open_session(request)
        context = session.context
        context.deployment = build_deployment(
            context,
            BuildOptions(engine=options["helm_engine"], processes=options["jobs"], cached=not options["no_cache"]),
        )
        if not context.deployment.applications and context.has_units:
            from masgitops_lint.deployment.from_units import deployment_of

            context.deployment = deployment_of(context.units)
        if not context.deployment.applications:
            click.echo(f"mas-lint: there is no MAS GitOps config in {path}: there is nothing to draw", err=True)
            sys.exit(3)
        if options["format_name"] in ("json", "html") and not options["no_findings"]:
            findings = lint_session(request, session).findings
        chosen = {name: options[name] for name in ("accounts", "clusters", "instances")}
        without = () if options["resources"] else ("resource", "hook")
        parts = context.graph.parts
        if not context.mas.found and context.has_units:
            from masgitops_lint.graph.units import with_units

            parts = with_units(parts, context.units)
        shown = narrowed(parts, **chosen, without=without)
        if not shown.nodes:
            raise CommandError("nothing in this repo is in the chosen accounts, clusters and instances")
        if any(chosen.values()):
            findings = findings_in(shown, findings)
        text = _render(options, context, shown, findings, path)
    if options["file"] is None or options["file"] == "-":
        click.echo(text, nl=False)
        return
    try:
        with open(options["file"], "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
    except OSError as error:
        raise CommandError(f"cannot write {options['file']}: {error.strerror}") from error


def _render(options: dict[str, Any], context: Context, parts: Parts, findings: tuple[Finding, ...], path: str) -> str:
    from .places import locator

    format_name = options["format_name"]
    if format_name in ("mermaid", "dot"):
        from masgitops_lint.report.graph import diagrams

        if format_name == "dot":
            return diagrams.dot(parts)
        text = diagrams.mermaid(parts)
        if trouble := diagrams.too_much_for_mermaid(text):
            click.echo(f"mas-lint: this has {trouble}; choose a part with --cluster or --instance", err=True)
        return text
    locate = locator(context.repository, [node.place for node in parts.nodes] + [edge.place for edge in parts.edges])
    if format_name == "graphml":
        from masgitops_lint.graph.network import graphml

        return graphml(parts, locate)
    from masgitops_lint.graph.durations import source
    from masgitops_lint.report.graph import node_link

    about = {"charts": context.deployment.charts, "exact": context.deployment.exact, "durations": source()}
    if format_name == "json":
        return node_link.render(parts, locate, findings, about)
    from masgitops_lint.report.graph import page

    document = node_link.document(parts, locate, findings, about)
    if not options["no_values"] and len(context.deployment.applications) <= page.VALUES_LIMIT:
        by_id = {node.id: node for node in parts.nodes}
        for application, own in zip(context.graph.applications, context.graph.ids, strict=True):
            if own in by_id and application.kind == "Application":
                document["graph"].setdefault("values", {})[own] = page.shown_values(application)
    return page.render(document, f"mas-lint graph: {path.rstrip('/').rpartition('/')[2] or path}")
