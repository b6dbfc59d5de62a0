"""`mas-lint merge`: the reports of a fleet's parts as one, written and judged as `check` would have."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from masgitops_lint.app import exit_code, nothing_checked
from masgitops_lint.report import FORMATS

from .check import pair_outputs, write
from .errors import CommandError, user_errors
from .options import option

if TYPE_CHECKING:
    from masgitops_lint.model.report import Report, RuleInfo


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("reports", nargs=-1, required=True, type=click.Path(), metavar="REPORT...")
@option(
    "--output-format", "--format", "formats", multiple=True, type=click.Choice(list(FORMATS)), help="May be repeated."
)
@option(
    "--output-file", "-o", "files", multiple=True, metavar="FILE", help="Where the format of the same position goes."
)
@option("--fail-on", type=click.Choice(["error", "warning", "note", "never"]), help="Exit 1 from this severity on.")
@option("--root", metavar="DIR", default=".", help="The config repo that was linted: its files are shown, if present.")
@option("--config", metavar="FILE", help="Settings file; otherwise .mas-lint.yaml in --root or above.")
@option("--isolated", is_flag=True, help="Ignore any .mas-lint.yaml.")
@option(
    "--rules", "rules_directories", multiple=True, metavar="DIR", help="More rules (Python files), for their pages."
)
@option("--show-suppressed", is_flag=True, help="List silenced findings as well.")
@option("--quiet", "-q", is_flag=True, help="Print the summary only.")
@option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True)
def command(reports: tuple[str, ...], **options: Any) -> None:
    """Join JSON reports of `--shard` or `--account` runs: the report of all is written, and the exit code is its.

    REPORT is a file that `mas-lint --output-format json` wrote, or a directory of such files (*.json, also further
    down). A shard that is missing is an error (exit 2), after what is there has been written.
    """
    from masgitops_lint.report.merge import MergeError, merge_reports
    from masgitops_lint.report.read_json import ReportError, read_report

    pairs = pair_outputs(options["formats"], options["files"])
    root, fail_on = _root(options)
    try:
        merged = merge_reports([(name, read_report(name, _content(name))) for name in _files(reports)])
    except (MergeError, ReportError) as error:
        raise CommandError(str(error)) from error
    report = _with_pages(merged.report, options["rules_directories"])
    report = report._replace(root=root, sources=_texts(report, root))
    for format_name, file in pairs:
        write(report, format_name, file, options, fail_on)
    for crash in report.crashes:
        click.echo(f"mas-lint: rule {crash.rule} crashed: {crash.error} (a bug in mas-lint)", err=True)
    if merged.missing:
        several = "shards are" if len(merged.missing) > 1 else "shard is"
        raise CommandError(f"{several} missing: {', '.join(merged.missing)}; did all jobs hand in their report?")
    if nothing_checked(report):
        click.echo("mas-lint: nothing was checked in any of the reports", err=True)
    sys.exit(exit_code(report, fail_on))


def _root(options: dict[str, Any]) -> tuple[str, str]:
    """The directory that paths are relative to, and from which severity on the run fails."""
    from masgitops_lint.layout import locate
    from masgitops_lint.settings.load import load_settings

    with user_errors():
        try:
            root = locate(options["root"]).root
        except FileNotFoundError:
            raise CommandError(f"there is no directory {options['root']}") from None
        fail_on = options["fail_on"] or load_settings(root, options["config"], isolated=options["isolated"]).fail_on
    return root, fail_on


def _files(given: tuple[str, ...]) -> list[str]:
    """The files named, and the JSON files in the directories named, in order."""
    found: list[str] = []
    for name in given:
        if not os.path.isdir(name):
            found.append(name)
            continue
        below = sorted(
            os.path.join(directory, file)
            for directory, _, names in os.walk(name)
            for file in names
            if file.endswith(".json")
        )
        if not below:
            raise CommandError(f"there is no JSON report in {name}")
        found += below
    return found


def _content(name: str) -> bytes:
    try:
        with open(name, "rb") as stream:
            return stream.read()
    except OSError as error:
        raise CommandError(f"cannot read {name}: {error.strerror}") from error


def _with_pages(report: Report, directories: tuple[str, ...]) -> Report:
    """The report with the pages of the rules that spoke, as a run has them."""
    from masgitops_lint.engine.rules import load_rules

    used = {finding.rule for finding in report.findings} | {entry.finding.rule for entry in report.suppressed}
    with user_errors():
        rules: tuple[RuleInfo, ...] = tuple(one.info() for one in load_rules(directories) if one.rule.code in used)
    return report._replace(rules=rules)


def _texts(report: Report, root: str) -> Mapping[str, str]:
    """The files that have findings, for code frames; those that are not there are left out."""
    from masgitops_lint.repo.repository import Repository
    from masgitops_lint.repo.snapshot import WorkingTree
    from masgitops_lint.repo.source_text import SourceTexts

    return SourceTexts(Repository(WorkingTree(root)), (finding.path for finding in report.findings))
