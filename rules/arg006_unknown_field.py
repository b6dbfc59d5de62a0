"""A field that Argo CD does not have.

## What it checks

Everything below `spec` of Applications, ApplicationSets and AppProjects against the fields of Argo CD's
CustomResourceDefinitions from v1.0 to v3.5. When the repository shows which Argo CD is installed, fields
that only a newer one has are reported as well.

## What happens

The API server drops unknown fields without a word: the Application works, but not as written.

## How to fix

Correct the name or the indentation. Health checks of resources, for example, belong into `argocd-cm`, not into an
Application.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="ARG006", name="unknown-field", severity="warning", tags=("argocd", "schema"))

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
        "prune one level too high",
        {**_FILES, "apps/one.yaml": _APP % ("one", "services/one") + "  syncPolicy:\n    prune: true  #! ARG006\n"},
        base="empty",
    ),
)
GOOD = (
    Example(
        "where it belongs",
        {
            **_FILES,
            "apps/one.yaml": _APP % ("one", "services/one") + "  syncPolicy:\n    automated:\n      prune: true\n",
        },
        base="empty",
    ),
)


def check(context: Context) -> Drafts:
    """Fields that are dropped."""
    seen = set()
    for obj, field in context.units.unknown_fields():
        place = obj.at(*field.route, part="key")
        if place in seen:
            continue
        seen.add(place)
        if field.since:
            text = f"{field.name} exists from Argo CD {field.since} on; the installed one drops it"
            hint = "upgrade Argo CD, or take the field out"
        elif field.until:
            text = f"{field.name} exists up to Argo CD {field.until}; the installed one drops it"
            hint = "take the field out"
        else:
            text = (
                f"Argo CD has no field {'.'.join(str(k) for k in field.route if not isinstance(k, int))}: it is dropped"
            )
            hint = f"did you mean {field.near!r}?" if field.near else "correct the name or the indentation"
            if field.elsewhere and not field.near:
                hint = f"it belongs below {field.elsewhere}"
        yield RULE.draft(place, text, help=hint, affects=[f"{obj.kind} {obj.name}"])
