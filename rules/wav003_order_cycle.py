"""Applications wait for each other.

## What it checks

Cycles through any mix of sync waves, secrets and references: within an instance, across instances, across clusters.
Each distinct cycle is one finding at its first line of config, with every other hop's file and line. At most 20 are
told at once.

- A deadlock (error): no order of events lets any of them start.
- A ring of roots: two instances or clusters that each read a secret which the other one's Job writes. A warning where the
  settings say that such secrets are shared on purpose (`secrets: path-convention:`), else an error.

## What Argo CD does

Nothing that it would tell: each Application shows an error of the vault plugin, or waits for its wave, for ever. A ring
of roots does come up when all are new, after retries, but none of them can be rebuilt or moved without the others.

## How to fix

Break the cycle where it was not meant: mostly one of the paths names another instance by mistake.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="WAV003", name="order-cycle", severity="error", tags=("order", "cycle", "secrets"))

_ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:dev/cluster1"
_SLS = (
    'merge-key: "dev/cluster1/%s"\nibm_sls:\n  sls_channel: 3.x\n  run_sync_hooks: true\n  sls_install_plan: Automatic\n'
    '  sls_entitlement_file: "<path:%s/%s/license#license_file>"\n'
    '  ibm_entitlement_key: "<path:%s/%s/sls#registration_key>"%s\n'
    "  sls_mongo_secret_name: sls-mongo\n  mongo_spec:\n    configDb: admin\n    secretName: sls-mongo\n"
    "    nodes:\n      - host: mongo.example.com\n        port: 27017\n"
    '  sls_mongo_username: "<path:%s/%s/mongo#username>"\n  sls_mongo_password: "<path:%s/%s/mongo#password>"\n'
)


def _sls(own: str, other: str, mark: str = "") -> str:
    return _SLS % (own, _ARN, own, _ARN, other, mark, _ARN, own, _ARN, own)


BAD = (
    Example(
        "two instances wait for each other's licence service",
        {
            "dev/cluster1/inst1/ibm-sls.yaml": _sls("inst1", "inst2", "  #! WAV003"),
            "dev/cluster1/inst2/ibm-sls.yaml": _sls("inst2", "inst1"),
        },
    ),
)
GOOD = (
    Example("no cycle"),
    Example("one instance reads another one's", {"dev/cluster1/inst1/ibm-sls.yaml": _sls("inst1", "inst2")}),
)


def check(context: Context) -> Drafts:
    """Distinct cycles, shortest first."""
    graph = context.graph
    for cycle in graph.cycles:
        first, *rest = cycle.hops
        names = [graph.application(hop.waiting).name for hop in cycle.hops]
        members = graph.ring_of(cycle)
        ring = " -> ".join(f"`{name}`" for name in [*members, members[0]])
        shared = all(need.use is not None and need.use.owner.kind in ("own", "none") for need in cycle.needs)
        if cycle.deadlock:
            message = f"{ring} wait for each other: none of them ever starts ({graph.hop_text(first)})"
        else:
            message = f"{ring} need each other: none of them can be brought up alone ({graph.hop_text(first)})"
        yield RULE.draft(
            context.inside(first.place, first.need.raw) if first.need is not None else first.place,
            message,
            help="take one of these steps out of the ring: read a secret of the own scope, or create one by hand before "
            "the first sync and declare it under `secrets: declared:` in .mas-lint.yaml",
            related=[
                (
                    context.inside(hop.place, hop.need.raw) if hop.need is not None else hop.place,
                    graph.hop_text(hop),
                )
                for hop in rest
            ],
            affects=graph.affected_by([hop.waiting for hop in cycle.hops]) if cycle.deadlock else names,
            severity=None if cycle.deadlock or not shared else "warning",
        )
