"""An Application is in a project that no file declares.

## What it checks

`spec.project` against the AppProjects of the repository. `default` always exists. When the repository declares no
AppProject at all, projects come from elsewhere and one note says which.

## What Argo CD does

`Application referencing project ... which does not exist`: the Application is neither synced nor refreshed.

## How to fix

Correct the name, or add the AppProject.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule, nearest

RULE = Rule(code="ARG004", name="project-missing", severity="error", tags=("argocd", "project"))

_APP = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: %s
  namespace: argocd
spec:
  project: %s
  source:
    repoURL: https://git.example.net/acme/fleet.git
    targetRevision: main
    path: %s
  destination:
    server: https://kubernetes.default.svc
    namespace: shop
"""
_CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n"
_PROJECT = """apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: shop, namespace: argocd}
spec:
  sourceRepos: ['*']
  destinations: [{namespace: '*', server: '*'}]
"""
_FILES = {"project.yaml": _PROJECT, "services/one/settings.yaml": _CONFIG_MAP}
BAD = (
    Example(
        "another name", {**_FILES, "apps/one.yaml": _APP % ("one", "shops  #! ARG004", "services/one")}, base="empty"
    ),
)
GOOD = (Example("declared", {**_FILES, "apps/one.yaml": _APP % ("one", "shop", "services/one")}, base="empty"),)


def check(context: Context) -> Drafts:
    """Projects that nobody declares."""
    units = context.units
    declared = units.projects()
    missing = {}
    for unit in units.of("argocd", "Application"):
        name = unit.project
        if name and name != "default" and name not in declared and unit.manifest is not None and unit.knows(name):
            missing.setdefault(name, {}).setdefault(unit.manifest.at("spec", "project"), []).append(unit)
    for name, places in missing.items():
        found = [unit for units_there in places.values() for unit in units_there]
        first, *others = places
        if not declared:
            yield RULE.draft(
                first,
                f"the repository declares no AppProject; {name} has to come from elsewhere ({len(found)} Applications)",
                help="nothing to do if it exists",
                affects=[unit.label for unit in found],
                severity="note",
            )
            continue
        close = nearest(name, declared, cutoff=0.75)
        more = f" and {len(found) - 1} more are" if len(found) > 1 else " is"
        certain = close and not units.projects_elsewhere() and not all(unit.assumed for unit in found)
        yield RULE.draft(
            first,
            f"no file declares AppProject {name}: {found[0].label}{more} not synced",
            help=f"did you mean {close!r}?" if close else "add the AppProject",
            related=[(place, "here too") for place in others[:8]],
            affects=[unit.label for unit in found],
            severity="error" if certain else "warning",
        )
