"""Something shared is removed that others still use.

## What it checks

With `--base`: the operator catalogue of a cluster is removed while its instances stay; the Job that writes a secret is
removed or switched off while the secret is still read.

## What Argo CD does

It deletes the CatalogSource. The operators that run go on, but every Subscription on the cluster loses its source: no
operator can be installed, upgraded or repaired (Operator Lifecycle Manager, `CatalogSourcesUnhealthy`). A secret that nobody
writes any more keeps its last value in the store: tokens and certificates in it expire, and a new cluster has none.

## How to fix

Put `ibm-operator-catalog.yaml` back for as long as the cluster has an instance, and writers for as long as there are readers.
"""

from typing import Any

from masgitops_lint.sdk import Context, Drafts, Example, Place, Rule, removal_severity, removal_text

RULE = Rule(code="PRN007", name="shared-thing-removed", severity="error", tags=("prune", "reference"), needs_base=True)

CATALOG = "dev/cluster1/ibm-operator-catalog.yaml"
DRO = "dev/cluster1/ibm-dro.yaml"
BAD = (
    Example("the operator catalogue removed", remove=(CATALOG,), expect=(CATALOG,)),
    Example("the writer of a secret removed", remove=(DRO,), expect=(DRO,)),
)
GOOD = (Example("nothing removed"),)


def check(context: Context) -> Drafts:
    """Removed things with users on the head."""
    for cause in context.causes:
        if cause.kind != "still-used":
            continue
        told = "; ".join(one.message for one in cause.dangling)
        users = [name for one in cause.dangling for name in one.applications]
        done = removal_text(cause)
        yield RULE.draft(
            cause.place,
            f"{told} ({done})" if done else told,
            help="put it back for as long as something uses it",
            related=[(place, "uses it") for one in cause.dangling for place in one.users[:5]],
            affects=(*cause.names, *users),
            severity=removal_severity(cause),
        )
    yield from _writers(context)


def _writers(context: Context) -> Drafts:
    """Secrets that were written before the change, are not any more, and are still read."""
    stopped = {writer.path: writer.application for writer in context.stopped_writers}
    if not stopped:
        return
    gone = {one.application.name: one for one in context.plan.removed if one.whole}
    told = {name for cause in context.causes for name in cause.names}
    causes: dict[Place, list[Any]] = {}
    for path, secret in context.secrets.secrets.items():
        writer = stopped.get(path)
        if secret.status != "off" or writer is None or writer.name in told:
            continue
        readers = [use for use in secret.uses if use.readers and use.owner.kind == "own"]
        if not readers:
            continue
        removed = gone.get(writer.name)
        unmet = next((one for off in secret.writers for one in off.unmet if one.place is not None), None)
        place = removed.place if removed is not None else unmet.place if unmet is not None else None
        if place is not None:
            causes.setdefault(place, []).append((path, writer.name, readers))
    for place, found in causes.items():
        paths = ", ".join(f"`{path}`" for path, _, _ in found[:3]) + (
            f" and {len(found) - 3} more" if found[3:] else ""
        )
        names = list(dict.fromkeys(reader.name for _, _, uses in found for use in uses for reader in use.readers))
        yield RULE.draft(
            place,
            f"`{found[0][1]}` writes {paths} no longer, and {_readers(names)} what it wrote: the store keeps the last value until "
            "it expires, and whoever is new finds nothing",
            help="put the writer back for as long as something reads the secret, or create the secret by hand and declare it",
            related=[(use.reference.place, "read here") for _, _, uses in found for use in uses][:6],
            affects=(found[0][1], *names),
            severity="warning",
        )


def _readers(names: list[str]) -> str:
    return f"`{names[0]}` still reads" if len(names) == 1 else f"{len(names)} Applications still read"
