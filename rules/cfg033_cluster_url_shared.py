"""Two clusters with the same API server.

## What it checks

`cluster.url` must be different for every cluster.

## What Argo CD does

Both clusters' Applications have the same destination server, so two sets of operators, catalogues and instances fight
over one OpenShift cluster and the other one gets nothing.

## How to fix

Write the API URL of this cluster (`oc whoami --show-server`).
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule, Scope

RULE = Rule(code="CFG033", name="cluster-url-shared", severity="error", tags=("ids",))

BAD = (
    Example(
        "copied",
        {
            "dev/cluster3/ibm-mas-cluster-base.yaml": (
                'merge-key: "dev/cluster3"\naccount:\n  id: dev\nregion:\n  id: us-east-1\ncluster:\n  id: cluster3\n'
                "  url: https://api.cluster1.example.com:6443  #! CFG033\n"
            )
        },
    ),
)
GOOD = (Example("one url a cluster"),)


def check(context: Context) -> Drafts:
    """Every cluster but the first that has a url."""
    first: dict[str, Scope] = {}
    instances: dict[str, set[str]] = {}
    for scope in context.mas.meant:
        if scope.parent is not None and scope.level in ("instance", "aiservice"):
            url = scope.get("cluster", "url")
            if isinstance(url, str):
                instances.setdefault(scope.parent.directory, set()).add(_same(url))
    by_url: dict[str, list[Scope]] = {}
    for scope in context.mas.meant:
        url = scope.get("cluster", "url") if scope.level == "cluster" and scope.base is not None else None
        if isinstance(url, str) and url and "<" not in url:
            by_url.setdefault(_same(url), []).append(scope)
    for url, scopes in by_url.items():
        if len(scopes) < 2:
            continue
        # The rightful owner is the cluster whose id is in the url or whose instances use it too, else the first.
        owner = max(scopes, key=lambda s: (s.cluster in url, url in instances.get(s.directory, ()), -scopes.index(s)))
        first[url] = owner
        for scope in scopes:
            if scope is owner:
                continue
            yield RULE.draft(
                scope.place(("cluster", "url")),
                f"`{url}` is also the url of cluster `{owner.cluster}`: both clusters' Applications are sent to the same "
                "API server",
                help="write this cluster's own API url",
                related=[(owner.place(("cluster", "url")), f"the url of `{owner.cluster}`")],
                affects=context.applications_of(scope),
            )


def _same(url: str) -> str:
    return url.rstrip("/").lower()
