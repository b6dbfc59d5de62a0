"""`mas-lint explain CODE`: a rule's page."""

from __future__ import annotations

import click

from .errors import CommandError, user_errors
from .options import option


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("code")
@option("--rules", "rules_directories", multiple=True, metavar="DIR", help="More rules (Python files).")
def command(code: str, rules_directories: tuple[str, ...]) -> None:
    """Show the page of the rule CODE (a code such as CFG011, or a name such as merge-key-mismatch)."""
    from masgitops_lint.engine.pages import rule_page
    from masgitops_lint.engine.rules import load_rules
    from masgitops_lint.engine.selection import RuleIndex

    with user_errors():
        rules = load_rules(rules_directories)
    index = RuleIndex(loaded.rule for loaded in rules)
    exact = index.code(code)
    if exact is None:
        near = index.near(code)
        raise CommandError(
            f"no rule is called `{code}`"
            + (f": did you mean {' or '.join(near)}?" if near else "; see `mas-lint rules`")
        )
    click.echo(rule_page(next(loaded for loaded in rules if loaded.rule.code == exact)))
