"""`mas-lint charts list`, `show` and `build`: release profiles."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from .errors import CommandError
from .exact_options import exact_errors

if TYPE_CHECKING:
    from masgitops_lint.charts.profile import ReleaseProfile

_CONTEXT = {"help_option_names": ["-h", "--help"]}


@click.command(context_settings=_CONTEXT)
def list_command() -> None:
    """List the bundled release profiles, newest first, and the revisions whose real charts were fetched."""
    from masgitops_lint.charts.profile import load, releases
    from masgitops_lint.charts.source import fetched_revisions

    for release in releases():
        profile = load(release)
        sets, charts = len(profile.applicationsets), len(profile.chart_paths)
        click.echo(
            f"{release}  profile: {len(profile.file_names)} config files, {sets} ApplicationSets, {charts} charts"
        )
    for revision in fetched_revisions():
        click.echo(f"{revision}  real charts in the cache")


@click.command(context_settings=_CONTEXT)
@click.argument("release", required=False)
@click.option("--level", help="Only one level: cluster, instance, sls, aiservice or tenant.")
@click.option(
    "--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to write it."
)
def show(release: str | None, level: str | None, output_format: str) -> None:
    """Show what RELEASE (the newest bundled one, or a profile's file) reads and builds."""
    profile = open_profile(release)
    facts = _facts(profile, level)
    if output_format == "json":
        click.echo(json.dumps(facts, indent=2, ensure_ascii=False))
        return
    click.echo(f"release {profile.release}")
    for one in facts["applicationsets"]:
        click.echo(f"\n{one['name']}  ({one['pattern']}, merge key {one['merge_key'] or 'none'})")
        for file in one["files"]:
            click.echo(f"  {file['name']}: {', '.join(file['keys'])}")
        for application in one["applications"]:
            guard = f"  if {application['condition']}" if application["condition"] else ""
            click.echo(f"    {application['wave']:>7} {application['name']}  {application['path']}{guard}")


@click.command(context_settings=_CONTEXT)
@click.argument("source")
@click.option("--release", help="What to call it; the name of the directory or revision when left out.")
@click.option("-o", "--output-file", type=click.Path(dir_okay=False), help="Where to write it (standard output).")
def build(source: str, release: str | None, output_file: str | None) -> None:
    """Compile a release profile from the charts at SOURCE: a checkout, DIRECTORY@REVISION or a fetched revision.

    Use the file with `--charts FILE.json`, or as `charts` in the settings.
    """
    from masgitops_lint.charts.compile.build import build as build_profile
    from masgitops_lint.charts.compile.build import dump
    from masgitops_lint.charts.compile.lexer import TemplateSyntaxError
    from masgitops_lint.charts.source import open_source

    with exact_errors():
        charts = open_source(source)
    try:
        text = dump(build_profile(charts.root, release or source.rstrip("/").replace("@", "/").rpartition("/")[2]))
    except (FileNotFoundError, TemplateSyntaxError, KeyError, ValueError) as error:
        raise CommandError(f"{source}: no profile can be built from these charts: {error}") from error
    if output_file is None:
        click.echo(text, nl=False)
        return
    try:
        with open(output_file, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except OSError as error:
        raise CommandError(f"cannot write {output_file}: {error.strerror or error}") from error
    click.echo(f"{output_file}: {len(text) // 1000} kB", err=True)


def open_profile(release: str | None) -> ReleaseProfile:
    """The bundled profile of a release, a profile's file, or the newest. Raises `CommandError`."""
    from masgitops_lint.charts.profile import UnknownReleaseError, load, load_file, newest

    try:
        if release is None:
            return newest()
        return load_file(release) if release.endswith(".json") else load(release)
    except (UnknownReleaseError, OSError, ValueError) as error:
        raise CommandError(str(error)) from error


def _facts(profile: ReleaseProfile, level: str | None) -> dict[str, Any]:
    from masgitops_lint.charts.summary import applications

    return {
        "release": profile.release,
        "applicationsets": [
            {
                "level": spec.level,
                "name": spec.name,
                "pattern": spec.prefix,
                "merge_key": spec.merge_key,
                "files": [{"name": file.name, "keys": list(file.keys)} for file in spec.files],
                "applications": applications(profile, spec.level),
                "parameters": sorted(profile.parameters(spec.level)),
            }
            for spec in profile.applicationsets
            if level in (None, spec.level)
        ],
    }
