"""`mas-lint schema`: the JSON Schemas that other programs and editors use."""

from __future__ import annotations

import os

import click

from .schema_export import command as export


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Print JSON Schemas: of the settings file, of the JSON report and plan; export those of the config files."""


@command.command("settings")
def settings() -> None:
    """The schema of .mas-lint.yaml, for editors."""
    from masgitops_lint.engine.options_schema import with_rules
    from masgitops_lint.engine.rules import load_rules
    from masgitops_lint.settings.schema import schema_text, settings_schema

    click.echo(schema_text(with_rules(settings_schema(), load_rules())), nl=False)


@command.command("report")
def report() -> None:
    """The schema of `--output-format json`."""
    import masgitops_lint.data as data

    file = os.path.join(os.path.dirname(str(data.__file__)), "schemas", "report.schema.json")
    with open(file, encoding="utf-8") as stream:
        click.echo(stream.read(), nl=False)


@command.command("plan")
def plan() -> None:
    """The schema of `plan --output-format json`."""
    import masgitops_lint.data as data

    file = os.path.join(os.path.dirname(str(data.__file__)), "schemas", "plan.schema.json")
    with open(file, encoding="utf-8") as stream:
        click.echo(stream.read(), nl=False)


command.add_command(export, "export")
