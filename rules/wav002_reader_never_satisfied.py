"""A cluster reads a secret that only one of its instances writes.

## What it checks

Applications of a cluster root, before the wave of the instance ApplicationSet, that read a secret which a Job of an
instance writes; and, in general, every reader that the writer's own parents wait for.

## What Argo CD does

The cluster's Application fails for want of the secret and never becomes healthy, so the cluster root does not get to
wave 099 and creates no instance: nobody will ever write the secret. The whole cluster stays where it is.

## How to fix

Move the reader into the instance, or create the secret by hand before the first sync and declare it under `secrets:
declared:` in `.mas-lint.yaml`.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="WAV002", name="reader-never-satisfied", severity="error", tags=("order", "secrets"))

_ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:dev/cluster1"
_DRO = (
    'merge-key: "dev/cluster1"\nibm_dro:\n  dro_namespace: ibm-software-central\n  run_sync_hooks: true\n'
    '  ibm_entitlement_key: "<path:%s/inst1/sls#registration_key>"%s\n'
)
_FILE = "dev/cluster1/ibm-dro.yaml"
BAD = (Example("the cluster waits for an instance", {_FILE: _DRO % (_ARN, "  #! WAV002")}),)
GOOD = (
    Example("the instance waits for the cluster"),
    Example(
        "declared",
        {_FILE: _DRO % (_ARN, "")},
        settings='secrets:\n  declared:\n    - path: "{account}/{cluster}/inst1/sls"\n',
    ),
)


def check(context: Context) -> Drafts:
    """Readers that stand in the way of their own writer, one finding a file and secret."""
    graph = context.graph
    for needs in graph.grouped("never", same_root=False):
        first = needs[0]
        reader, writer = graph.application(first.reader), graph.application(first.writer)
        gate = graph.gate(first)
        yield RULE.draft(
            context.inside(first.place, first.raw),
            f"`{reader.name}` reads `{first.path}`, which only `{writer.name}` writes; that one comes with `{gate.name}` in "
            f"wave {gate.wave or 0:03d}, which waits for `{reader.name}` (wave {reader.wave or 0:03d}): neither ever starts",
            help="read the secret in the instance, or create it by hand before the first sync and declare it under "
            "`secrets: declared:` in .mas-lint.yaml",
            related=[
                *((context.inside(need.place, need.raw), "also read here") for need in graph.other_places(needs)),
                (writer.source, f"`{writer.name}` writes the secret"),
            ],
            affects=graph.affected_by([need.reader for need in needs]),
        )
