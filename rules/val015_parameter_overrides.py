"""A config value that a Helm parameter overrides.

## What it checks

Keys of config files that the level above always passes as a Helm parameter: `auto_delete`, `cluster_admin_role`,
`source.*`, `argo.*`, `avp.*`, `generator.*`, and on the instance `devops.*`, `cluster_nonshared` and more.

## What Argo CD does

Parameters are `--set` and beat the values: what the file says has no effect
(ibm-mas/gitops `root-applications/*/templates/*-appset.yaml`, `helm.parameters`).

## How to fix

Set it where the message says, or remove it.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule, contains

RULE = Rule(code="VAL015", name="parameter-overrides", severity="warning", tags=("values", "dead"))

BAD = (
    Example(
        "pruning switched on in a base file",
        {
            "dev/cluster1/inst2/ibm-mas-instance-base.yaml": (
                'merge-key: "dev/cluster1/inst2"\naccount:\n  id: dev\nregion:\n  id: us-east-1\ncluster:\n'
                "  id: cluster1\n  url: https://api.cluster1.example.com:6443\ninstance:\n  id: inst2\n"
                'auto_delete: true  #! VAL015\nsm:\n  aws_access_key_id: "a"\n  aws_secret_access_key: "b"\n'
            )
        },
    ),
)
GOOD = (Example("no such key"),)


def check(context: Context) -> Drafts:
    """Values that a parameter beats."""
    for scope in context.mas.scopes:
        above = {"cluster": "the Account Root Application", "tenant": "the instance"}.get(
            scope.level, "the cluster's base file"
        )
        for name in sorted(context.parameters_of(scope)):
            keys = tuple(name.split("."))
            for file in scope.files:
                if contains(file.data, keys):
                    source = above if keys[0] in ("devops", "cluster_nonshared") else "the Account Root Application"
                    yield RULE.draft(
                        scope.place(keys, "key"),
                        f"`{name}` has no effect here: it reaches the chart as a Helm parameter, which beats the file",
                        help=f"set it in {source}, and remove it here",
                    )
                    break
