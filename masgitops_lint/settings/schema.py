"""The published JSON Schema of `.mas-lint.yaml` and its page in the docs, both made from the pydantic model."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

SCHEMA_TITLE = "mas-lint settings (.mas-lint.yaml)"


def settings_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12). Editors complete and check the settings file with it."""
    from .model import SettingsModel

    schema = SettingsModel.model_json_schema(by_alias=True)
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **_tidied(schema)}
    schema["title"] = SCHEMA_TITLE
    return schema


def settings_page() -> str:
    """`docs/settings.md`: every key with its type, default and description."""
    schema = settings_schema()
    lines = [
        "# Settings",
        "",
        "Generated from the settings model; do not edit.",
        "",
        "`.mas-lint.yaml` is looked for in the linted directory and above it, up to the root of the Git repository.",
        "`--config FILE` names another file, `--isolated` reads none. Without a file every default below holds.",
        "Unknown keys are errors.",
        "",
        "Path patterns read like `.gitignore` lines: `*` stays inside one segment, `**` crosses segments, a pattern",
        "without a slash matches a name at any depth, and a directory covers what is below it.",
        "",
        "An editor that knows JSON Schema checks the file when its first line is",
        "",
        "```yaml",
        "# yaml-language-server: $schema=./settings.schema.json",
        "```",
        "",
        "with the output of `mas-lint schema settings` in `settings.schema.json`.",
        "",
        "## Keys",
        "",
        *_rows(schema, schema["$defs"]),
    ]
    for name, definition in schema["$defs"].items():
        lines += ["", f"## {_heading(name)}", "", definition["description"], "", *_rows(definition, schema["$defs"])]
    return "\n".join(lines) + "\n"


def schema_text(schema: Mapping[str, Any]) -> str:
    """A schema as it is published."""
    return json.dumps(schema, indent=2) + "\n"


def _tidied(node: Any) -> Any:
    """Without pydantic's titles and null branches: a key that is left out means the default, and null says the same."""
    if isinstance(node, list):
        return [_tidied(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {key: value for key, value in node.items() if not (key == "title" and isinstance(value, str))}
    branches = node.get("anyOf")
    if isinstance(branches, list) and {"type": "null"} in branches and len(branches) == 2:
        other = next(branch for branch in branches if branch != {"type": "null"})
        node = {key: value for key, value in node.items() if key != "anyOf"}
        node = {**other, **node}
        if node.get("default", 0) is None:
            del node["default"]
    if isinstance(node.get("description"), str):
        node["description"] = " ".join(node["description"].split())
    return {key: _tidied(value) for key, value in node.items()}


def _rows(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Iterator[str]:
    yield "| key | type | default | |"
    yield "|---|---|---|---|"
    for key, node in schema["properties"].items():
        required = key in schema.get("required", ())
        default = "required" if required else _default(node)
        said = node.get("description") or definitions.get(_referred(node), {}).get("description", "")
        yield f"| `{key}` | {_type(node)} | {default} | {said} |"


def _default(node: Mapping[str, Any]) -> str:
    default = node.get("default")
    return "" if default in (None, "", [], {}) else f"`{json.dumps(default)}`"


def _type(node: Mapping[str, Any]) -> str:
    if "$ref" in node:
        name = _heading(_referred(node)).lower()
        return f"[{name}](#{name.replace(' ', '-')})"
    if "enum" in node:
        return ", ".join(f"`{value}`" for value in node["enum"])
    if node.get("type") == "array":
        return f"list of {_type(node['items'])}"
    if node.get("type") == "object":
        below = node.get("additionalProperties") or next(iter(node.get("patternProperties", {}).values()), None)
        return f"mapping to {_type(below)}" if isinstance(below, dict) else "mapping"
    names = {"string": "text", "integer": "number", "boolean": "true or false"}
    return names.get(str(node.get("type")), "any value")


def _referred(node: Mapping[str, Any]) -> str:
    return str(node.get("$ref", "")).rsplit("/", 1)[-1]


def _heading(definition: str) -> str:
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in definition.removesuffix("Model"))
    return words.strip().capitalize()
