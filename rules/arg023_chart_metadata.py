"""Helm cannot load a chart that an Application installs from this repository.

## What it checks

`Chart.yaml` of charts that Applications install: that it is YAML with `apiVersion`, `name` and a SemVer `version`, and
no library; that dependencies which `charts/` does not hold have a `repository`, and those at `file://` exist in the
version that is wanted; that `Chart.lock` belongs to these dependencies.

## What Argo CD does

`helm template` or `helm dependency build` fails (`chart.metadata.version is required`, `the lock file (Chart.lock) is
out of sync with the dependencies file`): the Application shows a `ComparisonError` and nothing is synced.

## How to fix

Correct `Chart.yaml`; after a change of dependencies run `helm dependency update` and commit the lock with it.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="ARG023", name="chart-metadata", severity="error", tags=("argocd", "helm"))

_APP = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  source: {repoURL: https://git.example.net/acme/fleet.git, targetRevision: main, path: web}
  destination: {server: https://kubernetes.default.svc, namespace: web}
"""
_FILES = {
    "apps/web.yaml": _APP,
    "web/templates/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
    "lib/Chart.yaml": "apiVersion: v2\nname: lib\nversion: 1.0.0\n",
}
_CHART = "apiVersion: v2\nname: web\nversion: %s\n"
_NEEDS = "dependencies:\n  - name: lib\n    version: %s\n    repository: file://../%s\n"
_REDIS = "dependencies:\n  - name: redis\n    version: %s\n    repository: https://charts.example.net%s\n"
_DIGEST = "sha256:" + "0" * 64
_LOCK = _REDIS % ("1.0.0", "") + f'digest: {_DIGEST}  #! ARG023\ngenerated: "2026-01-01T00:00:00Z"\n'
BAD = (
    Example("no version", {**_FILES, "web/Chart.yaml": _CHART % "latest  #! ARG023"}, base="empty"),
    Example(
        "a dependency that was moved",
        {**_FILES, "web/Chart.yaml": _CHART % "0.1.0" + _NEEDS % ("1.0.0", "libs  #! ARG023")},
        base="empty",
    ),
    Example(
        "a dependency in another version",
        {**_FILES, "web/Chart.yaml": _CHART % "0.1.0" + _NEEDS % ("1.1.0  #! ARG023", "lib")},
        base="empty",
    ),
    Example(
        "an old lock",
        {**_FILES, "web/Chart.yaml": _CHART % "0.1.0" + _REDIS % ("1.0.0", ""), "web/Chart.lock": _LOCK},
        base="empty",
    ),
)
GOOD = (Example("all there", {**_FILES, "web/Chart.yaml": _CHART % "0.1.0" + _NEEDS % ("1.0.0", "lib")}, base="empty"),)


def check(context: Context) -> Drafts:
    """What Helm refuses."""
    for found in context.units.chart_troubles():
        yield RULE.draft(
            found.place,
            f"{found.text}: {found.units[0]} cannot be synced",
            help=found.hint,
            affects=list(found.units),
            severity="warning" if found.assumed else "error",
        )
