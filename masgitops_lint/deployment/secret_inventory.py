"""Every secret that a config repo needs, and how each comes to be: the inventory and its comparison with a store."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple, TypeAlias

from masgitops_lint.model.place import Place
from masgitops_lint.stores.content import StoreContent

from .secrets import Secret, SecretsGraph

Origin: TypeAlias = Literal["by hand", "at runtime", "switched off", "declared", "unknown", "other store"]


class InventoryReader(NamedTuple):
    """Who reads a secret: an Application (and the config key that hands it over), or a Job by itself.

    `wave` is the Application's wave in its parent; None where it is not known. `by_job` names the chart's Job.
    """

    application: str
    wave: int | None
    scope: str
    place: Place | None = None
    field: str = ""
    by_job: str = ""


class InventoryWriter(NamedTuple):
    """The Job that writes a secret: its Application with its wave, the Job's template, what keeps it from running."""

    application: str
    wave: int | None
    scope: str
    job: str
    hook: str = ""
    unmet: tuple[str, ...] = ()


class InventoryEntry(NamedTuple):
    """One secret. `first` says that it must exist before the first sync although a Job fills it later.

    `field_names` are those that are read; for a secret that only a Job writes, those it writes. `near` is the path that
    was probably meant. `in_cluster` is a Kubernetes Secret, which no store outside holds.
    """

    path: str
    backend: str
    scope: str
    origin: Origin
    field_names: tuple[str, ...] = ()
    readers: tuple[InventoryReader, ...] = ()
    writers: tuple[InventoryWriter, ...] = ()
    by: str = ""
    note: str = ""
    first: bool = False
    near: str = ""
    in_cluster: bool = False

    @property
    def to_create(self) -> bool:
        """Whether somebody has to create it before Argo CD can deploy everything."""
        return self.first or self.origin in ("by hand", "declared", "unknown", "switched off", "other store")

    @property
    def first_wave(self) -> int | None:
        """The lowest wave of its readers, None where nobody reads it."""
        return min((reader.wave for reader in self.readers if reader.wave is not None), default=None)


_ORIGINS: dict[str, Origin] = {
    "written": "at runtime",
    "off": "switched off",
    "by-hand": "by hand",
    "declared": "declared",
    "elsewhere": "other store",
    "unknown": "unknown",
}


def inventory(graph: SecretsGraph) -> tuple[InventoryEntry, ...]:
    """Every secret that is read or written, by scope and path; not those that only a Job that is off would write."""
    entries = [
        _entry(secret)
        for secret in graph.secrets.values()
        if secret.uses or secret.runtime_reads or any(writer.runs for writer in secret.writers)
    ]
    return tuple(sorted(entries, key=lambda entry: (entry.scope, entry.path)))


def _entry(secret: Secret) -> InventoryEntry:
    readers: dict[tuple[str, str, str], InventoryReader] = {}
    for use in secret.uses:
        place, field = use.reference.place, use.reference.field
        for application in use.readers:
            reader = InventoryReader(application.name, application.wave, application.scope, place, field)
            readers.setdefault((application.name, field, place.path), reader)
        if not use.readers:
            reader = InventoryReader("", None, use.scope.directory, place, field)
            readers.setdefault(("", field, place.path), reader)
    for read in secret.runtime_reads:
        one = read.application
        job = InventoryReader(one.name, one.wave, one.scope, one.source, "", read.job.job)
        readers.setdefault((one.name, "", read.job.job), job)
    writers = tuple(
        InventoryWriter(
            application=writer.application.name if writer.application else "",
            wave=writer.application.wave if writer.application else None,
            scope=writer.scope,
            job=writer.job.job,
            hook=writer.job.hook,
            unmet=tuple(unmet.text for unmet in writer.unmet),
        )
        for writer in secret.writers
    )
    notes = [writer.job.note for writer in secret.writers if writer.job.note]
    if secret.pre_created is not None and secret.pre_created.note:
        notes.append(secret.pre_created.note)
    by = ""
    if secret.declared is not None:
        by = secret.declared.created_by
    elif secret.pre_created is not None:
        by = secret.pre_created.by
    written = tuple(dict.fromkeys(name for writer in secret.writers for name in writer.fields))
    names = secret.fields or (secret.pre_created.fields if secret.pre_created else ()) or written
    return InventoryEntry(
        path=secret.path,
        backend=secret.backend,
        scope=_scope(secret),
        origin=_ORIGINS[secret.status],
        field_names=names,
        readers=tuple(readers.values()),
        writers=writers,
        by=by,
        note="; ".join(dict.fromkeys(notes)),
        first=any("must exist before the first sync" in note for note in notes),
        near=secret.suggestion.path if secret.suggestion is not None else "",
    )


def _scope(secret: Secret) -> str:
    """The scope that a secret belongs to: its writer's, else the narrowest of its readers' that its path names."""
    for writer in secret.writers:
        return writer.scope
    scopes = [use.scope for use in secret.uses]
    for scope in scopes:
        if scope.instance and f"/{scope.instance}/" in f"{secret.path}/":
            return scope.directory
    for scope in scopes:
        parent = scope.parent
        if parent is not None and scope.instance:
            return parent.directory
        return scope.directory
    return secret.runtime_reads[0].application.scope if secret.runtime_reads else ""


class Missing(NamedTuple):
    """A secret that must exist and does not; `field_names` when the secret is there without these fields."""

    entry: InventoryEntry
    field_names: tuple[str, ...] = ()


class Comparison(NamedTuple):
    """A store against the inventory. `pending` are secrets that Jobs have not written yet."""

    missing: tuple[Missing, ...]
    pending: tuple[InventoryEntry, ...]
    unused: tuple[str, ...]


def compare(entries: Iterable[InventoryEntry], store: StoreContent) -> Comparison:
    """What the store lacks, and what it holds below the repo's own names that nobody reads."""
    missing: list[Missing] = []
    pending: list[InventoryEntry] = []
    needed: set[str] = set()
    prefixes: set[str] = set()
    for entry in entries:
        if entry.in_cluster:
            continue
        found = store.find(entry.path)
        segments = entry.path.split("/")
        prefixes.add("/".join(segments[:2]) + "/")
        if found is None:
            if entry.to_create:
                missing.append(Missing(entry))
            else:
                pending.append(entry)
            continue
        needed.add(found)
        fields = store.fields(found)
        read = {reader.field for reader in entry.readers if reader.field}
        lacking = tuple(sorted(read - fields)) if fields is not None and not entry.first else ()
        if lacking:
            missing.append(Missing(entry, lacking))
    unused = tuple(
        path
        for path in sorted(store.secrets)
        if path not in needed and any(path.startswith(prefix) for prefix in prefixes if prefix != "/")
    )
    return Comparison(tuple(missing), tuple(pending), unused)
