"""The command line: options in, exit code out. Commands are imported when they are called."""

from __future__ import annotations

import sys
from importlib import import_module

import click

COMMANDS = {
    "check": ("check", "Lint a config repo (the default command)."),
    "plan": ("plan", "Say what a change will do, and what it will destroy."),
    "tree": ("tree", "Show the Applications Argo CD would build."),
    "graph": ("graph", "Write the dependency graph: Mermaid, DOT, GraphML, JSON or a page to look at."),
    "secrets": ("secrets", "List every secret the repo needs, and who writes it."),
    "why": ("why", "Tell where a value goes, or where it comes from."),
    "versions": ("versions", "Say which Argo CD the repo needs, and which one runs."),
    "detect": ("detect", "Say what kind of config repo this is, and how that is known."),
    "explain": ("explain", "Show a rule's page."),
    "rules": ("rules", "List the rules."),
    "charts": ("charts", "Release profiles and chart sources."),
    "catalogs": ("catalogs", "The operator catalogues that mas-lint knows."),
    "schema": ("schema", "Print or export JSON Schemas."),
    "baseline": ("baseline", "Accept today's findings, so that only new ones fail."),
    "merge": ("merge", "Join the JSON reports of shards or accounts to one report."),
    "comment": ("comment", "Keep one comment of a pull request up to date."),
}
"""Command -> (module of this package that holds `command`, one line of help)."""


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports one only when it runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the table above."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a command."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"masgitops_lint.cli.{COMMANDS[cmd_name][0]}")
        command = module.command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One line a command, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


def _version(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from masgitops_lint.version import __version__

        click.echo(f"mas-lint {__version__}")
        ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Print the version."
)
def group() -> None:
    """Lint and plan GitOps config repos: IBM MAS GitOps first, Argo CD and Flux as well.

    `mas-lint [PATH]` is short for `mas-lint check [PATH]`.
    """


def with_default_command(arguments: list[str]) -> list[str]:
    """The arguments with `check` put in front unless they start with a command, `--version` or a call for help."""
    if arguments and (arguments[0] in COMMANDS or arguments[0] in ("-h", "--help", "--version")):
        return arguments
    return ["check", *arguments]


def misspelt_command(arguments: list[str]) -> str:
    """The command that the first argument is most likely meant to be, when it is neither one nor a path; else ""."""
    import os

    if not arguments or arguments[0] in COMMANDS or arguments[0][:1] == "-" or os.path.exists(arguments[0]):
        return ""
    from difflib import get_close_matches

    return next(iter(get_close_matches(arguments[0], COMMANDS, n=1, cutoff=0.7)), "")


def main(arguments: list[str] | None = None) -> None:
    """Run the command line, by default the process's own, and exit."""
    import gc
    from contextlib import nullcontext

    from .errors import exit_on_error
    from .leaving import leaving_at_once

    # A run makes many objects and hardly any cycles: looking for them often costs a tenth of the time.
    gc.set_threshold(20_000_000, 50, 50)
    given = sys.argv[1:] if arguments is None else arguments
    meant = misspelt_command(given)
    if meant:
        click.echo(f"mas-lint: there is no command and no path {given[0]}: did you mean `mas-lint {meant}`?", err=True)
        sys.exit(2)
    with leaving_at_once() if arguments is None else nullcontext(), exit_on_error():
        group(with_default_command(given), prog_name="mas-lint")
