"""A renamed id or directory deletes an instance or cluster and builds another one.

## What it checks

With `--base`: root Applications whose name changes because `account.id`, `cluster.id`, `instance.id` or `tenant.id`
changed, or because the directory was renamed.

## What Argo CD does

The names of the root Application, of every namespace and of every Application below it are made of the ids. A new id
is a new installation with empty databases; the old one is deleted (`auto_delete: true`) or left behind without anything
that updates it (`auto_delete: false`).

## How to fix

Put the old id back. An instance cannot be renamed; build the new one beside it and migrate.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule, removal_severity, removal_text

RULE = Rule(code="PRN004", name="id-renamed", severity="error", tags=("prune", "data", "id"), needs_base=True)

BASE = "dev/cluster1/inst2/ibm-mas-instance-base.yaml"
TEXT = """\
merge-key: "dev/cluster1/inst2"
account:
  id: dev
region:
  id: us-east-1
cluster:
  id: cluster1
  url: https://api.cluster1.example.com:6443
instance:
  id: {id}
sm:
  aws_access_key_id: x
  aws_secret_access_key: x
"""
BAD = (
    Example(
        "an instance renamed",
        {BASE: TEXT.format(id="inst7  #! PRN004")},
        before={BASE: TEXT.format(id="inst2")},
    ),
)
GOOD = (
    Example(
        "the same id in quotes",
        {BASE: TEXT.format(id='"inst2"')},
        before={BASE: TEXT.format(id="inst2")},
    ),
)


def check(context: Context) -> Drafts:
    """Root Applications that come back under another name."""
    for cause in context.causes:
        if cause.kind != "renamed-root":
            continue
        first = cause.tops[0]
        to = f" and `{first.moved_to}` is built anew, empty" if first.moved_to else ""
        yield RULE.draft(
            cause.place,
            f"a renamed {first.level} is another {first.level}: `{first.application.name}` goes{to} "
            f"({removal_text(cause)})",
            help="put the old id and directory back; build a new one beside it and migrate",
            affects=cause.names,
            severity=removal_severity(cause),
        )
