"""A Git source over SSH without its key, or with a URL that Flux does not read.

## What it checks

GitRepositories: an `ssh://` URL needs a `secretRef` (with `identity` and `known_hosts`), and the short form
`git@host:owner/repo` is not a URL for Flux. Receivers need a `secretRef` too.

## What happens

The API server refuses the short form; without the Secret the clone fails, and everything from that source stands still.

## How to fix

Write `ssh://git@host/owner/repo` and name the Secret that holds the key.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="FLX007", name="git-credentials", severity="error", tags=("flux", "ssh", "secrets"))

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
_REPO = """apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: other, namespace: flux-system}
spec:
  interval: 1m
  url: %s
"""
BAD = (
    Example(
        "no key",
        {
            "clusters/one/flux-system/gotk-sync.yaml": _SYNC,
            "clusters/one/other.yaml": _REPO % "ssh://git@example.com/acme/other  #! FLX007",
        },
        base="empty",
    ),
    Example(
        "the short form",
        {
            "clusters/one/flux-system/gotk-sync.yaml": _SYNC,
            "clusters/one/other.yaml": _REPO % "git@example.com:acme/other.git  #! FLX007",
        },
        base="empty",
    ),
)
GOOD = (
    Example(
        "over HTTPS",
        {
            "clusters/one/flux-system/gotk-sync.yaml": _SYNC,
            "clusters/one/other.yaml": _REPO % "https://example.com/acme/other",
        },
        base="empty",
    ),
)


def check(context: Context) -> Drafts:
    """Sources that cannot be cloned."""
    for _, obj in context.units.reached():
        if obj.group != "source.toolkit.fluxcd.io" or obj.kind != "GitRepository":
            continue
        url = obj.get("spec", "url")
        if not isinstance(url, str):
            continue
        if url.startswith("ssh://") and not obj.get("spec", "secretRef"):
            yield RULE.draft(
                obj.at("spec", "url"),
                f"{obj.label} is cloned over SSH but names no Secret with a key",
                help="add `secretRef` with `identity` and `known_hosts`",
            )
        elif "://" not in url and "@" in url.split("/")[0] and "$" not in url:
            yield RULE.draft(
                obj.at("spec", "url"),
                f"Flux does not read the short form of a Git URL: {obj.label} is refused",
                help="write ssh://git@host/owner/repo",
            )
