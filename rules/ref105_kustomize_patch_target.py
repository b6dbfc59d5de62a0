"""A patch is for an object that the kustomization does not have.

## What it checks

Strategic merge patches without a `target`: kind, API group and name must be those of an object in the build. Patches
with a `target` are selectors and may match nothing, which is only a warning where the target is one named object. JSON
patches: what they replace or remove, and the parent of what they add, must be there. A kustomization with remote bases,
charts or plugins that cannot be opened is not judged. JSON patches in `spec.patches` of a Flux Kustomization are judged
too.

## What happens

kustomize stops with "no matches for Id" or "replace operation does not apply", so nothing of the tree is applied. It
happens when a base renames or drops an object, and when a patch lies where only other bases are used. A `target` that
selects nothing is skipped in silence.

## How to fix

Correct kind and name in the patch (the name before `namePrefix`), or take the patch out. With a `target` selector a
patch that matches nothing is allowed.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="REF105", name="kustomize-patch-target", severity="error", tags=("kustomize",))

_CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n"
_PATCH = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: %s\ndata:\n  mode: fast\n"
BAD = (
    Example(
        "another name",
        {
            "base/kustomization.yaml": "resources:\n  - a.yaml\npatches:\n  - path: patch.yaml  #! REF105\n",
            "base/a.yaml": _CONFIG_MAP,
            "base/patch.yaml": _PATCH % "setings",
        },
        base="empty",
    ),
    Example(
        "a target that is not there",
        {
            "base/kustomization.yaml": "resources:\n  - a.yaml\npatches:\n  - target:\n      kind: ConfigMap\n"
            "      name: setings  #! REF105\n    patch: |\n      - op: add\n        path: /data\n        value: {a: b}\n",
            "base/a.yaml": _CONFIG_MAP,
        },
        base="empty",
    ),
    Example(
        "a field that is not there",
        {
            "base/kustomization.yaml": "resources:\n  - a.yaml\npatches:\n  - target: {kind: ConfigMap, name: settings}\n"
            "    path: patch.yaml\n",
            "base/a.yaml": _CONFIG_MAP,
            "base/patch.yaml": "- op: replace\n  path: /data/mode  #! REF105\n  value: fast\n",
        },
        base="empty",
    ),
)
GOOD = (
    Example(
        "the name it has",
        {
            "base/kustomization.yaml": "namePrefix: x-\nresources:\n  - a.yaml\npatches:\n  - path: patch.yaml\n",
            "base/a.yaml": _CONFIG_MAP,
            "base/patch.yaml": _PATCH % "settings",
        },
        base="empty",
    ),
)


def check(context: Context) -> Drafts:
    """Patches without an object."""
    for problem, reached, names in context.units.problems():
        if not reached:
            continue
        if problem.kind == "patch-nothing":
            yield RULE.draft(
                problem.place,
                f"no {problem.text} in this kustomization: the patch changes nothing",
                help="correct kind and name of the target, or take the patch out",
                affects=names,
                severity="warning",
            )
        elif problem.kind == "patch-operation":
            place = (
                problem.place
                if problem.place.keys[-1:] == ("path",)
                else context.inside(problem.place, problem.text.split(" ")[1])
            )
            yield RULE.draft(
                place,
                f"the patch cannot {problem.text}: what it needs is not there, and `kustomize build` fails",
                help="use `add` for what is new, with all its parents, or correct the path",
                affects=names,
            )
        elif problem.kind == "patch-target":
            yield RULE.draft(
                problem.place,
                f"no {problem.text} in this kustomization to patch: `kustomize build` fails",
                help="correct kind and name in the patch, or take it out",
                affects=names,
            )
    for fact, names in context.units.grouped("flux-patch-fails"):
        yield RULE.draft(
            context.inside(fact.place, fact.text.split(" ")[1]),
            f"the patch cannot {fact.text}: what it needs is not there, and {fact.unit} applies nothing",
            help="use `add` for what is new, with all its parents, or correct the path",
            affects=names,
        )
