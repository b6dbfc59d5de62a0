"""A key in a config file that a Helm parameter overrides.

## What it checks

Keys that the ApplicationSets pass to the root charts as Helm parameters: `auto_delete`, `cluster_admin_role`,
`application_admin_role`, `argo.*`, `avp.*`, `source.*`, `generator.*` and, below the cluster, those that come from the
cluster's values (`devops.*` and others; which ones depends on the release).

## What Argo CD does

`helm.parameters` win over the values that the config files give, so the key has no effect: what the Account Root
Application (or the cluster's base file) says is used (ibm-mas/gitops `root-applications/*/templates`, Argo CD Helm docs:
"parameters take precedence over values").

## How to fix

Set it in the Account Root Application, or in the cluster's base file for what comes from there, and delete the key here.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Place, Rule, contains

RULE = Rule(code="CFG041", name="key-without-effect", severity="warning", tags=("values",), local=True)

BAD = (
    Example(
        "auto_delete in a config file",
        {
            "dev/cluster2/redhat-cert-manager.yaml": (
                'merge-key: "dev/cluster2"\nauto_delete: true  #! CFG041\nredhat_cert_manager:\n  run_sync_hooks: true\n'
            )
        },
    ),
)
GOOD = (Example("nothing that a parameter sets"),)

IDENTITY = frozenset({"account.id", "region.id", "cluster.id", "cluster.url", "instance.id"})

FROM_CLUSTER = frozenset({"devops", "notifications", "cluster_nonshared", "mas_catalog_version"})


def check(context: Context) -> Drafts:
    """Values that lose against a parameter."""
    for scope in context.mas.meant:
        parameters = sorted(context.profile(scope.account).parameters(scope.level) - IDENTITY)
        blocks = {name.partition(".")[0] for name in parameters}
        for file in scope.files:
            for name in parameters if not blocks.isdisjoint(file.data) else ():
                keys = tuple(name.split("."))
                if not contains(file.data, keys):
                    continue
                above = scope.parent
                from_cluster = above is not None and above.has(*keys)
                if from_cluster and above is not None and above.get(*keys) == scope.get(*keys):
                    continue
                if name == "notifications.slack_channel_id" and not from_cluster:
                    # This parameter is passed on only when the cluster has the value.
                    continue
                below = scope.level != "cluster" and keys[0] in FROM_CLUSTER
                where = "the cluster's base file" if below else "the Account Root Application"
                yield RULE.draft(
                    Place(file.path, keys, "key"),
                    f"`{name}` has no effect here: Argo CD passes it to the chart as a Helm parameter, which wins over "
                    "config files",
                    help=f"set it in {where}, and delete it here",
                )
