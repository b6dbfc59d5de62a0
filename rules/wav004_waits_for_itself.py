"""An Application reads a secret that only its own Job writes.

## What it checks

Placeholders of an Application whose secret is written by a Job in the same Application, and by nobody else.

## What Argo CD does

The vault plugin renders all manifests of the Application before anything of it is applied, hooks included. Without the
secret that fails, so the Job that would write it is never created.

## How to fix

Read the value where it comes from, or create the secret by hand before the first sync and declare it under `secrets:
declared:` in `.mas-lint.yaml`.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="WAV004", name="waits-for-itself", severity="error", tags=("order", "secrets"))

_ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:dev/cluster1"
_DRO = (
    'merge-key: "dev/cluster1"\nibm_dro:\n  dro_namespace: ibm-software-central\n  run_sync_hooks: true\n'
    '  ibm_entitlement_key: "<path:%s/%s>"%s\n'
)
_FILE = "dev/cluster1/ibm-dro.yaml"
BAD = (Example("DRO reads its own token", {_FILE: _DRO % (_ARN, "dro#dro_api_token", "  #! WAV004")}),)
GOOD = (Example("another secret", {_FILE: _DRO % (_ARN, "ibm_entitlement#entitlement_key", "")}),)


def check(context: Context) -> Drafts:
    """Applications that are their own writers, one finding a file and secret."""
    graph = context.graph
    for needs in graph.grouped("self"):
        first = needs[0]
        reader = graph.application(first.reader)
        yield RULE.draft(
            context.inside(first.place, first.raw),
            f"`{reader.name}` reads `{first.path}`, which only its own Job writes: it cannot be rendered without the "
            "secret, so the Job never runs",
            help="read the value where it comes from, or create the secret by hand before the first sync and declare it "
            "under `secrets: declared:` in .mas-lint.yaml",
            related=[(context.inside(need.place, need.raw), "also read here") for need in graph.other_places(needs)],
            affects=graph.affected_by([first.reader]),
        )
