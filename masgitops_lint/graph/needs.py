"""What one Application needs of another: a secret that the other's Job writes, or an operator that it installs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

from masgitops_lint.model.place import Keys, Place

from .tree import Relation as Relation
from .tree import Tree

if TYPE_CHECKING:
    from masgitops_lint.deployment.installs import Install
    from masgitops_lint.deployment.secrets import Secret, SecretsGraph, Use, Writer
    from masgitops_lint.mas.scope import Scope


class Need(NamedTuple):
    """`reader` cannot work until `writer` has run. Both are indices into the tree.

    "secret": `path` is the secret, `place` the placeholder, `raw` its text. "install": `path` is the application's id
    and `place` the entry that configures it. "runtime": a Job of the reader fetches the secret itself.
    """

    kind: Literal["secret", "runtime", "install"]
    reader: int
    writer: int
    path: str
    place: Place
    relation: Relation
    raw: str = ""
    use: Use | None = None
    optional: bool = False


def collect(tree: Tree, installs: Iterable[Install], secrets: SecretsGraph) -> Iterator[Need]:
    """Every need of the repo, secrets first."""
    known: dict[tuple[int, int], Relation] = {}

    def relation(reader: int, writer: int) -> Relation:
        found = known.get((reader, writer))
        if found is None:
            found = known[reader, writer] = tree.relation(reader, writer)
        return found

    for secret in secrets.secrets.values():
        if not (secret.uses or secret.runtime_reads):
            continue
        writer = waited_for(secret, tree)
        if writer is None or writer.application is None:
            continue
        at = tree.find(writer.application)
        by_hand = secret.pre_created is not None and bool(writer.job.hook)
        for use in secret.uses:
            for application in use.readers:
                reader = tree.find(application)
                # a name somebody may well have filled by hand: that a hook refreshes it at every sync is no self-wait
                if reader < 0 or (reader == at and by_hand):
                    continue
                ref = use.reference
                yield Need("secret", reader, at, secret.path, ref.place, relation(reader, at), ref.raw, use)
        for read in secret.runtime_reads:
            reader = tree.find(read.application)
            if reader >= 0 and reader != at:
                yield Need(
                    "runtime",
                    reader,
                    at,
                    secret.path,
                    read.application.source,
                    relation(reader, at),
                    optional=read.job.optional,
                )
    for one in installs:
        reader, at = tree.find(one.configuration), tree.find(one.install)
        if min(reader, at) >= 0:
            yield Need("install", reader, at, one.app, one.place, relation(reader, at))


def waited_for(secret: Secret, tree: Tree) -> Writer | None:
    """The Job that a reader waits for; None where the secret exists beforehand or nothing in the repo writes it.

    `{instance}/mongo` and its like must be there before the first sync although a Job writes into them later. Of
    several Jobs the one that comes first counts.
    """
    if secret.status == "declared":
        return None
    if secret.pre_created is not None and "{*}" not in secret.pre_created.path:
        return None
    running = [
        writer
        for writer in secret.writers
        if writer.runs and writer.application is not None and tree.find(writer.application) >= 0
    ]
    if len(running) < 2:
        return running[0] if running else None
    return min(running, key=lambda writer: (writer.application.wave or 0) if writer.application is not None else 0)


def made_by(tree: Tree, scope: Scope) -> dict[Keys, int]:
    """The Applications of a scope by the block or list entry that makes them."""
    found: dict[Keys, int] = {}
    for number in tree.of_scope(scope.directory):
        found.setdefault(tree.applications[number].source.keys[:2], number)
    return found
