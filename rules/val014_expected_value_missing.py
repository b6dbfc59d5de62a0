"""A value without which a chart renders something that cannot work.

## What it checks

Values that no chart demands and every deployment needs: `run_sync_hooks` of the blocks whose Jobs write secrets,
entitlement keys, sizes of volumes, the host of a mail server.

## What Argo CD does

It syncs without complaint: the Job is not rendered, or the object has an empty field.

## How to fix

Write the value.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Keys, Rule, Scope, dotted, lacking

RULE = Rule(code="VAL014", name="expected-value-missing", severity="warning", tags=("values",), local=True)

BAD = (
    Example(
        "no switch for the Job that writes secrets",
        {
            "dev/cluster2/redhat-cert-manager.yaml": (
                'merge-key: "dev/cluster2"\nredhat_cert_manager:  #! VAL014\n  channel: stable-v1\n'
                "  redhat_cert_manager_install_plan: Automatic\n"
            )
        },
    ),
)
GOOD = (
    Example("all there"),
    Example(
        "a database without a volume for backups",
        {
            "dev/cluster1/inst1/ibm-db2u-databases.yaml": (
                'merge-key: "dev/cluster1/inst1"\nibm_db2u_databases:\n  - mas_application_id: manage\n'
                "    db2_namespace: db2u-inst1\n    db2_instance_name: db2wh-inst1-manage\n    db2_dbname: BLUDB\n"
                "    db2_version: s11.5.9.0-cn1\n    db2_table_org: ROW\n    db2_mln_count: 1\n    db2_num_pods: 1\n"
                "    db2_meta_storage_class: efs\n    db2_meta_storage_size: 10Gi\n"
                "    db2_meta_storage_accessmode: ReadWriteMany\n    db2_data_storage_class: efs\n"
                "    db2_data_storage_size: 10Gi\n    db2_data_storage_accessmode: ReadWriteOnce\n"
                "    db2_cpu_requests: 4\n    db2_cpu_limits: 6\n    db2_memory_requests: 8Gi\n    db2_memory_limits: 16Gi\n"
                "    cluster_domain: apps.cluster1.example.com\n"
            )
        },
    ),
)


def check(context: Context) -> Drafts:
    """Values of the table that are missing from a block that is there."""
    masked = {
        (one.place.path, one.keys[:length])
        for one in context.masked_values
        for length in range(len(one.place.keys) + 1, len(one.keys) + 1)
    }
    stopped = {(failure.scope, failure.place.keys) for failure in (*context.deployment.errors, *context.leaf_failures)}
    for scope in context.mas.scopes:
        for one in lacking(scope, context.profile_of(scope)):
            keys = [
                key
                for key in one.keys
                if not _is_told(context, scope, (*one.block, key), stopped)
                and (scope.place((*one.block, key)).path, (*one.block, key)) not in masked
            ]
            if not keys:
                continue
            shown = ", ".join(f"`{dotted((*one.block, key))}`" for key in keys)
            empty = len(keys) == 1 and keys[0] in scope.get(*one.block)
            yield RULE.draft(
                scope.place((*one.block, keys[0])) if len(keys) == 1 else scope.place(one.block, "key"),
                f"{shown} {'is' if len(keys) == 1 else 'are'} {'empty' if empty else 'missing'}: {one.effect}",
                help="write " + ", ".join(f"`{key}`" for key in keys),
                affects=context.applications_at(scope, one.block),
            )


def _is_told(context: Context, scope: Scope, keys: Keys, stopped: set[tuple[str, Keys]]) -> bool:
    """Whether another rule tells that the value is not there, or under a wrong name."""
    default = context.root_defaults(scope).get(str(keys[0])) if scope.get(*keys) is None else None
    if isinstance(default, dict) and default.get(keys[-1]):
        return True  # the root chart's own placeholder: VAL011
    if context.is_misspelt(scope, keys) or keys in context.missing_in_fields.get(scope.directory, ()):
        return True
    return any((scope.directory, keys[:length]) in stopped for length in range(1, len(keys) + 1))
