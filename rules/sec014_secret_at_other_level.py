"""A secret at another level than usual.

## What it checks

Paths that would be a known secret at another level: `{account}/{cluster}/mas_segment_key` where the documented one is
`{account}/{cluster}/{instance}/mas_segment_key`. For a secret that a Job writes at the other level it is an error.

## What Argo CD does

The plugin reads exactly the path that is written. A secret created by hand may well stand there; one that a Job
writes does not.

## How to fix

Use the usual path, or declare this one under `secrets: declared:` in `.mas-lint.yaml`.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="SEC014", name="secret-at-other-level", severity="note", tags=("secrets",))

_ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:dev/cluster1"
_BAS = (
    'merge-key: "dev/cluster1/inst1"\nibm_mas_suite_configs:\n  - mas_config_name: inst1-bas-system\n'
    "    mas_config_chart: ibm-mas-bas-config\n    mas_config_scope: system\n    mas_workspace_id:\n    "
    "mas_application_id:\n"
    "    mas_config_kind: bascfgs\n    mas_config_api_version: config.mas.ibm.com\n"
    '    mas_segment_key: "<path:%s/%smas_segment_key#mas_segment_key>"%s\n'
    "    dro_contact:\n      email: a@example.com\n      first_name: A\n      last_name: B\n    dro_ca:\n      crt: x\n"
    '    dro_api_token: "<path:%s/dro#dro_api_token>"\n    dro_endpoint_url: "<path:%s/dro#dro_url>"\n'
)
_FILE = "dev/cluster1/inst1/ibm-mas-suite-configs.yaml"
BAD = (Example("the segment key of the cluster", {_FILE: _BAS % (_ARN, "", "  #! SEC014", _ARN, _ARN)}),)
GOOD = (Example("the segment key of the instance", {_FILE: _BAS % (_ARN, "inst1/", "", _ARN, _ARN)}),)


def check(context: Context) -> Drafts:
    """Paths that are right but for their level."""
    for secret in context.secrets.secrets.values():
        near = secret.suggestion
        if secret.status != "unknown" or near is None or near.kind != "level":
            continue
        for use in [use for use in secret.uses if use.readers and use.owner.kind == "own"][:1]:
            what = "is what the charts write" if near.written else "is the path that the CLI and the documentation use"
            yield RULE.draft(
                context.inside(use.reference.place, use.reference.raw),
                f"`{secret.path}` is read, but `{near.path}` {what}",
                help=f"write `{near.path}`, or make sure that the secret exists and declare it in .mas-lint.yaml",
                affects=[reader.name for reader in use.readers],
                severity="error" if near.written else None,
            )
