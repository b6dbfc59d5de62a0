"""Rule pages and the index of rules as Markdown: what `explain` prints and what the docs are generated from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from masgitops_lint.rule import Example

from .rules import LoadedRule

TOPICS = {
    "CFG": "Files, YAML, merge keys, ids: does Argo CD see what was meant?",
    "VAL": "Values against what the charts read",
    "REF": "One file's reference to another",
    "SEC": "Secret references",
    "WAV": "Order: sync waves, dependencies, cycles",
    "PRN": "Deletion: what a change removes",
    "VER": "Versions that must fit together",
    "ARG": "Argo CD manifests",
    "FLX": "Flux manifests",
    "LNT": "mas-lint's own",
}

TABLE_HEAD = ("| code | name | severity | |", "|---|---|---|---|")


def rule_page(loaded: LoadedRule) -> str:
    """A rule's page: heading, facts, its docstring, its options and its first bad example."""
    rule = loaded.rule
    title, _, body = loaded.page.strip().partition("\n")
    lines = [
        f"# {rule.code} {rule.name}",
        "",
        title,
        "",
        f"Severity: {rule.severity} · since {rule.since}" + (f" · {', '.join(rule.tags)}" if rule.tags else ""),
        body.rstrip(),
    ]
    if rule.options:
        lines += ["", "## Options", "", *(f"- `{name}` (default `{value!r}`)" for name, value in rule.options.items())]
    example = next((one for one in loaded.bad if one.files), None)
    if example is not None:
        lines += ["", "## Example", "", *_shown(example, rule.code)]
    return "\n".join(lines).rstrip() + "\n"


def _shown(example: Example, code: str) -> Iterator[str]:
    yield f"{example.title[:1].upper()}{example.title[1:]}:"
    for path, text in example.files.items():
        yield ""
        yield f"`{path}`"
        yield ""
        yield "```yaml"
        for line in text.rstrip("\n").split("\n"):
            marked = line.replace(f"#! {code}", f"# <- {code}")
            yield marked.rstrip()
        yield "```"


def rules_index(rules: Iterable[LoadedRule]) -> str:
    """`rules/README.md`: one line a rule, by topic."""
    lines = [
        "# Rules",
        "",
        "Generated from the rule files by `python -m tools.generate`; do not edit.",
    ]
    topic = ""
    for loaded in rules:
        rule = loaded.rule
        prefix = rule.code[:3]
        if prefix != topic:
            topic = prefix
            lines += [
                "",
                f"## {prefix}: {TOPICS.get(prefix, 'more')}",
                "",
                "| code | name | severity | |",
                "|---|---|---|---|",
            ]
        lines.append(
            f"| [{rule.code}](../docs/rules/{rule.code}.md) | {rule.name} | {rule.severity} | {loaded.title} |"
        )
    return "\n".join(lines) + "\n"
