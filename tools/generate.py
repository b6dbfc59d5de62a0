"""Write every generated file: `python -m tools.generate`. CI runs it and then `git diff --exit-code`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OWNED = ("docs/rules",)
"""Directories that hold generated files only: what is no longer generated is removed."""


def outputs() -> Iterator[tuple[str, str]]:
    """Path (relative to the checkout) and text of every generated file."""
    from masgitops_lint.charts.profile import load, releases
    from masgitops_lint.engine.options_schema import with_rules
    from masgitops_lint.engine.pages import rule_page, rules_index
    from masgitops_lint.engine.rules import load_rules
    from masgitops_lint.settings.schema import schema_text, settings_page, settings_schema

    rules = load_rules()
    names = sorted(frozenset[str]().union(*(load(release).file_names for release in releases())))
    yield "masgitops_lint/data/charts/file_names.json", json.dumps(names, indent=0) + "\n"
    yield "masgitops_lint/data/schemas/settings.schema.json", schema_text(with_rules(settings_schema(), rules))
    yield "docs/settings.md", settings_page()
    yield "rules/README.md", rules_index(rules)
    for loaded in rules:
        yield f"docs/rules/{loaded.rule.code}.md", rule_page(loaded)


def main() -> int:
    """Write the files; with `--check` only say which differ, and exit 1 if any does."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, exit 1 when a file is out of date")
    check = parser.parse_args().check
    wanted = dict(outputs())
    stale = [path for path, text in wanted.items() if not _same(ROOT / path, text)]
    surplus = [
        str(file.relative_to(ROOT).as_posix())
        for directory in OWNED
        for file in sorted((ROOT / directory).glob("*"))
        if file.relative_to(ROOT).as_posix() not in wanted
    ]
    for path in (*stale, *surplus):
        sys.stdout.write(f"{'out of date' if check else 'removed' if path in surplus else 'written'}: {path}\n")
    if check:
        return 1 if stale or surplus else 0
    for path in surplus:
        (ROOT / path).unlink()
    for path in stale:
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(wanted[path], encoding="utf-8", newline="\n")
    return 0


def _same(file: Path, text: str) -> bool:
    return file.is_file() and file.read_bytes() == text.encode()


if __name__ == "__main__":
    sys.exit(main())
