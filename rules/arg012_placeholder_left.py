"""Text that was meant to be replaced is still there.

## What it checks

`repoURL`, `path`, `destination` and `project` of Applications, ApplicationSets and AppProjects; parameters of
SecretProviderClasses; identity annotations of ServiceAccounts; hosts of Ingresses; images of pods. Reported are
`${NAME}` where nothing fills it in, `<NAME>`, and words like `your-username`, `CHANGE_ME`, `REPLACE_ME`.

## What happens

Argo CD applies what Git holds: a `sed` or `envsubst` in a workflow changes only its own copy. The repository
`your-username/...` does not exist, the Key Vault `${TENANT_ID}` neither.

## How to fix

Commit the real value, or fill it in with a kustomize patch or replacement, Helm values or a Flux `postBuild`.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="ARG012", name="placeholder-left", severity="warning", tags=("placeholders",))

_APP = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: %s
  namespace: argocd
spec:
  project: default
  source:
    repoURL: %s
    targetRevision: main
    path: %s
  destination:
    server: https://kubernetes.default.svc
    namespace: shop
"""
_CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n"
_FILES = {"web/settings.yaml": _CONFIG_MAP}
BAD = (
    Example(
        "from a template repository",
        {**_FILES, "apps/one.yaml": _APP % ("one", "https://github.com/your-username/fleet.git  #! ARG012", "web")},
        base="empty",
    ),
)
GOOD = (
    Example(
        "a real one",
        {**_FILES, "apps/one.yaml": _APP % ("one", "https://git.example.net/acme/fleet.git", "web")},
        base="empty",
    ),
)


def check(context: Context) -> Drafts:
    """Placeholders in fields that decide where things come from and go to."""
    for found in context.units.placeholders():
        yield RULE.draft(
            found.place,
            f"{found.text} looks like a placeholder that nobody replaced; {found.obj.label} is applied as it stands",
            help=found.hint
            or "commit the real value: what a workflow replaces in its own copy never reaches the cluster",
            affects=[found.unit.label] if found.unit is not None else [],
        )
