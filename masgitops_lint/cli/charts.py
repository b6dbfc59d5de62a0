"""`mas-lint charts`: release profiles and real charts. Subcommands are imported when they are called."""

from __future__ import annotations

from importlib import import_module

import click

SUBCOMMANDS = {
    "fetch": ("charts_fetch", "command", "Clone a revision of the source repo into the cache (uses the network)."),
    "list": ("charts_profiles", "list_command", "List the bundled release profiles and the fetched charts."),
    "show": ("charts_profiles", "show", "Show what a release reads and builds."),
    "build": ("charts_profiles", "build", "Compile a release profile from real charts."),
}
"""Subcommand -> (module of this package, the command in it, one line of help)."""


class _LazyCharts(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in SUBCOMMANDS:
            return None
        module, name, _ = SUBCOMMANDS[cmd_name]
        found = getattr(import_module(f"masgitops_lint.cli.{module}"), name)
        assert isinstance(found, click.Command)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in SUBCOMMANDS.items()])


@click.group(cls=_LazyCharts, context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Release profiles (what a release of the source repo does with the config) and the real charts."""
