"""A kustomization names a directory that is no kustomization.

## What it checks

An entry of `resources`, `bases` or `components` that is a directory without `kustomization.yaml`, `kustomization.yml`
or `Kustomization`; a `Component` under `resources`; something else than a `Component` under `components`; an entry that
names a kustomization file instead of its directory.

## What happens

kustomize reads a directory only through its kustomization file and refuses anything else ("unable to find one of
'kustomization.yaml' ..."; "expected kind 'Component'"). Flux writes a missing kustomization only for the directory that
`spec.path` names, never for one further down.

## How to fix

Add a `kustomization.yaml` to the directory, list its files one by one, or move the entry to the other list.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="REF102", name="kustomize-directory", severity="error", tags=("kustomize",))

_CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n"
BAD = (
    Example(
        "a directory of plain manifests",
        {
            "base/kustomization.yaml": "resources:\n  - nginx  #! REF102\n",
            "base/nginx/settings.yaml": _CONFIG_MAP,
        },
        base="empty",
    ),
    Example(
        "a component under resources",
        {
            "base/kustomization.yaml": "resources:\n  - ../debug  #! REF102\n",
            "debug/kustomization.yaml": (
                "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [settings.yaml]\n"
            ),
            "debug/settings.yaml": _CONFIG_MAP,
        },
        base="empty",
    ),
)
GOOD = (
    Example(
        "with a kustomization of its own",
        {
            "base/kustomization.yaml": "resources:\n  - nginx\n",
            "base/nginx/kustomization.yaml": "resources:\n  - settings.yaml\n",
            "base/nginx/settings.yaml": _CONFIG_MAP,
        },
        base="empty",
    ),
)

_TEXT = {
    "no-kustomization": "{0} is a directory without a kustomization file",
    "is-kustomization": "{0} is a kustomization file: kustomize reads it as a manifest; its directory is meant",
    "component-unexpected": "{0} is a Component, which belongs under `components`",
    "component-expected": "{0} is no Component, so it belongs under `resources`",
}


def check(context: Context) -> Drafts:
    """Directories that kustomize cannot read."""
    for problem, reached, names in context.units.problems():
        text = _TEXT.get(problem.kind)
        if text is not None:
            yield RULE.draft(
                problem.place,
                f"{text.format(problem.text)}: `kustomize build` fails here, nothing of this tree is applied",
                help="add a kustomization.yaml there, or move the entry to the list it belongs to",
                affects=names,
                severity="error" if reached else "warning",
            )
