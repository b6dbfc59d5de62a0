"""`mas-lint secrets`: every secret the repo needs, and whether a store has it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from masgitops_lint.app import Request, Session, exit_code, lint_session, open_session
from masgitops_lint.report.inventory import INVENTORY_FORMATS, render_inventory

from .errors import CommandError, user_errors
from .options import colour_wanted, option, target_options

if TYPE_CHECKING:
    from masgitops_lint.deployment.secret_inventory import InventoryEntry
    from masgitops_lint.model.report import Report
    from masgitops_lint.stores.content import StoreContent


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@target_options
@option(
    "--output-format",
    "--format",
    "format_name",
    type=click.Choice(INVENTORY_FORMATS),
    default="text",
    show_default=True,
)
@option("--output-file", "-o", "file", metavar="FILE", help="Write there instead of to the terminal.")
@option("--only", type=click.Choice(["create", "runtime"]), help="Only those to create, or only those that Jobs write.")
@option("--store", metavar="STORE", help="Compare with an export (FILE, or - for stdin), or ask `aws` or `vault`.")
@option("--store-prefix", metavar="PATH", default="", help="The path that `vault kv list` or `get` was asked for.")
@option("--store-fields", is_flag=True, help="Ask `aws` or `vault` for the names of fields as well.")
@option("--store-region", "regions", multiple=True, metavar="REGION", help="AWS regions; otherwise those of the ARNs.")
@option("--fail-on", type=click.Choice(["error", "warning", "note", "never"]), help="Exit 1 from this severity on.")
@option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True)
def command(path: str, **options: Any) -> None:
    """List every secret that the config repo at PATH (or a cluster or instance in it) needs.

    For each: its fields, who reads it and in which sync wave, and which Job writes it, or that it has to be created by
    hand. With --store the list is compared with what exists; values are never kept or printed.
    """
    request = Request(
        path=path,
        revision=options["revision"],
        config=options["config"],
        isolated=options["isolated"],
        charts=options["charts"],
        argocd_version=options["argocd_version"],
        select=("SEC040", "SEC041"),
        baseline="",
    )
    with user_errors():
        session = open_session(request)
        if not session.context.mas.found and not session.context.has_units:
            click.echo(f"mas-lint: no MAS GitOps config, Argo CD, Flux or Kubernetes files in {path}", err=True)
            sys.exit(3)
        entries = chosen_entries(session, options["only"])
        store = open_store(session, options)
        report: Report | None = None
        if store is not None:
            session.context.store = store
            report = lint_session(request, session)
    output = _render(session, entries, store, report, options)
    if options["file"] and options["file"] != "-":
        try:
            with open(options["file"], "w", encoding="utf-8", newline="") as stream:
                stream.write(output)
        except OSError as error:
            raise CommandError(f"cannot write {options['file']}: {error.strerror}") from error
    else:
        click.echo(output, nl=False)
    if report is not None:
        sys.exit(exit_code(report, options["fail_on"] or session.settings.fail_on))


def chosen_entries(session: Session, only: str | None) -> tuple[InventoryEntry, ...]:
    """The inventory of what PATH names: secrets that it reads or writes."""
    prefix = session.target.prefix

    def inside(scope: str) -> bool:
        return not prefix or f"{scope}/".startswith(prefix.rstrip("/") + "/") or prefix.startswith(f"{scope}/")

    entries = session.context.inventory
    if prefix:
        entries = tuple(
            entry
            for entry in entries
            if any(inside(reader.scope) for reader in entry.readers) or (not entry.readers and inside(entry.scope))
        )
    if only is not None:
        entries = tuple(entry for entry in entries if entry.to_create == (only == "create"))
    return entries


def open_store(session: Session, options: dict[str, Any]) -> StoreContent | None:
    """What `--store` names. Raises `CommandError` with a sentence that holds no secret."""
    name = options["store"]
    if not name:
        return None
    from masgitops_lint.stores.content import StoreError

    entries = session.context.inventory
    try:
        if name == "aws":
            from masgitops_lint.stores.aws import read_aws

            regions = options["regions"] or _regions(session)
            if not regions:
                raise CommandError("no ARN of the repo names a region: say --store-region")
            return read_aws(regions, _prefixes(entries), fields=options["store_fields"])
        if name == "vault":
            from masgitops_lint.stores.vault import read_vault

            paths = [entry.path for entry in entries if entry.backend in ("vault", "unknown")]
            return read_vault(paths, fields=options["store_fields"])
        from masgitops_lint.stores.export import read_export

        if name == "-":
            return read_export(sys.stdin.read(), "standard input", options["store_prefix"])
        with open(name, encoding="utf-8", errors="replace") as stream:
            return read_export(stream.read(), name, options["store_prefix"])
    except StoreError as error:
        raise CommandError(str(error)) from None
    except OSError as error:
        raise CommandError(f"cannot read {name}: {error.strerror}") from None


def _regions(session: Session) -> tuple[str, ...]:
    found = dict.fromkeys(use.reference.region for use in session.context.secrets.uses if use.reference.region)
    return tuple(found)


def _prefixes(entries: tuple[InventoryEntry, ...]) -> tuple[str, ...]:
    """Name filters for AWS, which takes ten values: accounts and clusters, or nothing when there are more."""
    found = tuple(dict.fromkeys("/".join(entry.path.split("/")[:2]) for entry in entries if entry.backend == "aws"))
    return found if len(found) <= 10 else ()


def _render(
    session: Session,
    entries: tuple[InventoryEntry, ...],
    store: StoreContent | None,
    report: Report | None,
    options: dict[str, Any],
) -> str:
    def line_of(reader: Any) -> int:
        place = reader.place
        return session.context.repository.document(place.path).span(place.keys).line

    present = None
    if store is not None:
        present = frozenset(entry.path for entry in entries if store.find(entry.path) is not None)
    return render_inventory(
        options["format_name"],
        entries,
        color=options["file"] in (None, "-") and colour_wanted(options["color"]),
        line_of=line_of,
        present=present,
        report=report,
    )


__all__ = ["command"]
