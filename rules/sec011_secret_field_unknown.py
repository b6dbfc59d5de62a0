"""A field that the secret's writer does not write.

## What it checks

For secrets that a Job of the charts writes: the field that is read is among those it writes, in the release in use.
For secrets that are created by hand any field may exist; there only a near miss of a documented field is reported (a
warning). Fields of patched charts go into `.mas-lint.yaml` (`contract: {secret-fields: {...}}`).

## What Argo CD does

A missing field fails the vault plugin, and with it the whole Application.

## How to fix

Read a field that is written, or declare the field.
"""

from typing import Any

from masgitops_lint.sdk import Context, Drafts, Example, Replacement, Rule, nearest

RULE = Rule(code="SEC011", name="secret-field-unknown", severity="error", tags=("secrets",))

_ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:dev/cluster1"
_SLS = (
    'merge-key: "dev/cluster1/inst1"\nibm_mas_suite_configs:\n  - mas_config_name: inst1-sls-system\n'
    "    mas_config_chart: ibm-mas-sls-config\n    mas_config_scope: system\n    mas_workspace_id:\n    "
    "mas_application_id:\n"
    "    mas_config_kind: slscfgs\n    mas_config_api_version: config.mas.ibm.com\n    url: "
    "https://sls.mas-inst1-sls.svc\n"
    '    registration_key: "<path:%s/inst1/sls#%s>"%s\n    ca:\n      crt: x\n'
)
_FILE = "dev/cluster1/inst1/ibm-mas-suite-configs.yaml"
BAD = (
    Example("misspelt", {_FILE: _SLS % (_ARN, "registrationkey", "  #! SEC011")}),
    Example("never written", {_FILE: _SLS % (_ARN, "token", "  #! SEC011")}),
)
GOOD = (
    Example("written fields"),
    Example(
        "a field of a patched chart",
        {_FILE: _SLS % (_ARN, "token", "")},
        settings='contract:\n  secret-fields:\n    "{account}/{cluster}/{instance}/sls": [token]\n',
    ),
)


def check(context: Context) -> Drafts:
    """Fields that do not exist, one finding a field and file."""
    for secret in context.secrets.secrets.values():
        known = secret.known_fields if secret.status in ("written", "off", "by-hand") else ()
        if not known or {use.reference.field for use in secret.uses}.issubset(known):
            continue
        certain = any(writer.runs for writer in secret.writers) and secret.pre_created is None
        for use in _first_uses(secret.uses):
            field = use.reference.field
            if field in known or not use.readers:
                continue
            near = nearest(field, known, 0.6 if certain else 0.8)
            if not certain and not near:
                continue
            writer = next((one for one in secret.writers if one.runs), None)
            who = f"`{writer.application.name}` writes" if writer and writer.application else "it is known to have"
            yield RULE.draft(
                context.inside(use.reference.place, use.reference.raw),
                f"the secret `{secret.path}` has no field `{field}` ({who} "
                f"{', '.join(f'`{name}`' for name in known)}): "
                "Argo CD deploys nothing of the Application that reads it",
                help=f"read `{near}`"
                if near
                else "read one of those, or declare the field under `contract: secret-fields:`",
                affects=[reader.name for reader in use.readers],
                severity="error" if certain else "warning",
                fix=Replacement(f"read `{near}`", ((use.reference.place, f"#{field}", f"#{near}"),)) if near else None,
            )


def _first_uses(uses: list[Any]) -> list[Any]:
    """One use for each field and file."""
    return list({(use.reference.field, use.reference.place.path): use for use in reversed(uses)}.values())
