"""An ARN's AWS account is not that of the rest.

## What it checks

The AWS account ids in the ARNs of one MAS account, by majority. One finding a file. Ids that stand for one
(`xxxxxxxxxxxx`) take no part.

## What Argo CD does

The plugin's role rarely may read another AWS account's secrets: the plugin fails, and the Application with it.

## How to fix

Write the AWS account id of the rest.
"""

from collections import Counter, defaultdict
from typing import Any

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="SEC022", name="secret-account-differs", severity="error", tags=("secrets", "aws"))

_DRO = (
    'merge-key: "dev/cluster1"\nibm_dro:\n  run_sync_hooks: true\n  ibm_entitlement_key: '
    '"<path:arn:aws:secretsmanager:us-east-1:%s:secret:dev/cluster1/ibm_entitlement#entitlement_key>"%s\n'
)
BAD = (Example("a digit off", {"dev/cluster1/ibm-dro.yaml": _DRO % ("123456789013", "  #! SEC022")}),)
GOOD = (Example("one AWS account"),)


def check(context: Context) -> Drafts:
    """AWS accounts, MAS account by MAS account; a cluster that has one of its own agrees with itself."""
    groups: defaultdict[tuple[str, str], list[Any]] = defaultdict(list)
    for uses in context.secrets.by_scope.values():
        scope = uses[0].scope
        account, _, below = scope.directory[len(scope.root) :].partition("/")
        groups[account, below.partition("/")[0]].extend(uses)
    numbers = {group: _numbers(uses) for group, uses in groups.items()}
    accounts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (account, _), counted in numbers.items():
        accounts[account].update(counted)
    for group, uses in groups.items():
        counted = numbers[group]
        if not counted:
            continue
        common, count = counted.most_common(1)[0]
        if count * 2 <= sum(counted.values()):
            common, count = accounts[group[0]].most_common(1)[0]
            if count * 2 <= sum(accounts[group[0]].values()):
                continue
        others = counted.keys() - {common}
        files: dict[str, list[Any]] = {}
        for use in uses if others else ():
            if use.reference.cloud_account in others:
                files.setdefault(use.reference.place.path, []).append(use)
        for wrong in files.values():
            more = f" ({len(wrong)} times in this file)" if len(wrong) > 1 else ""
            yield RULE.draft(
                context.inside(wrong[0].reference.place, wrong[0].reference.raw),
                f"this ARN's AWS account is {wrong[0].reference.cloud_account}{more}, that of the rest is {common}",
                help=f"write {common}",
                related=[(context.inside(u.reference.place, u.reference.raw), "also here") for u in wrong[1:11]],
                affects=[reader.name for use in wrong for reader in use.readers],
            )


def _numbers(uses: list[Any]) -> Counter[str]:
    """The AWS accounts that are named, and how often; what only stands for one does not count."""
    counted = Counter([use.reference.cloud_account for use in uses])
    return Counter({number: count for number, count in counted.items() if number.isdigit() and len(number) == 12})
