"""A kustomization refers to a file or directory that does not exist.

## What it checks

Every path in a `kustomization.yaml`: `resources`, `bases`, `components`, `patches`, `patchesStrategicMerge`,
`patchesJson6902`, generator `files` and `envs`, `crds`, `configurations`, `replacements`, `transformers`, Helm
`valuesFile`. URLs and Git references are not looked at, nor what lies in a submodule. A kustomization that no
Application or Flux Kustomization reaches gives a warning instead of an error.

## What happens

`kustomize build` stops at the first path that is not there, so nothing of the whole tree is applied: Argo CD shows
`ComparisonError`, Flux `BuildFailed`, and whatever was deployed before goes stale.

## How to fix

Correct the path (it is relative to the kustomization's own directory), add the file, or take the line out. A file that
is only in the working copy, such as one that `.gitignore` names, does not exist for the cluster.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="REF101", name="kustomize-reference-missing", severity="error", tags=("kustomize",))

_CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n"
BAD = (
    Example(
        "a resource that was renamed",
        {
            "base/kustomization.yaml": "resources:\n  - settings.yaml\n  - setings-extra.yaml  #! REF101\n",
            "base/settings.yaml": _CONFIG_MAP,
        },
        base="empty",
    ),
    Example(
        "a patch file and a component that are gone",
        {
            "base/kustomization.yaml": (
                "resources: [settings.yaml]\ncomponents:\n  - ../components/debug  #! REF101\n"
                "patches:\n  - path: patch.yaml  #! REF101\n"
            ),
            "base/settings.yaml": _CONFIG_MAP,
        },
        base="empty",
    ),
)
GOOD = (
    Example(
        "all there, one of them remote",
        {
            "base/kustomization.yaml": (
                "resources:\n  - settings.yaml\n  - https://github.com/example/repo//config?ref=v1\n"
            ),
            "base/settings.yaml": _CONFIG_MAP,
        },
        base="empty",
    ),
)


_BOOTSTRAP = ("flux-system", "gotk-components.yaml", "gotk-sync.yaml")


def check(context: Context) -> Drafts:
    """Paths that lead nowhere."""
    for problem, reached, names in context.units.problems():
        if problem.kind != "missing":
            continue
        # `flux bootstrap` commits these; a repository may be looked at before it ran
        bootstrap = problem.text.removeprefix("./").rstrip("/") in _BOOTSTRAP
        where = f"there is no {problem.target}" if problem.target else "it leads out of the repository"
        yield RULE.draft(
            problem.place,
            f"{problem.text} does not exist ({where}): `kustomize build` fails here, nothing of this tree is applied",
            help="correct the path, commit the file, or take the entry out",
            affects=names,
            severity="error" if reached and not bootstrap else "warning",
        )
