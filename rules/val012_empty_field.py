"""A value that names or places an Application is missing.

## What it checks

The config values that an Application's name, destination and chart path are made of: none may be missing or empty.

## What Argo CD does

The name is built with a hole in it (`.manage.cluster1.inst1`) and is rejected, or the Application goes to no namespace,
or to the cluster that Argo CD runs on when `server` is empty. Hooks that cut names apart fail on them
(ibm-mas/gitops `root-applications/*/templates`).

## How to fix

Write the value.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Keys, Place, Rule, Scope, dotted, slip_of

RULE = Rule(code="VAL012", name="empty-field", severity="error", tags=("values", "names"), local=True)

BAD = (
    Example(
        "no namespace",
        {
            "dev/cluster2/ibm-dro.yaml": (
                'merge-key: "dev/cluster2"\nibm_dro:  #! VAL012\n  run_sync_hooks: true\n'
                "  dro_install_plan: Automatic\n  imo_install_plan: Automatic\n"
            )
        },
    ),
    Example(
        "no application id",
        {
            "dev/cluster1/inst2/ibm-mas-masapp-configs.yaml": (
                'merge-key: "dev/cluster1/inst2"\nibm_mas_masapp_configs:\n  - mas_workspace_id: main  #! VAL012\n'
                "    mas_app_namespace: mas-inst2-iot\n"
            )
        },
    ),
    Example(
        "a cluster without url",
        {
            "dev/cluster1/inst2/ibm-mas-instance-base.yaml": (
                'merge-key: "dev/cluster1/inst2"\naccount:\n  id: dev\nregion:\n  id: us-east-1\ncluster:  #! VAL012\n'
                '  id: cluster1\ninstance:\n  id: inst2\nsm:\n  aws_access_key_id: "a"\n  aws_secret_access_key: "b"\n'
            )
        },
    ),
)
GOOD = (Example("every field filled"),)

FIELDS = {"name": "name", "namespace": "destination namespace", "server": "destination cluster", "path": "chart path"}
IDS = frozenset({("account", "id"), ("cluster", "id"), ("instance", "id"), ("tenant", "id")})
"""Missing ids are told by the rule about ids."""
ID_BLOCKS = frozenset(keys[0] for keys in IDS)


def check(context: Context) -> Drafts:
    """Missing parts of Applications' own fields; one finding a value."""
    found: dict[object, tuple[object, str, str, list[str]]] = {}
    for application, scope, field, keys in context.empty_fields:
        if keys in IDS or keys[-1] in context.parameters_of(scope):
            continue
        if context.is_misspelt(scope, keys) or _has_default(context, scope, keys):
            continue
        if keys[0] in ID_BLOCKS and context.block_is_broken(scope, keys[0]):
            continue
        place = _slipped(scope, keys) or scope.place(keys)
        known = found.setdefault((scope.directory, keys), (place, dotted(keys), FIELDS[field], []))
        known[3].append(application.name)
    for place, key, what, names in found.values():
        more = f" (and of {len(set(names)) - 1} more)" if len(set(names)) > 1 else ""
        yield RULE.draft(
            place,  # type: ignore[arg-type]
            f"`{key}` is missing or empty, and the {what} of `{names[0]}`{more} is made of it",
            help=f"write `{key.rpartition('.')[2]}`",
            affects=names,
        )


def _slipped(scope: Scope, keys: Keys) -> Place | None:
    """Where the key stands under a name that is a slip of the pen."""
    around = scope.get(*keys[:-1])
    if not isinstance(around, dict) or keys[-1] in around:
        return None
    wrong = next((key for key in around if isinstance(key, str) and slip_of(key, (str(keys[-1]),))), None)
    return scope.place((*keys[:-1], wrong), "key") if wrong is not None else None


def _has_default(context: Context, scope: Scope, keys: Keys) -> bool:
    """Whether the root chart's own values fill a key in: that they do is VAL011."""
    if scope.has(*keys):
        return False
    found: object = context.root_defaults(scope)
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found not in (None, "")
