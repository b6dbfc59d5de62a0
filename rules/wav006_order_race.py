"""An order that nothing enforces: the reader is due before the writer is done.

## What it checks

Readers of a secret that a Job writes in the same wave, or below another ApplicationSet: a stand-alone licence service
and the instances that use it, or a secret of another instance that is shared on purpose. Only those are told that are
due, by the times IBM publishes, before the secret is written. That instances read what their cluster writes is the
normal case and not meant: the cluster's Applications are healthy before the instance ApplicationSet is created.

## What Argo CD does

Waves order only what one root renders. Applications of an ApplicationSet start as soon as they are created. The reader
fails for want of the secret and is tried again; after three failed renderings the repo server's default is to pause for
an hour (argo-cd `docs/operator-manual/high_availability.md`, `ARGOCD_PAUSE_GEN_AFTER_FAILED_ATTEMPTS`). In the end it
comes up.

## How to fix

Bring up the writer first when a cluster is new, or create the secret by hand and declare it under `secrets: declared:` in
`.mas-lint.yaml`.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="WAV006", name="order-race", severity="note", tags=("order", "secrets"))

_ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:dev/cluster1"
_BAS = (
    'merge-key: "dev/cluster1/inst2"\nibm_mas_suite_configs:\n  - mas_config_name: inst2-sls-system\n'
    "    mas_config_chart: ibm-mas-sls-config\n    mas_config_scope: system\n    mas_workspace_id:\n"
    "    mas_application_id:\n    mas_config_kind: slscfgs\n    mas_config_api_version: config.mas.ibm.com\n"
    "    use_postdelete_hooks: true\n    url: https://sls.mas-inst2-sls.svc\n    ca: |\n      x\n"
    '    registration_key: "<path:%s/inst1/sls#registration_key>"%s\n'
)
_SHARED = 'secrets:\n  path-convention:\n    - "{account}/{cluster}/inst1/sls"\n'
_FILE = "dev/cluster1/inst2/ibm-mas-suite-configs.yaml"
BAD = (
    Example(
        "the licence service of another instance, shared on purpose",
        {_FILE: _BAS % (_ARN, "  #! WAV006")},
        remove=("dev/cluster1/inst2/ibm-sls.yaml",),
        settings=_SHARED,
    ),
)
GOOD = (Example("instances that read what their cluster writes"),)


def check(context: Context) -> Drafts:
    """Readers that are due too early, one finding a file and secret."""
    graph = context.graph
    for needs in graph.races():
        first = needs[0]
        reader, writer = graph.application(first.reader), graph.application(first.writer)
        due, done = graph.starts_after(reader), graph.ready_after(writer)
        if due >= done:
            continue
        where = (
            f"in the same wave ({writer.wave or 0:03d})"
            if first.relation == "same-wave" and reader.parent == writer.parent
            else f"below `{writer.parent}`, which no wave puts before `{reader.parent}`"
        )
        yield RULE.draft(
            context.inside(first.place, first.raw),
            f"`{reader.name}` reads `{first.path}`, which `{writer.name}` writes {where}: on a first sync it fails and is "
            f"tried again until the secret is there, by IBM's published times about {done - due} minutes, and up to an hour "
            "more when Argo CD pauses after three failed renderings",
            help="bring up the writer first, or create the secret by hand and declare it under `secrets: declared:` in "
            ".mas-lint.yaml",
            related=[
                *((context.inside(need.place, need.raw), "also read here") for need in graph.other_places(needs)),
                (writer.source, f"`{writer.name}` writes the secret"),
            ],
            affects=[graph.application(need.reader).name for need in needs],
        )
