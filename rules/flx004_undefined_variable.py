"""A variable that nothing defines is blanked by post-build substitution.

## What it checks

`${NAME}` in everything that a Kustomization with `postBuild` applies, against its `substitute` and all its
`substituteFrom` sources. Only judged when every source can be read; `${NAME:=default}`, `$${NAME}` and objects with
`kustomize.toolkit.fluxcd.io/substitute: disabled` are fine.

## What Flux does

It replaces an undefined `${NAME}` by nothing, without a word. Shell scripts in ConfigMaps and Grafana dashboards
(`${DS_PROMETHEUS}`) lose their own variables that way.

## How to fix

Define the variable, give it a default, write `$${NAME}` where it is not meant for Flux, or switch substitution off for
the object.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="FLX004", name="undefined-variable", severity="warning", tags=("flux", "variables"))

_SYNC = """apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 1m, url: https://example.com/acme/fleet}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 10m, path: ./clusters/one, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}
"""
_APPS = """apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  interval: 10m
  path: ./apps%s
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system%s
"""
_CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n  namespace: shop\n"
BAD = (
    Example(
        "a name with a typo",
        {
            "clusters/one/flux-system/gotk-sync.yaml": _SYNC,
            "clusters/one/apps.yaml": _APPS % ("\n  postBuild: {substitute: {DOMAIN: example.com}}", ""),
            "apps/settings.yaml": _CONFIG_MAP + "data:\n  host: web.${DOMIAN}  #! FLX004\n",
        },
        base="empty",
    ),
)
GOOD = (
    Example(
        "defined, defaulted, escaped",
        {
            "clusters/one/flux-system/gotk-sync.yaml": _SYNC,
            "clusters/one/apps.yaml": _APPS % ("\n  postBuild: {substitute: {DOMAIN: example.com}}", ""),
            "apps/settings.yaml": _CONFIG_MAP + "data:\n  host: web.${DOMAIN} ${ZONE:=a} $${HOME}\n",
        },
        base="empty",
    ),
)


def check(context: Context) -> Drafts:
    """One finding a variable and file."""
    seen = {}
    for fact in context.units.named("undefined-variable"):
        seen.setdefault((fact.place.path, fact.text), []).append(fact)
    for facts in seen.values():
        fact = facts[0]
        yield RULE.draft(
            fact.place,
            f"nothing defines {fact.text}: Flux replaces ${{{fact.text}}} by nothing",
            help=f"define it in `postBuild`, or write $${{{fact.text}}} if it is not meant for Flux",
            affects=[one.unit for one in facts],
        )
