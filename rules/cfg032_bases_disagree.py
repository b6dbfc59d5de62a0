"""An instance's base file does not agree with its cluster's.

## What it checks

`account.id`, `region.id`, `cluster.url` and the `sm` credentials of an instance (or tenant) base against the base of the
cluster it lies in. Ids that differ from the directory are CFG030.

## What Argo CD does

Nothing is inherited from the cluster's base file: each level takes these from its own. With another `cluster.url` the
instance's Applications go to another cluster; with another region the secrets are written where nobody reads them
(ibm-mas/gitops `root-applications/*/templates`, `destination.server`).

## How to fix

Copy the value from the cluster's base file.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Keys, Rule, Scope, go_text, misfit

RULE = Rule(code="CFG032", name="bases-disagree", severity="error", tags=("ids",), local=True)

BAD = (
    Example(
        "another url",
        {
            "dev/cluster2/inst3/ibm-mas-instance-base.yaml": (
                'merge-key: "dev/cluster2/inst3"\naccount:\n  id: dev\nregion:\n  id: us-east-1\ncluster:\n'
                "  id: cluster2\n  url: https://api.cluster1.example.com:6443  #! CFG032\ninstance:\n  id: inst3\n"
                'sm:\n  aws_access_key_id: "<path:arn:aws:secretsmanager:us-east-1:123456789012:secret:dev/cluster2/aws#sm_aws_access_key_id>"\n'
                '  aws_secret_access_key: "<path:arn:aws:secretsmanager:us-east-1:123456789012:secret:dev/cluster2/aws#sm_aws_secret_access_key>"\n'
            )
        },
    ),
)
GOOD = (Example("the same in both"),)

SHARED = (
    (("cluster", "url"), "error", "its Applications are sent to another cluster"),
    (("region", "id"), "error", "its jobs write secrets to a region where nothing reads them"),
    (("sm", "aws_access_key_id"), "warning", "its jobs write secrets with other credentials"),
    (("sm", "aws_secret_access_key"), "warning", "its jobs write secrets with other credentials"),
)


def check(context: Context) -> Drafts:
    """Values that must be the same on both levels."""
    below: dict[str, list[Scope]] = {}
    for scope in context.mas.meant:
        if scope.parent is not None and scope.parent.base is not None and scope.base is not None:
            below.setdefault(scope.parent.directory, []).append(scope)
    for scopes in below.values():
        for keys, severity, effect in SHARED:
            yield from _compare(context, scopes, keys, severity, effect)


def _compare(context: Context, scopes: list[Scope], keys: Keys, severity: str, effect: str) -> Drafts:
    parent = scopes[0].parent
    assert parent is not None
    above = parent.get(*keys)
    if above is None or misfit(keys, above) is not None:
        return  # what is no URL is told as that
    others = [scope for scope in scopes if (own := scope.get(*keys)) is not None and misfit(keys, own) is None]
    # a base between that differs from the one above it is told there, and not at all those below that agree with that
    top = parent.parent.get(*keys) if parent.parent is not None else above
    differ = [scope for scope in others if scope.get(*keys) not in (above, top)]
    secret = keys[0] == "sm"
    said = {go_text(scope.get(*keys)) for scope in differ}
    if len(differ) > 1 and differ == others and len(said) == 1:
        # They all say the same: it is the base file above that is wrong.
        right = "" if secret else f" (`{go_text(above)}` here, `{said.pop()}` in all {len(differ)} of them)"
        yield RULE.draft(
            parent.place(keys),
            f"`{'.'.join(keys)}` is not the one of the base files below{right}: {effect}",
            help="nothing is inherited, so all must say the same",
            related=[(scope.place(keys), "the value below") for scope in differ[:10]],
            affects=[name for scope in differ for name in context.applications_of(scope)],
            severity=severity,
        )
        return
    for scope in differ:
        values = "" if secret else f" (`{go_text(scope.get(*keys))}` here, `{go_text(above)}` there)"
        yield RULE.draft(
            scope.place(keys),
            f"`{'.'.join(keys)}` is not the one of the {parent.level}'s base file{values}: {effect}",
            help="nothing is inherited, so both files must say the same"
            + ("" if secret else f"; write `{go_text(above)}`"),
            related=[(parent.place(keys), f"the {parent.level}'s value")],
            affects=context.applications_of(scope),
            severity=severity,
        )
