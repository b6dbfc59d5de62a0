"""A chart's own placeholder is deployed, because the config gives no value.

## What it checks

Leaf charts whose default is a placeholder (`xxx`) for a value that the config does not pass on; Applications that exist
only because a root chart's `values.yaml` holds an example block for them; `region.id` and `sm` of an instance, which a
root chart fills with `region1` and `xxxx`.

## What Argo CD does

Helm takes the default: the Secret says `xxx`, the Job logs in with the key `xxxx`, an AI service is deployed to a
namespace with braces in its name (`values.yaml` of the charts). Nothing fails before the product does.

## How to fix

Write the value.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Place, Rule, dotted

RULE = Rule(code="VAL011", name="placeholder-default", severity="error", tags=("values", "defaults"), local=True)

BAD = (
    Example(
        "a configuration without its secret values",
        {
            "dev/cluster1/inst2/ibm-mas-suite-configs.yaml": (
                'merge-key: "dev/cluster1/inst2"\nibm_mas_suite_configs:\n  - mas_config_name: inst2-sls-system  #! VAL011\n'
                "    mas_config_chart: ibm-mas-sls-config\n    mas_config_scope: system\n"
                "    mas_config_kind: slscfgs\n    mas_config_api_version: config.mas.ibm.com\n"
                "    url: https://sls.mas-inst2-sls.svc\n    ca:\n      crt: abc\n"
            )
        },
    ),
    Example(
        "an instance without credentials for the secret store",
        {
            "dev/cluster1/inst2/ibm-mas-instance-base.yaml": (
                'merge-key: "dev/cluster1/inst2"  #! VAL011\naccount:\n  id: dev\nregion:\n  id: us-east-1\ncluster:\n'
                "  id: cluster1\n  url: https://api.cluster1.example.com:6443\ninstance:\n  id: inst2\n"
            )
        },
    ),
)
GOOD = (Example("every value given"),)

BASE_DEFAULTS = (("region", "id"), ("sm", "aws_access_key_id"))
"""What a root chart's placeholder stands for when the base file lacks it; missing ids are told by the rule about ids."""


def check(context: Context) -> Drafts:
    """Placeholders that reach the cluster."""
    for scope in context.mas.scopes:
        defaults = context.root_defaults(scope)
        for keys in BASE_DEFAULTS:
            default = defaults.get(keys[0])
            filled = default.get(keys[1]) if isinstance(default, dict) else None
            block = scope.get(keys[0])
            # A null block takes the default away too: then the chart stops, which another rule tells.
            if filled is None or not isinstance(block, dict | type(None)) or scope.get(*keys) is not None:
                continue
            if (keys[0] in scope.values and block is None) or context.is_misspelt(scope, keys):
                continue
            yield RULE.draft(
                scope.place(keys) if scope.place(keys).keys else Place(scope.place(keys).path, keys),
                f"`{dotted(keys)}` is missing: the root chart takes its own placeholder `{filled}`",
                help="write it into the base file: nothing is inherited from the level above",
                affects=context.applications_of(scope),
            )
    found: dict[tuple[object, str], list[object]] = {}
    for one in context.masked_values:
        directory, keys = one.place.path.rpartition("/")[0], one.keys
        if keys in context.missing_in_fields.get(directory, ()) or context.is_misspelt_in(directory, keys):
            continue
        if context.has_misspelt_field(directory, keys):
            continue
        found.setdefault((one.place, one.chart), []).append(one)
    for masked in found.values():
        first = masked[0]
        names = sorted({one.key for one in masked})  # type: ignore[attr-defined]
        shown = ", ".join(f"`{name}`" for name in names)
        yield RULE.draft(
            first.place,  # type: ignore[attr-defined]
            f"{shown} {'is' if len(names) == 1 else 'are'} missing: `{first.chart}` deploys its own placeholder "  # type: ignore[attr-defined]
            f"`{first.placeholder}`",  # type: ignore[attr-defined]
            help=f"write {shown}",
            affects={one.application for one in masked},  # type: ignore[attr-defined]
        )
    for application, key, scope in context.placeholder_blocks:
        example = _is_example(context.root_defaults(scope).get(key))
        yield RULE.draft(
            application.source,
            f"`{application.name}` is built from the chart's {'example' if example else 'own'} values, because no `{key}` is "
            "there",
            help=f"add the config file with `{key}`",
            affects=(application.name,),
            related=[(scope.place(()), "the scope without the block")],
            severity=None if example else "warning",
        )


def _is_example(block: object) -> bool:
    """Whether values only stand for others: `{{ name }}`, or a key's own name in whatever case."""
    if not isinstance(block, dict):
        return True
    return any(
        isinstance(value, str) and ("{{" in value or value.lower() == str(key).lower()) for key, value in block.items()
    )
