"""`mas-lint check`: lint, write the reports, and exit with what they mean."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import Any

import click

from masgitops_lint.app import Request, exit_code, lint, nothing_checked
from masgitops_lint.model.report import Report
from masgitops_lint.report import FORMATS, RenderOptions, render

from .errors import CommandError, user_errors
from .options import colour_wanted, fleet_options, option, rule_options, target_options
from .prefix import path_prefix
from .progress import progress


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@target_options
@rule_options
@fleet_options
@option(
    "--output-format", "--format", "formats", multiple=True, type=click.Choice(list(FORMATS)), help="May be repeated."
)
@option(
    "--output-file", "-o", "files", multiple=True, metavar="FILE", help="Where the format of the same position goes."
)
@option("--fail-on", type=click.Choice(["error", "warning", "note", "never"]), help="Exit 1 from this severity on.")
@option("--base", metavar="REV", help="Also judge what a change against this revision (or directory) does.")
@option("--baseline", metavar="FILE", help="Findings accepted earlier.")
@option("--no-ignores", is_flag=True, help="Ignore suppression comments, per-file ignores and the baseline.")
@option("--show-suppressed", is_flag=True, help="List silenced findings as well.")
@option("--quiet", "-q", is_flag=True, help="Print the summary only.")
@option("--verbose", "-v", is_flag=True, help="Print tracebacks of rules that crashed.")
@option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True)
def command(path: str, **options: Any) -> None:
    """Lint the config repo at PATH (or the cluster, instance or file at PATH, within its repo)."""
    pairs = pair_outputs(options["formats"], options["files"])
    watched = not options["no_progress"] and not options["quiet"]
    with user_errors(), progress(wanted=watched) as tell:
        report = lint(replace(request_from(path, options), progress=tell))
        fail_on = options["fail_on"] or _settings_fail_on(path, options)
    for format_name, file in pairs:
        write(report, format_name, file, options, fail_on)
    for crash in report.crashes:
        click.echo(f"mas-lint: rule {crash.rule} crashed: {crash.error} (a bug in mas-lint)", err=True)
        if options["verbose"]:
            click.echo(crash.traceback, err=True)
    if nothing_checked(report):
        click.echo(
            f"mas-lint: nothing to check in {path}: no MAS GitOps config files (such as "
            "<account>/<cluster>/ibm-mas-cluster-base.yaml), no Argo CD and no Flux manifests",
            err=True,
        )
    sys.exit(exit_code(report, fail_on))


def request_from(path: str, options: dict[str, Any]) -> Request:
    """The library's request for the options of the command line."""
    return Request(
        path=path,
        revision=options["revision"],
        base=options.get("base"),
        select=tuple(options["select"]),
        ignore=tuple(options["ignore"]),
        config=options["config"],
        isolated=options["isolated"],
        baseline=options.get("baseline"),
        rules=tuple(options["rules_directories"]),
        charts=options["charts"],
        argocd_version=options["argocd_version"],
        suppressions=not options.get("no_ignores", False),
        accounts=_account_names(options.get("accounts", ())),
        shard=options.get("shard"),
        jobs=options.get("jobs") or None,
        cache=not options.get("no_cache", True),
        cache_dir=_cache_directory(options.get("cache_dir")),
    )


def _account_names(given: tuple[str, ...]) -> tuple[str, ...]:
    """The accounts asked for, each once; `dev/` (completed by a shell) is `dev`. Raises `CommandError`."""
    names = tuple(dict.fromkeys(name.rstrip("/") for name in given))
    for name in names:
        if not name or "/" in name:
            raise CommandError(f"--account takes the name of an account's directory, not `{name or '/'}`")
    return names


def _cache_directory(given: str | None) -> str | None:
    if given and os.path.exists(given) and not os.path.isdir(given):
        raise CommandError(f"--cache-dir {given} is a file: results are kept in a directory")
    return given or None


def _settings_fail_on(path: str, options: dict[str, Any]) -> str:
    from masgitops_lint.layout import locate
    from masgitops_lint.settings.load import load_settings

    return load_settings(locate(path).root, options["config"], isolated=options["isolated"]).fail_on


def pair_outputs(formats: tuple[str, ...], files: tuple[str, ...]) -> list[tuple[str, str | None]]:
    """Formats with the files of the same position; one format may go to the terminal. Raises `CommandError`."""
    chosen = list(formats) or ["full"]
    if len(files) > len(chosen):
        raise CommandError("there are more --output-file than --output-format: give each file its format")
    pairs: list[tuple[str, str | None]] = [*zip(chosen, files, strict=False)]
    pairs += [(name, None) for name in chosen[len(files) :]]
    if sum(file is None for _, file in pairs) > 1:
        raise CommandError(
            "several formats would go to the terminal: give each its --output-file (`-` for one of them)"
        )
    return pairs


def write(report: Report, format_name: str, file: str | None, options: dict[str, Any], fail_on: str) -> None:
    """One report to its file, or to standard output."""
    to_terminal = file is None or file == "-"
    text = render(
        format_name,
        report,
        RenderOptions(
            color=to_terminal and colour_wanted(options["color"]),
            fail_on=fail_on,  # type: ignore[arg-type]
            path_prefix=path_prefix(report.root, format_name),
            suppressed=options.get("show_suppressed") or None,
            summary_only=options.get("quiet", False),
            jobs=options.get("jobs") or 0,
        ),
    )
    if to_terminal or file is None:
        # click strips colours from a pipe unless it is told that they are wanted
        click.echo(text, nl=False, color=colour_wanted(options["color"]) or None)
        return
    try:
        with open(file, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
    except OSError as error:
        raise CommandError(f"cannot write {file}: {error.strerror}") from error
