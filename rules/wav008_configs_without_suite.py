"""Suite configurations in an instance that has no suite.

## What it checks

Entries of `ibm_mas_suite_configs`, workspaces, and installs and configurations of applications in an instance without
`ibm_mas_suite`.

## What Argo CD does

The configurations go into the suite's namespace, and their PostDelete Jobs run with a ServiceAccount that only the suite's
chart creates (ibm-mas/gitops `130-ibm-mas-suite`). Without the suite the first sync hangs on a kind that is not there, and
the teardown hangs on Jobs that cannot start.

## How to fix

Add `ibm-mas-suite.yaml`. To take an instance down, remove the configurations first and the suite after them.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule, orphans_of_suite

RULE = Rule(code="WAV008", name="configs-without-suite", severity="error", tags=("order", "deletion"), local=True)

_CONFIGS = (
    'merge-key: "dev/cluster1/inst2"\nibm_mas_suite_configs:\n  - mas_config_name: inst2-sls-system%s\n'
    "    mas_config_chart: ibm-mas-sls-config\n    mas_config_scope: system\n    use_postdelete_hooks: true\n"
    "    url: https://sls.mas-inst2-sls.svc\n"
)
_FILE = "dev/cluster1/inst2/ibm-mas-suite-configs.yaml"
_DIRECTORY = "dev/cluster1/inst2"
_ALL = tuple(f"{_DIRECTORY}/ibm-mas-{name}.yaml" for name in ("suite", "suite-configs", "workspaces"))
_WORKSPACES = 'merge-key: "dev/cluster1/inst2"\nibm_mas_workspaces:\n  - mas_workspace_id: main  #! WAV008\n'
BAD = (
    Example(
        "a workspace of no suite",
        {f"{_DIRECTORY}/ibm-mas-workspaces.yaml": _WORKSPACES},
        remove=_ALL[:2],
    ),
    Example("the suite is gone", {_FILE: _CONFIGS % "  #! WAV008"}, remove=("dev/cluster1/inst2/ibm-mas-suite.yaml",)),
)
GOOD = (
    Example("with the suite", {_FILE: _CONFIGS % ""}),
    Example("a licence service and nothing else", remove=_ALL),
)


def check(context: Context) -> Drafts:
    """Instances with parts of a suite and no suite, one finding each."""
    for scope in context.mas.scopes:
        found = orphans_of_suite(scope)
        if not found:
            continue
        hooks = any(item.get("use_postdelete_hooks") for _, item in scope.items("ibm_mas_suite_configs"))
        then = ", and the Jobs that should delete them have no ServiceAccount" if hooks else ""
        first, *rest = [scope.place(keys) for keys in found]
        yield RULE.draft(
            first,
            f"`{scope.directory}` has parts of a suite that it does not have (no `ibm_mas_suite`): they hang on a namespace "
            f"and kinds that are not there{then}; the chart of `syncjobs` does not render either",
            help="add `ibm-mas-suite.yaml`; to take an instance down, remove its parts before the suite",
            related=[(place, "also a part of it") for place in rest[:10]],
            affects=[name for keys in found for name in context.applications_at(scope, keys)],
        )
