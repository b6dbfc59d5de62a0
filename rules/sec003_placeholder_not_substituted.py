"""A vault placeholder where the plugin does not run.

## What it checks

Placeholders in values that the root charts use themselves (ids, cluster URL, namespaces, names, labels, anything that
a condition compares), and in values of Applications whose source has no plugin (such as Selenium Grid). Which keys
these are is derived from the charts of the release in use.

## What Argo CD does

The plugin runs for the leaf charts only. ApplicationSets and root charts see the text of the placeholder: a namespace
or a server with that name, a comparison that is never true.

## How to fix

Write the value itself: an id, a namespace, a provider or a channel is no secret.
"""

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from typing import Any

from masgitops_lint.sdk import Context, Drafts, Example, Keys, Rule, literal_use

RULE = Rule(code="SEC003", name="placeholder-not-substituted", severity="error", tags=("secrets", "vault"))

_ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:dev/cluster1"
BAD = (
    Example(
        "a namespace",
        {
            "dev/cluster1/ibm-dro.yaml": (
                f'merge-key: "dev/cluster1"\nibm_dro:\n  dro_namespace: "<path:{_ARN}/dro_settings#namespace>"  '
                f"#! SEC003\n"
                f'  ibm_entitlement_key: "<path:{_ARN}/ibm_entitlement#entitlement_key>"\n  run_sync_hooks: true\n'
            )
        },
    ),
)
GOOD = (Example("placeholders in values of leaf charts"),)


def check(context: Context) -> Drafts:
    """Uses that a root chart takes literally."""
    for use, literal in _literal(context):
        name = str(use.keys[-1])
        if literal is not None and literal.what == "compared":
            effect = (
                f"the root chart compares `{name}` before the vault plugin runs ({literal.template}), and "
                f"the text of a placeholder equals nothing"
            )
        elif literal is not None:
            effect = (
                f"the root chart puts `{name}` into an Application's {literal.what} ({literal.template}), "
                f"where the vault plugin does not run: Argo CD takes the placeholder's text"
            )
        else:
            effect = (
                f"`{use.unsubstituted[0].name}` has no vault plugin: the placeholder's text is deployed as it stands"
            )
        yield RULE.draft(
            context.inside(use.reference.place, use.reference.raw),
            f"this placeholder is never replaced: {effect}",
            help="write the value itself",
            affects=context.applications_for(use.reference.place),
        )


def _literal(context: Context) -> Iterator[tuple[Any, Any]]:
    """Uses that are taken literally, with how the root chart uses the key itself: asked once for each key of a level."""
    known: dict[tuple[str, str], dict[Keys, Any]] = {}
    for scope, uses in groupby(context.secrets.uses, attrgetter("scope")):
        literals = known.setdefault((context.account_of(scope), scope.level), {})
        for use in uses:
            if use.keys not in literals:
                literals[use.keys] = literal_use(context, scope, use.keys)
            literal = literals[use.keys]
            if literal is not None or use.unsubstituted:
                yield use, literal
