"""A secret is read in an earlier wave than the one that writes it.

## What it checks

For each Application that reads a secret which a Job of another Application in the same root writes: the writer's sync
wave comes before the reader's. Secrets that exist before the first sync are left out: those that the documentation
tells you to create by hand, and those that the settings declare.

## What Argo CD does

It renders the reader in its wave. The vault plugin fails for want of the secret, the Application does not become
healthy, and the root never gets to the later wave with the Job that would write the secret: a deadlock, on every new
cluster or instance. (A child Application gates the waves of its root because MAS GitOps registers a health check for
Applications: ibm-mas/gitops `docs/orchestration.md`. Order of waves: gitops-engine `pkg/sync/sync_tasks.go`.)

On a cluster where the secret is left from an earlier time nothing is seen of it.

## Example

The operator catalogue (wave 000) that reads what the DRO Job (wave 030) writes.

## How to fix

Read another secret, or write the value out. If the secret is created by hand before the first sync, declare it:

```yaml
secrets:
  declared:
    - path: "{account}/{cluster}/dro"
```
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="WAV001", name="reader-before-writer", severity="error", tags=("order", "secrets"))

_ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:dev/cluster1"
_CATALOG = (
    'merge-key: "dev/cluster1"\nibm_operator_catalog:\n  mas_catalog_version: v9-260528-amd64\n'
    "  mas_catalog_image: icr.io/cpopen/ibm-maximo-operator-catalog\n"
    '  ibm_entitlement_key: "<path:%s/dro#dro_api_token>"%s\n'
)
_FILE = "dev/cluster1/ibm-operator-catalog.yaml"
BAD = (Example("wave 000 reads what wave 030 writes", {_FILE: _CATALOG % (_ARN, "  #! WAV001")}),)
GOOD = (
    Example("waves in order"),
    Example(
        "a secret that is created by hand",
        {_FILE: _CATALOG % (_ARN, "")},
        settings='secrets:\n  declared:\n    - path: "{account}/{cluster}/dro"\n',
    ),
)


def check(context: Context) -> Drafts:
    """Secrets of the same root's later waves, one finding a file and secret."""
    graph = context.graph
    for needs in graph.grouped("never", same_root=True):
        first = needs[0]
        reader, writer = graph.application(first.reader), graph.application(first.writer)
        wave = reader.wave or 0
        why = "before any Job has run" if wave == 0 else f"in wave {wave:03d}"
        blocked = [need.reader for need in needs]
        yield RULE.draft(
            context.inside(first.place, first.raw),
            f"`{reader.name}` reads `{first.path}` {why}, but `{writer.name}` writes it in wave {writer.wave or 0:03d} of "
            f"the same root, which is not reached before `{reader.name}` is healthy: a deadlock on every first sync",
            help="read another secret or write the value out; if this one is created by hand before the first sync, "
            "declare it under `secrets: declared:` in .mas-lint.yaml",
            related=[
                *((context.inside(need.place, need.raw), "also read here") for need in graph.other_places(needs)),
                (writer.source, f"`{writer.name}` (wave {writer.wave or 0:03d}) writes the secret"),
            ],
            affects=graph.affected_by(blocked),
        )
