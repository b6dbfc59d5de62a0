"""An application's configuration that the charts give no sync wave.

## What it checks

Entries of `ibm_mas_masapp_configs` whose `mas_app_id` the charts do not know: those get no wave.

## What Argo CD does

An Application without the annotation is in wave 0 (gitops-engine `pkg/sync/syncwaves/waves.go`), before everything else of
the instance: before the suite, the workspace and the operator that it needs. The first wave never ends.

## How to fix

Correct the id. Known are assist, facilities, health, iot, manage, monitor, optimizer, predict and visualinspection.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule, nearest

RULE = Rule(code="WAV007", name="config-without-wave", severity="error", tags=("order", "spelling"), local=True)

_CONFIG = (
    'merge-key: "dev/cluster1/inst2"\nibm_mas_masapp_configs:\n  - mas_app_id: %s\n    mas_app_namespace: mas-inst2-%s\n'
    "    mas_app_ws_apiversion: iot.ibm.com/v1\n    mas_app_ws_kind: IoTWorkspace\n    mas_workspace_id: main\n"
)
_FILE = "dev/cluster1/inst2/ibm-mas-masapp-configs.yaml"
BAD = (Example("misspelt", {_FILE: _CONFIG % ("ito  #! WAV007", "ito")}),)
GOOD = (Example("a known one", {_FILE: _CONFIG % ("iot", "iot")}),)


def check(context: Context) -> Drafts:
    """Configurations in wave 0."""
    for scope in context.mas.scopes:
        if scope.level != "instance" or not scope.get("ibm_mas_masapp_configs"):
            continue
        known = [key[14:-8] for file in scope.spec.files for key in file.keys if key.startswith("ibm_suite_app_")]
        for keys, item in scope.items("ibm_mas_masapp_configs"):
            app = item.get("mas_app_id")
            if not isinstance(app, str) or app in known:
                continue
            graph = context.graph
            made = graph.made_by(scope, keys)
            if made is None or made.wave != 0:
                continue
            near = nearest(app, known)
            yield RULE.draft(
                scope.place((*keys, "mas_app_id")),
                f"the charts know no application `{app}`: its configuration gets no sync wave and comes first, in wave 000, "
                "before what it needs",
                help=f"write `{near}`" if near else f"write one of {', '.join(sorted(known))}",
                affects=graph.affected_by([made]),
            )
