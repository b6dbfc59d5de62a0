"""An application is configured in an earlier wave than the one that installs it.

## What it checks

The sync wave of each entry in `ibm_mas_masapp_configs` against that of the application's install block. For IoT and
Monitor both depend on `mas_app_channel`, and the charts read it in two ways: the install takes the version as a number,
the configuration matches `9.<minor>.` as text. A channel without the third part (`9.2`) or of a new major version
(`10.0.x`) gives the two different answers (ibm-mas/gitops `510-ibm-mas-masapp-iot-install.yaml`,
`510-550-ibm-mas-masapp-configs.yaml`).

## What Argo CD does

It creates the configuration's custom resource when no operator has brought its kind yet: the sync fails, is tried again,
and the wave does not end, so the install is never reached.

## How to fix

Write the channel as the catalogue does: `9.2.x`.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="WAV005", name="config-before-install", severity="error", tags=("order",))

_INSTALL = (
    'merge-key: "dev/cluster1/inst1"\nibm_suite_app_iot_install:\n  mas_app_id: iot\n'
    '  mas_app_namespace: mas-inst1-iot\n  mas_app_channel: "%s"%s\n  mas_app_catalog_source: ibm-operator-catalog\n'
    "  mas_app_api_version: iot.ibm.com/v1\n  mas_app_kind: IoT\n  run_sync_hooks: true\n"
)
_CONFIG = (
    'merge-key: "dev/cluster1/inst1"\nibm_mas_masapp_configs:\n  - mas_app_id: iot\n'
    "    mas_app_namespace: mas-inst1-iot\n    mas_app_ws_apiversion: iot.ibm.com/v1\n"
    "    mas_app_ws_kind: IoTWorkspace\n    mas_workspace_id: main\n"
)


def _files(channel: str, mark: str = "") -> dict[str, str]:
    return {
        "dev/cluster1/inst1/ibm-mas-masapp-iot-install.yaml": _INSTALL % (channel, mark),
        "dev/cluster1/inst1/ibm-mas-masapp-configs.yaml": _CONFIG,
    }


BAD = (
    Example("a channel of two parts", _files("9.2", "  #! WAV005")),
    Example("a new major version", _files("10.0.x", "  #! WAV005")),
)
GOOD = (Example("9.2.x", _files("9.2.x")), Example("9.1.x", _files("9.1.x")))


def check(context: Context) -> Drafts:
    """Configurations whose install comes later; one finding an application."""
    graph = context.graph
    for needs in graph.grouped("never", kind="install"):
        first = needs[0]
        config, install = graph.application(first.reader), graph.application(first.writer)
        scope = next(scope for scope in context.mas.scopes if scope.directory == config.scope)
        keys = (f"ibm_suite_app_{first.path}_install", "mas_app_channel")
        channel = scope.get(*keys)
        known = isinstance(channel, str | int | float) and first.path in ("iot", "monitor")
        why = f" with channel `{channel}`" if known else ""
        yield RULE.draft(
            scope.place(keys) if known else first.place,
            f"`{first.path}` is configured in wave {config.wave or 0:03d} and installed in wave {install.wave or 0:03d}"
            f"{why}: the configuration waits for an operator that is never installed",
            help="write the channel with three parts, such as `9.2.x`; a release of the charts that knows this version may "
            "be needed",
            related=[
                *((need.place, f"`{graph.application(need.reader).name}` configures it") for need in needs if known),
                *([] if known else [(install.source, f"`{install.name}` installs it")]),
            ],
            affects=graph.affected_by([need.reader for need in needs]),
        )
