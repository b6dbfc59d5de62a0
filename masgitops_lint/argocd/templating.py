"""How the ApplicationSet controller fills its templates: every string by itself, map keys too, nothing else.

Without goTemplate it is fasttemplate: `{{name}}` by name, what is unknown stays as written. With goTemplate it is
text/template with sprig; the real thing is needed for that, so a renderer is passed in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Protocol, TypeAlias

MissingKey: TypeAlias = Literal["default", "error"]
_VALID_OPTIONS: Mapping[str, MissingKey] = {
    "missingkey=default": "default",
    "missingkey=invalid": "default",
    "missingkey=zero": "default",
    "missingkey=error": "error",
}


class TemplateError(ValueError):
    """A template that fails: `text` is its source, `index` says which parameter set it failed for."""

    def __init__(self, message: str, text: str = "", index: int = 0, expression: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.text = text
        self.index = index
        self.expression = expression


class GoTemplates(Protocol):
    """Renders Go templates as the ApplicationSet controller does."""

    def render(
        self, texts: Sequence[str], data: Sequence[Mapping[str, Any]], missing: MissingKey = "default"
    ) -> list[list[str]]:
        """For each item of `data` every text rendered, in order. Raises `TemplateError` for the first that fails."""
        ...


def missing_key(options: Any) -> MissingKey:
    """What `goTemplateOptions` say about missing keys; the last one counts. Raises `TemplateError` for unknown ones."""
    chosen: MissingKey = "default"
    for option in options if isinstance(options, list) else ():
        if option not in _VALID_OPTIONS:
            raise TemplateError(f"unrecognized option: {option} (text/template panics on it)")
        chosen = _VALID_OPTIONS[option]
    return chosen


def fast_template(text: str, values: Mapping[str, Any]) -> str:
    """`{{name}}` replaced by the text that `values` hold for it, anything else left as it is.

    Raises `TemplateError` when a `{{` is not closed.
    """
    out: list[str] = []
    rest = text
    while True:
        before, opened, after = rest.partition("{{")
        out.append(before)
        if not opened:
            return "".join(out)
        tag, closed, rest = after.partition("}}")
        if not closed:
            raise TemplateError(f'Cannot find end tag="}}}}" in the template {text!r}', text)
        value = values.get(tag.strip())
        out.append(value if isinstance(value, str) and tag.strip() else "{{" + tag + "}}")


def strings_of(tree: Any) -> list[str]:
    """Every string with `{{` in a tree, map keys included, without repeats."""
    found: dict[str, None] = {}

    def walk(node: Any) -> None:
        if isinstance(node, str):
            if "{{" in node:
                found[node] = None
        elif isinstance(node, Mapping):
            for key, value in node.items():
                walk(key)
                walk(value)
        elif isinstance(node, list):
            for item in node:
                walk(item)

    walk(tree)
    return list(found)


def substitute(tree: Any, replace: Callable[[str], str]) -> Any:
    """A copy of the tree with every string that holds `{{` replaced, map keys included."""
    if isinstance(tree, str):
        return replace(tree) if "{{" in tree else tree
    if isinstance(tree, Mapping):
        return {
            (replace(key) if isinstance(key, str) and "{{" in key else key): substitute(value, replace)
            for key, value in tree.items()
        }
    if isinstance(tree, list):
        return [substitute(item, replace) for item in tree]
    return tree


def render_trees(
    trees: Sequence[Any], data: Sequence[Mapping[str, Any]], go: GoTemplates | None, missing: MissingKey = "default"
) -> list[list[Any]]:
    """For each parameter set every tree rendered. `go` is None for fasttemplate. Raises `TemplateError`.

    The i-th tree is the same for all sets; trees without a template are returned as they are.
    """
    texts = strings_of(list(trees))
    if not texts:
        return [list(trees) for _ in data]
    if go is None:
        filled = [{text: fast_template(text, values) for text in texts} for values in data]
    else:
        filled = [dict(zip(texts, row, strict=True)) for row in go.render(texts, data, missing)]
    return [[substitute(tree, known.__getitem__) for tree in trees] for known in filled]
