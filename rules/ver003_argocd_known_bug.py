"""A known defect of the Argo CD that runs bites something in the repo.

## What it checks

ApplicationSets, hooks, config files and Argo CD's own installation in the repo against a table of defects that make Argo CD
generate, keep or delete something else than what is written:

| versions | what happens |
|---|---|
| 2.5.14, 2.6.5 | a git files generator as the second child of a matrix gives nothing: all its Applications are deleted |
| before 2.8.0 | the merge generator keeps a scalar where a later file has a mapping |
| before 2.9.0 | in a matrix, the second child replaces empty values of the first |
| before 3.0.0 | selectors inside nested generators are ignored |
| 2.10.0 to 3.2 | PostDelete finalizers are taken off Applications that an ApplicationSet generates |
| 2.10.0 to 3.3.4 | a hook that is PostSync and PostDelete never runs in the sync |
| 2.14.0 | the manifests of the tag name an image that does not exist |
| 3.3.0 and newer | the ApplicationSet CRD is too large for client-side apply |

## What Argo CD does

Each row of the table (`argocd_features.json`) names the upgrade note, issue or commit that tells.

## How to fix

Move to a version without the defect, or change what it bites.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="VER003", name="argocd-known-bug", severity="error", tags=("versions", "argocd"))

_SET = (
    "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata:\n  name: apps\n  namespace: argocd\nspec:\n"
    "  goTemplate: true\n  generators:\n    - matrix:%s\n        generators:\n          - clusters: {}\n          - git:%s\n"
    "              repoURL: https://git.example.com/org/config.git\n              revision: main\n"
    "              files:\n                - path: defaults/*.yaml\n"
    "  template:\n    metadata:\n      name: 'app-{{ .name }}'\n    spec:\n      project: default\n"
    "      source:\n        repoURL: https://git.example.com/org/config.git\n        path: apps\n        targetRevision: main\n"
    "      destination:\n        name: '{{ .name }}'\n        namespace: apps\n"
)
_INSTALL = (
    "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: argocd%s\n  namespace: argocd\nspec:\n"
    "  project: default\n  destination:\n    server: https://kubernetes.default.svc\n    namespace: argocd\n"
    "  source:\n    repoURL: https://argoproj.github.io/argo-helm\n    chart: argo-cd\n    targetRevision: 9.4.1\n"
    "  syncPolicy:\n    syncOptions:\n      - %s\n"
)
BAD = (
    Example(
        "2.6.5 deletes everything that this set made",
        {"sets/apps.yaml": _SET % ("  #! VER003", "  #! VER003")},
        base="empty",
        settings="argocd-version: 2.6.5\n",
    ),
    Example(
        "Argo CD 3.3 cannot update itself",
        {"apps/argocd.yaml": _INSTALL % ("  #! VER003", "CreateNamespace=true")},
        base="empty",
    ),
)
GOOD = (
    Example("fixed in 2.6.6", {"sets/apps.yaml": _SET % ("", "")}, base="empty", settings="argocd-version: 2.13.0\n"),
    Example("server-side", {"apps/argocd.yaml": _INSTALL % ("", "ServerSideApply=true")}, base="empty"),
    Example("unknown version", {"sets/apps.yaml": _SET % ("", "")}, base="empty"),
)


def check(context: Context) -> Drafts:
    """Defects of the version that runs, each where it bites."""
    accounts = context.mas.accounts()
    serving = [context.argocd.verdict(account) for account in accounts] or [context.argocd.verdict()]
    if not any(verdict.known for verdict in serving) and not context.argocd.verdict().known:
        return
    for hit in context.argocd_bugs:
        account = next((one for one in accounts if f"/{one}/" in f"/{hit.place.path}"), "")
        verdict = context.argocd.verdict(account)
        if not verdict.known or hit.bug.in_version(verdict.interval) is not True:
            continue
        yield RULE.draft(
            hit.place,
            f"{verdict.label} has a defect that bites {hit.label}: {hit.bug.title}, so that {hit.bug.effect}",
            help=f"free of it: {hit.bug.fixed} ({hit.bug.source})",
            related=((verdict.evidence.place, "what runs"),) if verdict.evidence is not None else (),
            severity=hit.bug.severity,
        )
    for install in context.argocd.installs:
        decisive = install.decisive
        if decisive.kind == "reference" and decisive.written.lstrip("v") == "2.14.0":
            yield RULE.draft(
                decisive.place,
                "the manifests of tag v2.14.0 name the image v2.14.0-rc7, which does not exist: no Pod of Argo CD starts",
                help="take v2.14.1 or newer",
            )
