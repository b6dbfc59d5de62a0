"""`mas-lint catalogs`: the operator catalogues that mas-lint knows, and the command that brings them up to date."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import click

from .errors import CommandError
from .options import option

_HELP = {"help_option_names": ["-h", "--help"]}


@click.group(context_settings=_HELP)
def command() -> None:
    """The IBM Maximo operator catalogues: what each has, and from which data."""


@command.command("list", context_settings=_HELP)
@click.option("--arch", "architecture", metavar="ARCH", help="Only this architecture: amd64, ppc64le or s390x.")
@option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
def list_catalogs(architecture: str | None, output_format: str) -> None:
    """List the known catalogues, oldest first."""
    from masgitops_lint.mas.catalogs import load

    known = load()
    chosen = [one for one in known.all if architecture in (None, one.architecture)]
    if output_format == "json":
        rows = [{"id": one.id, "date": one.day.isoformat(), "core_channels": list(one.core_channels)} for one in chosen]
        click.echo(json.dumps({"source": known.source, "date": known.date, "catalogs": rows}, indent=2))
        return
    for one in chosen:
        click.echo(f"{one.id:<20} {one.day}  {', '.join(one.core_channels)}")
    click.echo(f"{len(chosen)} catalogues, from {known.source} of {known.date}")


@command.command("show", context_settings=_HELP)
@click.argument("tag")
@option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
def show(tag: str, output_format: str) -> None:
    """Show the channels of the catalogue TAG, such as v9-260326-amd64."""
    from masgitops_lint.mas.catalogs import channel_key, load

    known = load()
    found = known.by_id.get(tag)
    if found is None:
        near = known.nearest(tag)
        raise CommandError(f"there is no catalogue {tag}" + (f"; the nearest is {near.id}" if near else ""))
    if output_format == "json":
        document: dict[str, Any] = {
            "id": found.id,
            "date": found.day.isoformat(),
            "architecture": found.architecture,
            "source": f"{known.source} of {known.date}",
            "openshift": list(found.openshift),
            "sls": found.sls,
            "core_channels": list(found.core_channels),
            "applications": {
                app: {
                    core: {"channel": channel, "version": found.version_of(app, core)} for core, channel in rows.items()
                }
                for app in sorted(found.apps)
                if (rows := found.channels(app)) and app != "core"
            },
        }
        click.echo(json.dumps(document, indent=2))
        return
    click.echo(f"{found.id}: {found.day}, {found.architecture}")
    if found.openshift:
        click.echo(f"  OpenShift {', '.join(found.openshift)}")
    click.echo(f"  license service {found.sls} (channel {found.sls_channel})")
    for core in reversed(found.core_channels):
        click.echo(f"  core {core} ({found.version_of('core', core)})")
        for app in sorted(found.apps):
            channel = found.channel_for(app, core)
            if app != "core" and channel is not None:
                click.echo(f"    {app:<18} {channel:<15} {found.version_of(app, core)}")
    newer = [c for c in found.apps["core"] if not found.apps["core"][c]]
    if newer:
        click.echo(f"  not for {found.architecture}: {', '.join(sorted(newer, key=channel_key))}")
    click.echo(f"from {known.source} of {known.date}")


@command.command("refresh", context_settings=_HELP)
@click.option("--from", "source", metavar="PATH", help="A wheel of mas-devops, or the directory of an unpacked one.")
@click.option("--download", is_flag=True, help="Let pip download the newest mas-devops (needs the network).")
@option("--output-file", "-o", "file", metavar="FILE", help="Write there instead of over the bundled data.")
def refresh(source: str | None, download: bool, file: str | None) -> None:
    """Compile the catalogue data from the mas-devops package: the installed one, a file, or the newest release."""
    from masgitops_lint.mas.catalog_source import CatalogSourceError, compile_from, compile_installed, dump

    if source and download:
        raise CommandError("--from and --download exclude each other")
    try:
        data = _downloaded() if download else compile_from(source) if source else compile_installed()
    except CatalogSourceError as error:
        hint = "" if source or download else "; name a wheel with --from, or use --download"
        raise CommandError(f"{error}{hint}") from error
    target = Path(file) if file else Path(__file__).resolve().parent.parent / "data" / "catalogs.json"
    try:
        target.write_text(dump(data), encoding="utf-8", newline="\n")
    except OSError as error:
        raise CommandError(f"cannot write {target}: {error.strerror}") from error
    click.echo(
        f"{len(data['catalogs'])} catalogues from {data['source']} of {data['date']} written to {target}", err=True
    )


def _downloaded() -> dict[str, Any]:
    from masgitops_lint.mas.catalog_source import PACKAGE, CatalogSourceError, compile_from

    with tempfile.TemporaryDirectory() as directory:
        call = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", directory, PACKAGE]
        try:
            done = subprocess.run(call, capture_output=True, text=True, check=False)
        except OSError as error:
            raise CatalogSourceError(f"pip cannot be started: {error.strerror}") from error
        wheels = sorted(Path(directory).glob("*.whl"))
        if done.returncode or not wheels:
            last = done.stderr.strip().splitlines()
            raise CatalogSourceError(f"pip could not download {PACKAGE}" + (f": {last[-1]}" if last else ""))
        return compile_from(str(wheels[-1]))
