"""`mas-lint schema export`: JSON Schemas of the config files, for editors."""

from __future__ import annotations

import json
import os

import click

from .errors import CommandError, user_errors


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--release", help="Release of the source repo (the newest bundled one), or a profile's file.")
@click.argument("directory", type=click.Path(file_okay=False), default=".mas-lint/schemas")
def command(release: str | None, directory: str) -> None:
    """Write one JSON Schema per config file kind into DIRECTORY (.mas-lint/schemas), and how editors find them.

    `settings.json` holds the `yaml.schemas` of VS Code's YAML extension (yaml-language-server); in other editors, put
    `# yaml-language-server: $schema=PATH` on the first line of a file. Keys of patched charts are taken from the
    settings file of the current directory.
    """
    from masgitops_lint.charts.schema import patterns, schemas
    from masgitops_lint.settings.load import load_settings

    from .charts_profiles import open_profile

    profile = open_profile(release)
    with user_errors():
        settings = load_settings(".")
    written = schemas(profile, settings.contract.keys_read)
    globs = patterns(profile)
    links: dict[str, list[str]] = {}
    try:
        for name, schema in written.items():
            path = os.path.join(directory, *name.split("/")).removesuffix(".yaml") + ".schema.json"
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8", newline="\n") as stream:
                stream.write(json.dumps(schema, indent=2, ensure_ascii=False) + "\n")
            shown = path.replace(os.sep, "/")
            links["./" + shown.removeprefix("./") if not os.path.isabs(path) else shown] = [globs[name]]
        path = os.path.join(directory, "settings.json")
        with open(path, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(json.dumps({"yaml.schemas": links}, indent=2) + "\n")
    except OSError as error:
        raise CommandError(f"cannot write {error.filename or directory}: {error.strerror or error}") from error
    click.echo(f"{len(written)} schemas for release {profile.release} in {directory}", err=True)
