"""An Application's project does not permit its source or destination.

## What it checks

`sourceRepos` and `destinations` of the AppProject (with globs and `!` exceptions) against the sources and the
destination of each Application in it, and its lists of namespaces and kinds against the objects that the Application
applies. SSH and HTTPS URLs of one repository are different sources, and `*` in a source stops at a slash. Destinations
that are named on one side and given by URL on the other are not judged.

## What Argo CD does

`application repo ... is not permitted in project` or `application destination ... is not permitted`: the Application is
not synced. `resource ... is not permitted in project`: the sync fails at that object.

## How to fix

Permit it in the project, or move the Application to another project.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="ARG005", name="project-forbids", severity="error", tags=("argocd", "project"))

_APP = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: %s
  namespace: argocd
spec:
  project: shop
  source:
    repoURL: https://git.example.net/acme/fleet.git
    targetRevision: main
    path: %s
  destination:
    server: https://kubernetes.default.svc
    namespace: %s
"""
_CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n"
_PROJECT = """apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: shop, namespace: argocd}
spec:
  sourceRepos: ['https://git.example.net/acme/*']
  destinations:
    - namespace: shop-*
      server: https://kubernetes.default.svc
"""
_FILES = {"project.yaml": _PROJECT, "services/one/settings.yaml": _CONFIG_MAP}
_LISTED = """  namespaceResourceWhitelist:%s
    - {group: '', kind: %s}
"""
_MANY = 4
BAD = (
    Example(
        "another namespace", {**_FILES, "apps/one.yaml": _APP % ("one", "services/one", "web  #! ARG005")}, base="empty"
    ),
    Example(
        "another kind",
        {
            **_FILES,
            "project.yaml": _PROJECT + _LISTED % ("  #! ARG005", "Secret"),
            "apps/one.yaml": _APP % ("one", "services/one", "shop-web"),
        },
        base="empty",
    ),
)
GOOD = (
    Example("permitted", {**_FILES, "apps/one.yaml": _APP % ("one", "services/one", "shop-web")}, base="empty"),
    Example(
        "a listed kind",
        {
            **_FILES,
            "project.yaml": _PROJECT + _LISTED % ("", "ConfigMap"),
            "apps/one.yaml": _APP % ("one", "services/one", "shop-web"),
        },
        base="empty",
    ),
)


def check(context: Context) -> Drafts:
    """What the project does not list."""
    grouped = {}
    for found in context.units.project_violations():
        grouped.setdefault((found.project.place, found.what), []).append(found)
    for violations in grouped.values():
        # What many Applications have in common is one finding: the project lacks it.
        for number, found in enumerate(violations if len(violations) < _MANY else violations[:1]):
            names = [one.unit.label for one in violations[number:]] if len(violations) >= _MANY else [found.unit.label]
            more = f" and {len(names) - 1} more are" if len(names) > 1 else " is"
            yield RULE.draft(
                found.place,
                f"AppProject {found.project.name} does not permit {found.what}: {found.unit.label}{more} not synced",
                help="write the URL as the project does: Argo CD compares it as text"
                if found.same
                else "permit it in the project, or move the Application",
                related=[(found.project.at("spec", found.field, part="key"), "what the project permits")],
                affects=names,
                severity="warning" if found.same or found.unit.assumed else "error",
            )
    for refused in context.units.project_refusals():
        project, first = refused.project, refused.objects[0]
        more = f" and {len(refused.objects) - 1} more" if len(refused.objects) > 1 else ""
        listed = ("spec", refused.field) if refused.field in project.spec else ("spec",)
        yield RULE.draft(
            project.at(*listed, part="key"),
            f"AppProject {project.name} does not permit {refused.what}: {refused.unit.label} fails at "
            f"{first.label}{more}",
            help=f"change `{refused.field}`, or move the Application to another project",
            related=[(one.place, "refused") for one in refused.objects[:4]],
            affects=[refused.unit.label],
            severity="warning" if refused.unit.assumed else "error",
        )
