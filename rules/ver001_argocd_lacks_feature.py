"""The Argo CD that runs lacks a feature that the charts or the repo rely on.

## What it checks

The Argo CD that serves an account (declared in `.mas-lint.yaml` or with `--argocd-version`, else detected from what the repo
installs) against every feature that the charts of the account's release use, and against every feature that Applications,
ApplicationSets, AppProjects and annotations in the repo use. One finding for each feature, with the least version that has it.
Nothing is said where the version is not known; `mas-lint versions` prints all needs and the lowest version that meets them.

## What Argo CD does

It does not refuse what it does not know. Unknown fields are dropped, unknown hooks are never applied, unknown sync options are
ignored, and an unknown template function stops a whole ApplicationSet. The first version of each feature is the first release
tag of Argo CD whose code has it; the table (`argocd_features.json`) names the source of each row, with backports.

## How to fix

Upgrade Argo CD to the version that the finding names, or do without the feature.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="VER001", name="argocd-lacks-feature", severity="error", tags=("versions", "argocd"))

_APPLICATION = (
    "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: argocd\n  namespace: argocd\nspec:\n"
    "  project: default\n  destination:\n    server: https://kubernetes.default.svc\n    namespace: argocd\n"
    "  source:\n    repoURL: https://argoproj.github.io/argo-helm\n    chart: argo-cd\n    targetRevision: %s\n"
)
BAD = (
    Example(
        "Argo CD 2.9.3 runs no PostDelete hooks, which the charts clean up with",
        {
            "argocd/kustomization.yaml": (
                "resources:\n  - github.com/argoproj/argo-cd//manifests/ha/cluster-install?ref=v2.9.3  #! VER001\n"
            )
        },
    ),
    Example(
        "a chart of Argo CD 2.10 and a PreDelete hook",
        {
            "apps/argocd.yaml": _APPLICATION % "6.7.12",
            "apps/cleaner.yaml": (
                "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: cleaner\n  namespace: argocd\nspec:\n"
                "  project: default\n  destination:\n    server: https://kubernetes.default.svc\n    namespace: x\n"
                "  source:\n    repoURL: https://git.example.com/org/config.git\n    path: cleaner\n    targetRevision: main\n"
            ),
            "cleaner/job.yaml": (
                "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: clean\n  annotations:\n"
                "    argocd.argoproj.io/hook: PreDelete  #! VER001\nspec:\n  template:\n    spec:\n      restartPolicy: Never\n"
                "      containers:\n        - name: clean\n          image: busybox:1.36\n"
            ),
        },
        base="empty",
        settings="repository-urls: [https://git.example.com/org/config.git]\n",
    ),
)
GOOD = (
    Example("nothing tells the version"),
    Example(
        "new enough",
        {
            "argocd/kustomization.yaml": (
                "resources:\n  - github.com/argoproj/argo-cd//manifests/ha/cluster-install?ref=v2.10.0\n"
            )
        },
    ),
    Example("declared", settings="argocd-version: '2.11'\n"),
)


def check(context: Context) -> Drafts:
    """Features that the charts need and features that manifests need."""
    if context.mas.found:
        yield from _charts(context)
    verdict = context.argocd.verdict()
    if not verdict.known:
        return
    for need in context.manifest_needs:
        has = verdict.supports(need.feature)
        if has is True:
            continue
        more = f" and {need.count - 1} more object{'s' if need.count > 2 else ''}" if need.count > 1 else ""
        evidence = ((verdict.evidence.place, "what runs"),) if verdict.evidence is not None else ()
        yield RULE.draft(
            need.place,
            f"{need.label}{more} uses {need.feature.title}, which needs Argo CD {need.feature.needs}: "
            f"{verdict.label} {need.feature.without}",
            help=_help(need.feature.until, need.feature.needs),
            related=evidence,
            severity=need.feature.severity if has is False else "note",
        )


def _help(until: str, needs: str) -> str:
    return "use what took its place before upgrading" if until else f"upgrade Argo CD to {needs}, or do without it"


def _charts(context: Context) -> Drafts:
    accounts: dict[tuple[object, str], list[str]] = {}
    for account in context.mas.accounts():
        verdict = context.argocd.verdict(account)
        if verdict.known:
            key = (context.argocd_place(account), context.profile(account).release)
            accounts.setdefault(key, []).append(account)
    for (place, release), names in accounts.items():
        verdict = context.argocd.verdict(names[0])
        for need in context.argocd_needs(names[0]):
            has = verdict.supports(need.feature)
            if has is True or (has is None and verdict.interval.below.major > 1000):
                continue
            others = f", and {need.count - 1} more" if need.count > 1 else ""
            yield RULE.draft(
                place,  # type: ignore[arg-type]
                f"the charts of release {release} use {need.feature.title} ({need.template}{others}), which needs Argo CD "
                f"{need.feature.needs}: {verdict.label} {need.feature.without}",
                help=_help(need.feature.until, need.feature.needs),
                related=[(context.account_place(name), f"account {name}") for name in names],
                affects=[name for account in names for name in _roots(context, account)],
                severity=need.feature.severity if has is False else "warning",
            )


def _roots(context: Context, account: str) -> list[str]:
    return [one.name for one in context.deployment.applications if one.account == account]
