"""The catalogue does not support the cluster's OpenShift.

## What it checks

`openshift-version` of a cluster in `.mas-lint.yaml` against the OpenShift minors that the operator catalogue is made for (catalogues
from late 2024 on say so), and against Red Hat's life cycle dates as of the date of the data.

## What Argo CD does

It installs the operators all the same. They are not tested there; some refuse to start, and an upgrade of OpenShift is blocked by
operators that declare a lower maximum.

## How to fix

Upgrade what lags: a catalogue that supports the version is named in the finding.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="VER021", name="openshift-compatibility", severity="error", tags=("versions", "catalogue"))

_CATALOG = (
    'merge-key: "dev/cluster1"\nibm_operator_catalog:\n  mas_catalog_version: v9-260326-amd64%s\n'
    "  mas_catalog_image: icr.io/cpopen/ibm-maximo-operator-catalog\n"
)
BAD = (
    Example(
        "not yet supported",
        {"dev/cluster1/ibm-operator-catalog.yaml": _CATALOG % "  #! VER021"},
        settings="clusters:\n  cluster1:\n    openshift-version: '4.22'\n",
    ),
    Example(
        "no longer supported",
        {"dev/cluster1/ibm-operator-catalog.yaml": _CATALOG % "  #! VER021"},
        settings="clusters:\n  cluster1:\n    openshift-version: 4.14.30\n",
    ),
)
GOOD = (
    Example("supported", settings="clusters:\n  cluster1:\n    openshift-version: 4.18.11\n"),
    Example("not declared"),
)

_KEYS = ("ibm_operator_catalog", "mas_catalog_version")


def check(context: Context) -> Drafts:
    """Clusters whose version is declared."""
    for scope in context.mas.scopes:
        declared = context.settings.clusters.get(scope.cluster) if scope.level == "cluster" else None
        if declared is None or not declared.openshift_version:
            continue
        minor = ".".join(declared.openshift_version.lstrip("v").split(".")[:2])
        catalog = context.catalog_of(scope)
        if catalog is not None and catalog.openshift and minor not in catalog.openshift:
            others = [one for one in context.catalogs.of(catalog.architecture) if minor in one.openshift]
            near = min(others, key=lambda one: abs((one.day - catalog.day).days), default=None)
            yield RULE.draft(
                scope.place(_KEYS),
                f"the catalogue `{catalog.id}` supports OpenShift {', '.join(catalog.openshift)}, and cluster `{scope.cluster}` is "
                f"declared as {declared.openshift_version} ({context.catalogs.source} of {context.catalogs.date})",
                help=f"{near.id} supports {minor}" if near is not None else f"no known catalogue supports {minor}",
                affects=context.applications_at(scope, _KEYS),
            )
        life = context.catalogs.openshift.get(minor)
        if life is not None:
            end = life.extended or life.standard
            if end is not None and end.isoformat() < context.catalogs.date:
                yield RULE.draft(
                    scope.place(("cluster", "id")),
                    f"OpenShift {minor} of cluster `{scope.cluster}` is out of support since {end} (data of {context.catalogs.date})",
                    help="upgrade the cluster",
                    severity="note",
                )
