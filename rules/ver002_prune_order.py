"""Removals are pruned in the wrong order.

## What it checks

Accounts whose Account Root has `auto_delete: true`, and Applications with `prune: true` whose objects lie in several sync waves,
against the Argo CD that serves them.

## What Argo CD does

Before 2.11.0 (and 2.10.10 in its minor) a sync prunes in ascending order of waves and does not wait for what it deletes to be
gone (argo-cd#15074). A MAS instance that is removed loses its databases, its license service and the Suite before the
applications on top of them; finalizers then wait for what no longer answers and the deletion hangs. MAS GitOps relies on
the reverse order for deprovisioning.

## How to fix

Upgrade Argo CD to 2.11.0 or newer (OpenShift GitOps 1.13 or newer), or to 2.10.10 or a later 2.10; until then leave `auto_delete`
off and delete the Applications from the top wave down by hand. If nothing in the repo tells which Argo CD runs, declare it:
`argocd-version: 2.13.1` in `.mas-lint.yaml`, for all accounts or under one of them.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule, sync_wave

RULE = Rule(code="VER002", name="prune-order", severity="error", tags=("versions", "argocd", "prune"))

_ROOT = (
    "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: root.dev\n  namespace: argocd\nspec:\n"
    "  project: mas\n  destination:\n    server: https://kubernetes.default.svc\n    namespace: argocd\n"
    "  source:\n    repoURL: https://github.com/ibm-mas/gitops\n    path: root-applications/ibm-mas-account-root\n"
    "    targetRevision: 8.4.2\n    helm:\n      valuesObject:\n        account:\n          id: dev\n"
    "        auto_delete: %s\n"
)
BAD = (
    Example(
        "Argo CD 2.10.9 prunes upwards", {"root.yaml": _ROOT % "true  #! VER002"}, settings="argocd-version: 2.10.9\n"
    ),
    Example("nothing tells which Argo CD it is", {"root.yaml": _ROOT % "true  #! VER002"}),
    Example(
        "the channel may still bring one that does",
        {
            "root.yaml": _ROOT % "true  #! VER002",
            "operators/gitops.yaml": (
                "apiVersion: operators.coreos.com/v1alpha1\nkind: Subscription\nmetadata:\n  name: gitops\n"
                "  namespace: openshift-gitops-operator\nspec:\n  channel: gitops-1.12\n  name: openshift-gitops-operator\n"
                "  source: redhat-operators\n  sourceNamespace: openshift-marketplace\n"
            ),
        },
    ),
)
GOOD = (
    Example("backported to 2.10.10", {"root.yaml": _ROOT % "true"}, settings="argocd-version: 2.10.10\n"),
    Example("nothing is deleted", {"root.yaml": _ROOT % "false"}, settings="argocd-version: 2.10.0\n"),
    Example("not declared, nothing is deleted"),
)

_UPGRADE = "upgrade to Argo CD 2.11.0 or newer (OpenShift GitOps 1.13), or to 2.10.10 or a later 2.10"


def check(context: Context) -> Drafts:
    """Accounts that delete, and pruning Applications with waves."""
    unknown: list[str] = []
    for account in context.mas.accounts():
        if not context.account(account).flag("auto_delete"):
            continue
        verdict = context.argocd.verdict(account)
        has = verdict.supports("reverse-wave-prune")
        if not verdict.known:
            unknown.append(account)
        elif has is not True:
            how = "prunes" if has is False else "may prune"
            yield RULE.draft(
                context.account_place(account, "auto_delete"),
                f"account `{account}` has `auto_delete: true`, and {verdict.label} {how} in ascending order of sync waves: "
                "databases and operators are deleted before what stands on them, and the deletion hangs",
                help=_UPGRADE,
                related=((verdict.evidence.place, "what runs"),) if verdict.evidence is not None else (),
                severity="error" if has is False else "warning",
            )
    if unknown:
        names = ", ".join(f"`{one}`" for one in unknown[:5]) + (
            f" and {len(unknown) - 5} more" if len(unknown) > 5 else ""
        )
        yield RULE.draft(
            context.account_place(unknown[0], "auto_delete"),
            f"`auto_delete: true` for {names} needs Argo CD 2.11.0 (or 2.10.10), which prunes in reverse order of sync waves, "
            "and nothing in the repo tells which Argo CD runs",
            help="declare it as `argocd-version` in .mas-lint.yaml, or pass --argocd-version",
            severity="note",
        )
    yield from _applications(context)


def _applications(context: Context) -> Drafts:
    if not context.has_units or context.argocd.supports("reverse-wave-prune") is not False:
        return
    verdict = context.argocd.verdict()
    found = []
    for unit in context.units.of("argocd", "Application"):
        waves = {sync_wave(obj.data) for obj in unit.objects} if unit.prune is True else set()
        if len(waves) > 1 and unit.place is not None:
            found.append((unit, len(waves)))
    if found:
        unit, waves_count = found[0]
        more = f", like {len(found) - 1} more," if len(found) > 1 else ""
        yield RULE.draft(
            unit.place,
            f"Application {unit.name}{more} prunes objects of {waves_count} sync waves on its own, and {verdict.label} prunes "
            "in ascending order of waves without waiting: what later waves still need is removed first",
            help=_UPGRADE,
            related=((verdict.evidence.place, "what runs"),) if verdict.evidence is not None else (),
            severity="warning",
        )
