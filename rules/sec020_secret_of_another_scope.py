"""A secret of another account, cluster or instance.

## What it checks

A path that names another account, cluster or instance than the one whose file it stands in. Paths that the settings
declare or whose form `secrets: path-convention:` gives are taken as they are.

## What Argo CD does

The plugin reads the other one's secret: this cluster then uses the other one's credentials, and a change or the
deletion over there reaches here. When the names do not exist the Application fails.

## How to fix

Write this scope's own account, cluster and instance. A secret that is shared on purpose goes into `secrets:
declared:`.
"""

from typing import Any

from masgitops_lint.sdk import Context, Drafts, Example, Replacement, Rule

RULE = Rule(code="SEC020", name="secret-of-another-scope", severity="error", tags=("secrets", "copy-paste"))

_DRO = (
    'merge-key: "dev/cluster1"\nibm_dro:\n  run_sync_hooks: true\n  ibm_entitlement_key: '
    '"<path:%s#entitlement_key>"%s\n'
)
_ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:"
BAD = (
    Example(
        "another cluster", {"dev/cluster1/ibm-dro.yaml": _DRO % (f"{_ARN}dev/cluster2/ibm_entitlement", "  #! SEC020")}
    ),
    Example(
        "an account that is not here",
        {"dev/cluster1/ibm-dro.yaml": _DRO % (f"{_ARN}prod/cluster9/ibm_entitlement", "  #! SEC020")},
    ),
)
GOOD = (
    Example("own secrets"),
    Example(
        "shared on purpose",
        {"dev/cluster1/ibm-dro.yaml": _DRO % (f"{_ARN}dev/cluster2/ibm_entitlement", "")},
        settings='secrets:\n  declared:\n    - path: "dev/cluster2/ibm_entitlement"\n',
    ),
)


def check(context: Context) -> Drafts:
    """Foreign paths, one finding a file and foreign scope."""
    groups: dict[tuple[str, str], list[Any]] = {}
    for use in context.secrets.uses:
        if use.owner.kind in ("account", "cluster", "instance"):
            # scopes that wait for each other are told once, as a cycle
            if (use.reference.place.path, use.path) in context.graph.in_cycle:
                continue
            groups.setdefault((use.reference.place.path, use.owner.name), []).append(use)
    for (_, name), uses in groups.items():
        first = uses[0]
        if first.owner.kind == "cluster" and not first.owner.exists and _may_be_a_customers(context, name):
            continue
        missing = "" if first.owner.exists else ", which is not in this repo"
        more = f" ({len(uses)} times in this file)" if len(uses) > 1 else ""
        yield RULE.draft(
            context.inside(first.reference.place, first.reference.raw),
            f"`{first.reference.path}` belongs to {first.owner.kind} `{name}`{missing}, but is read for "
            f"`{first.scope.directory}`{more}",
            help=f"write `{first.owner.right}`" if first.owner.right else "",
            related=[(context.inside(u.reference.place, u.reference.raw), "also here") for u in uses[1:11]],
            affects=[reader.name for use in uses for reader in use.readers],
            fix=_fix(uses),
        )


def _may_be_a_customers(context: Context, name: str) -> bool:
    """Whether a path that no cluster owns may belong to a standalone SLS whose file cannot be read: that is told there."""
    below = f"{name.split('/', maxsplit=1)[0]}/icn/"
    paths = (path for path in context.repository.yaml_paths if path.startswith(below) or f"/{below}" in path)
    return any(not context.repository.document(path).ok for path in paths)


def _fix(uses: list[Any]) -> Replacement | None:
    """This scope's own ids in all of them; None unless all can be changed."""
    changes = [(use.reference.place, use.reference.path, use.owner.right) for use in uses]
    own = all(right for _, _, right in changes)
    return Replacement("read this scope's own secrets", tuple(changes)) if own else None
