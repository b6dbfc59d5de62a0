"""Suite configurations in an instance that has no suite.

## What it checks

Entries of `ibm_mas_suite_configs` in an instance without `ibm_mas_suite`.

## What Argo CD does

The configurations go into the suite's namespace, and their PostDelete Jobs run with a ServiceAccount that only the suite's
chart creates (ibm-mas/gitops `130-ibm-mas-suite`). Without the suite the first sync hangs on a kind that is not there, and
the teardown hangs on Jobs that cannot start.

## How to fix

Add `ibm-mas-suite.yaml`. To take an instance down, remove the configurations first and the suite after them.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="WAV008", name="configs-without-suite", severity="error", tags=("order", "deletion"), local=True)

_CONFIGS = (
    'merge-key: "dev/cluster1/inst2"\nibm_mas_suite_configs:\n  - mas_config_name: inst2-sls-system%s\n'
    "    mas_config_chart: ibm-mas-sls-config\n    mas_config_scope: system\n    use_postdelete_hooks: true\n"
    "    url: https://sls.mas-inst2-sls.svc\n"
)
_FILE = "dev/cluster1/inst2/ibm-mas-suite-configs.yaml"
BAD = (
    Example("the suite is gone", {_FILE: _CONFIGS % "  #! WAV008"}, remove=("dev/cluster1/inst2/ibm-mas-suite.yaml",)),
)
GOOD = (Example("with the suite", {_FILE: _CONFIGS % ""}),)


def check(context: Context) -> Drafts:
    """Instances with configurations and no suite, one finding each."""
    for scope in context.mas.scopes:
        if scope.level != "instance" or not scope.complete or scope.get("ibm_mas_suite"):
            continue
        entries = list(scope.items("ibm_mas_suite_configs"))
        if not entries:
            continue
        hooks = any(item.get("use_postdelete_hooks") for _, item in entries)
        then = ", and the Jobs that should delete them have no ServiceAccount" if hooks else ""
        first, *rest = [scope.place(keys) for keys, _ in entries]
        yield RULE.draft(
            first,
            f"`{scope.directory}` configures a suite that it does not have (no `ibm_mas_suite`): the configurations hang on "
            f"a namespace and kinds that are not there{then}; the chart of `syncjobs` does not render either",
            help="add `ibm-mas-suite.yaml`; to take an instance down, remove the configurations before the suite",
            related=[(place, "also configured here") for place in rest[:10]],
            affects=[name for keys, _ in entries for name in context.applications_at(scope, keys)],
        )
