"""A change takes a version back.

## What it checks

Between the base and the change: operator catalogues, channels of the suite, of its applications and of the license service, and the
release of the charts. Only with `--base` and in `mas-lint plan`.

## What Argo CD does

It writes the older catalogue or channel into the CatalogSource or Subscription. OLM never installs an older version over a newer one:
the operators stay as they are, their Subscriptions stop, and databases that were migrated to the newer version do not fit a
fresh install. An older release of the charts renders other Applications, waves and secrets.

## How to fix

Go forward. To undo an upgrade, restore the instance from its backup.
"""

import re

from masgitops_lint.sdk import Context, Drafts, Example, Rule, Scope

RULE = Rule(code="VER023", name="version-goes-back", severity="error", tags=("versions", "catalogue"), needs_base=True)

_CATALOG = 'merge-key: "dev/cluster1"\nibm_operator_catalog:\n  mas_catalog_version: %s\n  mas_catalog_image: icr.io/cpopen/ibm-maximo-operator-catalog\n'
_SUITE = (
    'merge-key: "dev/cluster1/inst2"\nibm_mas_suite:\n  mas_channel: %s\n  domain: inst2.apps.cluster1.example.com\n'
)
BAD = (
    Example("an older catalogue", {"dev/cluster1/ibm-operator-catalog.yaml": _CATALOG % "v9-260129-amd64  #! VER023"}),
    Example("an older channel", {"dev/cluster1/inst2/ibm-mas-suite.yaml": _SUITE % '"9.0.x"  #! VER023'}),
)
GOOD = (
    Example("forward", {"dev/cluster1/ibm-operator-catalog.yaml": _CATALOG % "v9-260430-amd64"}),
    Example("nothing changed"),
)

_CATALOGUE = ("ibm_operator_catalog", "mas_catalog_version")


def check(context: Context) -> Drafts:
    """Catalogues, channels and chart releases that were newer."""
    if context.base is None:
        return
    before = {(scope.level, scope.directory): scope for scope in context.base.mas.scopes}
    for scope in context.mas.scopes:
        old = before.get((scope.level, scope.directory))
        if old is not None and old is not scope:
            yield from _catalogue(context, scope, old)
            yield from _channels(context, scope, old)
    for account in context.mas.accounts():
        now, then = context.chart_revision(account), context.base.chart_revision(account)
        if now is None or then is None or now.text == then.text:
            continue
        new, old_release = _numbers(now.text), _numbers(then.text)
        if len(new) == len(old_release) == 3 and new < old_release:
            yield RULE.draft(
                context.account_place(account, "source.revision"),
                f"account `{account}` goes back from the charts of {then.text} to those of {now.text}: Applications, waves and "
                "secrets of the newer release are taken away",
                help=f"`mas-lint plan --charts-from {then.text} --charts-to {now.text}` shows what changes",
                severity="warning",
            )


def _catalogue(context: Context, scope: Scope, old: Scope) -> Drafts:
    new_tag, old_tag = context.catalogs.parse(scope.get(*_CATALOGUE)), context.catalogs.parse(old.get(*_CATALOGUE))
    if new_tag is None or old_tag is None or new_tag.day is None or old_tag.day is None or new_tag.day >= old_tag.day:
        return
    yield RULE.draft(
        scope.place(_CATALOGUE),
        f"cluster `{scope.cluster}` goes back from the catalogue `{old_tag.text}` to `{new_tag.text}`: OLM installs no older operator "
        "over a newer one, and upgrades stop",
        help="keep the newer catalogue",
        affects=context.applications_at(scope, _CATALOGUE),
    )


def _channels(context: Context, scope: Scope, old: Scope) -> Drafts:
    routes = [(key, name) for key in scope.values for name in _NAMES if isinstance(scope.get(key), dict)]
    for keys in routes:
        new, then = scope.get(*keys), old.get(*keys)
        if not isinstance(new, str) or not isinstance(then, str) or new == then:
            continue
        numbers, before = _numbers(new), _numbers(then)
        if numbers and before and numbers < before:
            yield RULE.draft(
                scope.place(keys),
                f"`{'.'.join(keys)}` goes back from `{then}` to `{new}`: OLM installs no older version over a newer one, and the "
                "operator's Subscription stops",
                help=f"keep {then}",
                affects=context.applications_at(scope, keys),
            )


_NAMES = ("mas_channel", "mas_app_channel", "sls_channel", "aiservice_channel", "catalog_channel")


def _numbers(text: str) -> tuple[int, ...]:
    match = re.match(r"v?(\d+(?:\.\d+)*)", text)
    return tuple(int(part) for part in match[1].split(".")) if match else ()
