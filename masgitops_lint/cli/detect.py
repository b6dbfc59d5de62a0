"""`mas-lint detect`: what kind of config repo this is, and how that is known."""

from __future__ import annotations

import sys
from typing import Any

import click

from masgitops_lint.app import Request, open_session

from .errors import CommandError, user_errors
from .options import option, target_options


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@target_options
@click.option("--explain", is_flag=True, help="Say for everything how it is known.")
@option(
    "--output-format",
    "--format",
    "format_name",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
)
@option("--output-file", "-o", "file", metavar="FILE", help="Write there instead of to the terminal.")
def command(path: str, **options: Any) -> None:
    """Say what PATH holds: MAS config, Argo CD, Flux or plain kustomize, its roots, clusters and engine versions.

    Several styles may live in one repository, each in a directory of its own. `layouts` in .mas-lint.yaml overrides
    what is detected.
    """
    from masgitops_lint.kubernetes.detect import detect
    from masgitops_lint.report.detection import detection_json, detection_text

    from .places import locator

    request = Request(
        path=path,
        revision=options["revision"],
        config=options["config"],
        isolated=options["isolated"],
        charts=options["charts"],
        argocd_version=options["argocd_version"],
    )
    with user_errors():
        context = open_session(request).context
        found = detect(context.units, [root.prefix for root in context.mas.roots])
    locate = locator(context.repository)
    if options["format_name"] == "json":
        text = detection_json(found, locate)
    else:
        text = detection_text(found, locate, explain=options["explain"])
    if options["file"] in (None, "-"):
        click.echo(text, nl=False)
    else:
        try:
            with open(options["file"], "w", encoding="utf-8", newline="") as stream:
                stream.write(text)
        except OSError as error:
            raise CommandError(f"cannot write {options['file']}: {error.strerror}") from error
    if not found.subtrees:
        sys.exit(3)
