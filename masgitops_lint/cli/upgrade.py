"""`mas-lint plan --charts-from A --charts-to B`: the same config with other charts."""

from __future__ import annotations

import sys
from typing import Any

import click

from .errors import CommandError, user_errors
from .exact_options import build_options, exact_errors


def run(path: str, options: dict[str, Any]) -> None:
    """Plan the upgrade, print it, and exit as `--fail-on` and `--fail-on-delete` say."""
    from masgitops_lint.app import Request, lint_session, open_session
    from masgitops_lint.context import Context
    from masgitops_lint.plan.upgrade import upgrade
    from masgitops_lint.report.plan.view import PlanView
    from masgitops_lint.report.upgrade import render

    from .places import locator

    if options["base"]:
        raise CommandError("plan an upgrade of the charts (--charts-from, --charts-to) or a change (--base), not both")
    request = Request(
        path=path,
        revision=options["revision"],
        select=tuple(options["select"]),
        ignore=tuple(options["ignore"]),
        config=options["config"],
        isolated=options["isolated"],
        rules=tuple(options["rules_directories"]),
        argocd_version=options["argocd_version"],
        suppressions=not options["no_ignores"],
        baseline="",
    )
    with user_errors(), exact_errors():
        session = open_session(request)
        sides = []
        for charts in (options["charts_from"], options["charts_to"]):
            _known(charts)
            settings = session.settings
            accounts = {name: one._replace(charts=None) for name, one in settings.accounts.items()}
            settings = settings._replace(source=settings.source._replace(charts=charts), accounts=accounts)
            context = Context(session.context.repository, settings)
            context.build_options = build_options(options)
            sides.append(session._replace(settings=settings, context=context))
        base, head = sides
        outcome = upgrade(base.context, head.context, build_options(options))
        before, after = lint_session(request, base), lint_session(request, head)
    known = {(one.rule, one.path, one.keys) for one in before.findings}
    still = {(one.rule, one.path, one.keys) for one in after.findings}
    # suppressions that no longer silence anything are a matter of `check`
    new = [one for one in after.findings if (one.rule, one.path, one.keys) not in known and one.rule[:3] != "LNT"]
    gone = sum((one.rule, one.path, one.keys) not in still and one.rule[:3] != "LNT" for one in before.findings)
    locate = locator(session.context.repository)
    view = PlanView(outcome.plan, lambda place, _side: locate(place), tuple(new), {})
    text = render(options["format_name"], outcome, new, gone, locate, view)
    if options["file"] is None or options["file"] == "-":
        click.echo(text, nl=False)
    else:
        try:
            with open(options["file"], "w", encoding="utf-8", newline="") as stream:
                stream.write(text)
        except OSError as error:
            raise CommandError(f"cannot write {options['file']}: {error.strerror}") from error
    for crash in after.crashes:
        click.echo(f"mas-lint: rule {crash.rule} crashed: {crash.error} (a bug in mas-lint)", err=True)
    if after.crashes:
        sys.exit(2)
    ranks = {"error": 3, "warning": 2, "note": 1, "never": 4}
    failed = any(one.severity.rank >= ranks[options["fail_on"]] for one in new)
    deleted = options["fail_on_delete"] and any(one.deletes for one in outcome.plan.removed)
    sys.exit(1 if failed or deleted else 0)


def _known(charts: str) -> None:
    """A release that has no profile cannot be planned with: the nearest one would hide what was asked for."""
    from masgitops_lint.charts.profile import releases
    from masgitops_lint.charts.revision import release_of

    release = release_of(charts)
    if release is not None and release not in releases():
        raise CommandError(
            f"there is no profile of release {release}; there are {', '.join(releases())}. "
            "Name a checkout of the source repo instead"
        )
