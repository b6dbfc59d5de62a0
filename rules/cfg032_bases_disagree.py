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

from masgitops_lint.sdk import Context, Drafts, Example, Rule, go_text

RULE = Rule(code="CFG032", name="bases-disagree", severity="error", tags=("ids",))

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
    for scope in context.mas.meant:
        parent = scope.parent
        if parent is None or parent.base is None or scope.base is None:
            continue
        for keys, severity, effect in SHARED:
            if not scope.has(*keys) or not parent.has(*keys):
                continue
            own, above = scope.get(*keys), parent.get(*keys)
            if own is None or above is None or own == above:
                continue
            secret = keys[0] == "sm"
            values = "" if secret else f" (`{go_text(own)}` here, `{go_text(above)}` there)"
            yield RULE.draft(
                scope.place(keys),
                f"`{'.'.join(keys)}` is not the one of the {parent.level}'s base file{values}: {effect}",
                help="nothing is inherited, so both files must say the same"
                + ("" if secret else f"; write `{go_text(above)}`"),
                related=[(parent.place(keys), f"the {parent.level}'s value")],
                affects=context.applications_of(scope),
                severity=severity,
            )
