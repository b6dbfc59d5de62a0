"""A field of a Flux object that its API does not have, or a value that the API refuses.

## What it checks

`spec` of Kustomizations, HelmReleases, sources, Providers, Alerts, Receivers and image automation, in the API version
that they name: misspelt or misplaced fields, fields of a newer Flux than the one that is installed, required fields
that are not there, numbers where the API takes text, durations such as `5 min`, and words that are none of the choices.
Also addresses of sources: their scheme, and `type: oci` of a HelmRepository. What variables fill in and what is unknown
is left out.

## What happens

kustomize-controller applies server-side, where an unknown field is an error: `field not declared in schema`. The dry
run fails and nothing of the Kustomization that holds the object is applied. `kubectl apply` would have dropped it.

## How to fix

Write the field as the API reference has it, at the level where it belongs.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="FLX011", name="flux-field", severity="error", tags=("flux", "schema"))

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
metadata: {name: apps, namespace: flux-system}
spec:
  interval: %s
  path: ./apps
  prune: true
  %s
  sourceRef: {kind: GitRepository, name: flux-system}
"""
_TREE = {
    "clusters/one/flux-system/gotk-sync.yaml": _SYNC,
    "apps/settings.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: shop}\n",
}

BAD = (
    Example(
        "a misspelt field",
        {**_TREE, "clusters/one/apps.yaml": _APPS % ("10m", "dependson: []  #! FLX011")},
        base="empty",
    ),
    Example(
        "a duration in words",
        {**_TREE, "clusters/one/apps.yaml": _APPS % ("10 minutes  #! FLX011", "dependsOn: []")},
        base="empty",
    ),
)
GOOD = (
    Example(
        "as the API has it",
        {**_TREE, "clusters/one/apps.yaml": _APPS % ("1h30m", "dependsOn: []")},
        base="empty",
    ),
)

_TEXT = {
    "unknown": "has no field {name!r}",
    "newer": "has no field {name!r} before Flux {since}",
    "type": "takes {wanted} as {name!r}",
    "choice": "takes only {wanted} as {name!r}",
    "duration": "takes {wanted} as {name!r}",
    "required": "wants a field {name!r} here",
    "address": "takes {wanted} as {name!r}",
}


def check(context: Context) -> Drafts:
    """Each place once, however many clusters apply the object."""
    found = {}
    for unit, obj, trouble in context.units.field_troubles():
        place = obj.at(*trouble.route, part="key" if trouble.kind in ("unknown", "newer", "required") else "value")
        found.setdefault((place, trouble.name), (obj, trouble, []))[2].append(unit)
    for (place, _), (obj, trouble, units) in found.items():
        affects = list(dict.fromkeys(unit.label for unit in units))
        if trouble.kind == "plain":
            yield RULE.draft(
                place,
                f"{obj.label} wants {trouble.wanted}: source-controller fetches nothing",
                help="set `type: oci` for charts in a container registry only",
                affects=affects,
            )
            continue
        text = _TEXT[trouble.kind].format(name=trouble.name, wanted=trouble.wanted, since=trouble.since)
        unsure = (
            trouble.kind == "unknown" and not trouble.near and not any(context.units.flux_version(u) for u in units)
        )
        if trouble.near:
            hint = f"did you mean {trouble.near!r}?"
        elif trouble.kind == "newer":
            hint = "update Flux, or leave the field out"
        else:
            hint = f"see the API reference of {obj.kind}"
        yield RULE.draft(
            place,
            f"{obj.kind} {obj.api_version} {text}: the API server refuses it, and {units[0].label} applies nothing",
            help=hint,
            affects=affects,
            severity="warning" if unsure or all(unit.assumed for unit in units) else "error",
        )
