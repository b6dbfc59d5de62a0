"""`mas-lint plan`: what a change will do, and what it will destroy."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from .errors import CommandError, user_errors
from .exact_options import build_options, exact_errors, exact_options
from .options import colour_wanted, option, rule_options, target_options

if TYPE_CHECKING:
    from masgitops_lint.app import PlanOutcome, Session
    from masgitops_lint.model.place import Place, Span
    from masgitops_lint.report.plan.view import PlanView


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@target_options
@rule_options
@exact_options
@option("--base", metavar="REV", help="The older side: a Git revision (its merge base with HEAD) or a directory.")
@option("--charts-from", metavar="SOURCE", help="Plan an upgrade of the charts: from this release or source.")
@option("--charts-to", metavar="SOURCE", help="Plan an upgrade of the charts: to this release or source.")
@option(
    "--output-format",
    "--format",
    "format_name",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
)
@option("--output-file", "-o", "file", metavar="FILE", help="Write there instead of to the terminal.")
@option("--fail-on", type=click.Choice(["error", "warning", "note", "never"]), default="never", show_default=True)
@click.option(
    "--fail-on-delete",
    is_flag=True,
    envvar="MAS_LINT_FAIL_ON_DELETE",
    help="Exit 1 when anything unapproved is deleted.",
)
@click.option("--no-ignores", is_flag=True, help="Ignore suppression comments, per-file ignores and approvals.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True)
def command(path: str, **options: Any) -> None:
    """Say what Argo CD will do when PATH replaces what --base names, and what that destroys.

    `--revision :index --base HEAD` plans the commit in preparation; two directories can be compared as well. Nothing
    is printed when nothing changes.
    """
    if options["charts_from"] or options["charts_to"]:
        _upgrade(path, options)
        return
    if not options["base"]:
        raise CommandError("name what to compare with: --base REV (such as origin/main) or --base DIRECTORY")
    from masgitops_lint.report.plan import render_plan

    outcome, session = _outcome(path, options)
    _refuse_nothing(path, outcome, session)
    view = _view(outcome, session)
    text = render_plan(options["format_name"], view, color=options["file"] is None and colour_wanted(options["color"]))
    _write(text, options["file"])
    for crash in outcome.crashes:
        click.echo(f"mas-lint: rule {crash.rule} crashed: {crash.error} (a bug in mas-lint)", err=True)
    sys.exit(_exit_code(outcome, options))


def _outcome(path: str, options: dict[str, Any]) -> tuple[PlanOutcome, Session]:
    from masgitops_lint.app import Request, open_session, plan_change

    request = Request(
        path=path,
        revision=options["revision"],
        base=options["base"],
        select=tuple(options["select"]),
        ignore=tuple(options["ignore"]),
        config=options["config"],
        isolated=options["isolated"],
        rules=tuple(options["rules_directories"]),
        charts=options["charts"],
        argocd_version=options["argocd_version"],
        suppressions=not options["no_ignores"],
        baseline="",
    )
    with user_errors(), exact_errors():
        session = open_session(request)
        return plan_change(request, session, build_options(options)), session


def _refuse_nothing(path: str, outcome: PlanOutcome, session: Session) -> None:
    """A repo without anything to plan must not look like one in which nothing changes."""
    sides = [side for side in (session.context, session.context.base) if side is not None]
    if not outcome.plan.empty or any(side.mas.found or side.units.unit_count for side in sides):
        return
    click.echo(
        f"mas-lint: nothing to plan in {path}: no MAS GitOps config, no Argo CD and no Flux manifests on either side",
        err=True,
    )
    sys.exit(3)


def _view(outcome: PlanOutcome, session: Session) -> PlanView:
    from masgitops_lint.cli.places import locator
    from masgitops_lint.model.place import Span
    from masgitops_lint.report.plan.view import PlanView

    head = locator(session.context.repository)
    base = locator(session.context.base.repository) if session.context.base is not None else head

    def locate(place: Place, side: str) -> Span:
        if side == "base" or place.path not in session.context.repository.path_set:
            return base(place) if place.keys else Span()
        return head(place)

    return PlanView(outcome.plan, locate, outcome.findings, outcome.approved)


def _write(text: str, file: str | None) -> None:
    if file is None or file == "-":
        click.echo(text, nl=False)
        return
    try:
        with open(file, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
    except OSError as error:
        raise CommandError(f"cannot write {file}: {error.strerror}") from error


def _exit_code(outcome: PlanOutcome, options: dict[str, Any]) -> int:
    if outcome.crashes:
        return 2
    if options["fail_on_delete"]:
        given = {} if options["no_ignores"] else outcome.approved
        if any(one.deletes and one.application.name not in given for one in outcome.plan.removed):
            return 1
    ranks = {"error": 3, "warning": 2, "note": 1, "never": 4}
    return 1 if any(finding.severity.rank >= ranks[options["fail_on"]] for finding in outcome.findings) else 0


def _upgrade(path: str, options: dict[str, Any]) -> None:
    if not (options["charts_from"] and options["charts_to"]):
        raise CommandError("an upgrade is planned with both --charts-from and --charts-to")
    from importlib import import_module

    try:
        upgrade = import_module("masgitops_lint.cli.upgrade")
    except ModuleNotFoundError as error:
        raise CommandError("this mas-lint cannot plan an upgrade of the charts") from error
    upgrade.run(path, options)
