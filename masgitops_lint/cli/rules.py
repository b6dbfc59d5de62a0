"""`mas-lint rules`: the list of rules."""

from __future__ import annotations

import json

import click

from .errors import user_errors
from .options import option


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@option("--output-format", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
@option("--rules", "rules_directories", multiple=True, metavar="DIR", help="More rules (Python files).")
def command(output_format: str, rules_directories: tuple[str, ...]) -> None:
    """List all rules with code, name, default severity and title."""
    from masgitops_lint.engine.pages import rules_index
    from masgitops_lint.engine.rules import load_rules

    with user_errors():
        rules = load_rules(rules_directories)
    if output_format == "markdown":
        click.echo(rules_index(rules), nl=False)
    elif output_format == "json":
        rows = [
            {
                "code": loaded.rule.code,
                "name": loaded.rule.name,
                "severity": loaded.rule.severity,
                "title": loaded.title,
                "tags": list(loaded.rule.tags),
                "since": loaded.rule.since,
                "options": dict(loaded.rule.options),
            }
            for loaded in rules
        ]
        click.echo(json.dumps(rows, indent=2))
    else:
        width = max(len(loaded.rule.name) for loaded in rules)
        for loaded in rules:
            rule = loaded.rule
            click.echo(f"{rule.code}  {rule.severity:<7}  {rule.name:<{width}}  {loaded.title}")
