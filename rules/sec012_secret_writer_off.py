"""A secret is read, and the Job that writes it does not run.

## What it checks

For each secret that is read and that a Job of the charts would write: the Application with the Job exists, and the
Job is not switched off. Reasons are a missing config file, `run_sync_hooks` that is not true, an account root without
`cluster_admin_role` or `application_admin_role`, an empty block. (A database without a matching `jdbc_type` is told
by `jdbc-database`.)

## What Argo CD does

As long as the secret is missing, the vault plugin fails for every Application that reads it: nothing of them is
deployed, and their sync wave never ends.

## How to fix

Switch the writer on, or create the secret by hand and declare it under `secrets: declared:` in `.mas-lint.yaml`.
"""

from typing import Any

from masgitops_lint.sdk import Context, Drafts, Example, Place, Rule

RULE = Rule(code="SEC012", name="secret-writer-off", severity="error", tags=("secrets",))

_ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:dev/cluster1"
BAD = (
    Example(
        "sync hooks switched off",
        {
            "dev/cluster1/ibm-dro.yaml": (
                'merge-key: "dev/cluster1"\nibm_dro:\n  run_sync_hooks: false  #! SEC012\n'
                f'  ibm_entitlement_key: "<path:{_ARN}/ibm_entitlement#entitlement_key>"\n'
            )
        },
    ),
)
GOOD = (
    Example("writers that run"),
    Example(
        "declared",
        {
            "dev/cluster1/ibm-dro.yaml": (
                'merge-key: "dev/cluster1"\nibm_dro:\n  run_sync_hooks: false\n'
                f'  ibm_entitlement_key: "<path:{_ARN}/ibm_entitlement#entitlement_key>"\n'
            )
        },
        settings='secrets:\n  declared:\n    - path: "{account}/{cluster}/dro"\n',
    ),
)


def check(context: Context) -> Drafts:
    """Secrets whose only writers are off; one finding a cause."""
    causes: dict[tuple[str, object], list[Any]] = {}
    places: dict[tuple[str, object], Place] = {}
    for secret in context.secrets.secrets.values():
        if secret.status != "off":
            continue
        uses = [use for use in secret.uses if use.readers and use.owner.kind == "own"]
        if not uses:
            continue
        writer = secret.writers[0]
        unmet = writer.unmet[0] if writer.unmet else None
        if unmet is None or any(one.find == "jdbc" and one.text == unmet.text for one in writer.job.when):
            continue
        if unmet.decisive and unmet.place and context.is_misspelt_in(writer.scope, unmet.place.keys):
            continue
        pointed = unmet.decisive and unmet.place is not None and bool(unmet.place.keys)
        if not pointed and context.is_told_by_files(writer.scope):
            continue
        # a config key can be pointed at; what is missing altogether is told where it is missed, once a cause
        account_wide = writer.job.role and writer.job.role in unmet.text
        cause = (
            unmet.text,
            unmet.place if unmet.decisive else writer.scope.split("/")[0] if account_wide else writer.scope,
        )
        causes.setdefault(cause, []).append((secret, uses))
        first = context.inside(uses[0].reference.place, uses[0].reference.raw)
        places.setdefault(cause, unmet.place if unmet.decisive and unmet.place else first)
    for cause, found in causes.items():
        text, place = cause[0], places[cause]
        uses = [use for _, those in found for use in those]
        paths = list(dict.fromkeys(secret.path for secret, _ in found))
        shown = ", ".join(f"`{path}`" for path in paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
        names = list(dict.fromkeys(reader.name for use in uses for reader in use.readers))
        read_at = dict.fromkeys(context.inside(use.reference.place, use.reference.raw) for use in uses)
        yield RULE.draft(
            place,
            f"{shown} will not be written: {text}; {_count(names)} cannot be deployed without it",
            help=(
                "switch the writer on, or create the secret and declare it under `secrets: declared:` in .mas-lint.yaml"
            ),
            related=[(one, "read here") for one in list(read_at)[:6] if one != place],
            affects=names,
        )


def _count(names: list[str]) -> str:
    return f"`{names[0]}`" if len(names) == 1 else f"{len(names)} Applications"
