"""A sync option that Argo CD does not know.

## What it checks

`syncPolicy.syncOptions` of Applications and `argocd.argoproj.io/sync-options` annotations: options that differ from a
known one only by case, spaces or a letter.

## What Argo CD does

It compares options exactly (pkg/apis/application/v1alpha1/types.go) and ignores unknown ones silently.

## How to fix

Write the option as Argo CD does.
"""

import difflib

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="ARG015", name="sync-option-unknown", severity="warning", tags=("argocd",))

_APP = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: %s
  namespace: argocd
spec:
  project: default
  source:
    repoURL: https://git.example.net/acme/fleet.git
    targetRevision: main
    path: %s
  destination:
    server: https://kubernetes.default.svc
    namespace: shop
"""
_CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n"
_FILES = {"services/one/settings.yaml": _CONFIG_MAP}
BAD = (
    Example(
        "in lower case",
        {
            **_FILES,
            "apps/one.yaml": _APP % ("one", "services/one")
            + "  syncPolicy:\n    syncOptions:\n      - createNamespace=true  #! ARG015\n",
        },
        base="empty",
    ),
)
GOOD = (
    Example(
        "as it is called",
        {
            **_FILES,
            "apps/one.yaml": _APP % ("one", "services/one") + "  syncPolicy: {syncOptions: [CreateNamespace=true]}\n",
        },
        base="empty",
    ),
)

_KNOWN = (
    "ApplyOutOfSyncOnly=true", "ClientSideApplyMigration=false", "CreateNamespace=true", "Delete=confirm",
    "Delete=false", "FailOnSharedResource=true", "Force=true", "IgnoreExtraneous", "PruneLast=true", "Prune=confirm",
    "Prune=false", "PrunePropagationPolicy=background", "PrunePropagationPolicy=foreground",
    "PrunePropagationPolicy=orphan", "Replace=true", "RespectIgnoreDifferences=true", "ServerSideApply=true",
    "ServerSideApply=false", "SkipDryRunOnMissingResource=true", "SkipDryRunOnMissingResource=false", "Validate=false",
    "Validate=true",
)  # fmt: skip
_NAMES = {option.partition("=")[0] for option in _KNOWN}


def check(context: Context) -> Drafts:
    """Options that are nearly right."""
    for obj, option, place in context.units.sync_options():
        name, equals, value = option.partition("=")
        if name in _NAMES and (
            not equals or value in ("true", "false", "confirm", "background", "foreground", "orphan")
        ):
            continue
        folded = {known.lower(): known for known in _KNOWN}
        wanted = option.strip().lower().replace(" ", "").replace(":", "=")
        near = folded.get(wanted)
        if near is None:
            close = difflib.get_close_matches(wanted, folded, n=1, cutoff=0.85)
            near = folded[close[0]] if close else None
        if near is not None and near != option:
            yield RULE.draft(
                place,
                f"Argo CD knows no sync option {option!r} and ignores it ({obj.label})",
                help=f"write {near!r}",
            )
