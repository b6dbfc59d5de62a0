"""Objects of a chart in the repository, rendered without Helm; every one knows its line in the template."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from masgitops_lint.argocd.gotext import NO_VALUE
from masgitops_lint.charts.compile.lexer import TemplateSyntaxError
from masgitops_lint.charts.compile.parser import Node, Template, parse
from masgitops_lint.kubernetes.objects import UNKNOWN, KubeObject, objects_in
from masgitops_lint.model.late_pattern import late_pattern
from masgitops_lint.model.place import Keys, Span

from .functions import StopError, merge_values
from .interpret import Interpreter

if TYPE_CHECKING:
    from typing import Literal

    from masgitops_lint.argocd.templating import MissingKey
    from masgitops_lint.repo.repository import Repository

    Part = Literal["key", "value", "both"]

_ACTION = late_pattern(r"\{\{.*?\}\}", re.DOTALL)
_CONTROL = late_pattern(
    r"^\s*\{\{-?\s*(?:/\*|if\b|else\b|end\b|range\b|with\b|define\b|template\b|block\b|include\b|\$\w+\s*:?=)"
)


@dataclass(frozen=True, slots=True)
class RenderedLocator:
    """Positions in a template, by way of its rendered text."""

    path: str
    text: str
    lines: tuple[int, ...]
    source: str

    def span(self, keys: Keys, part: Part, document: int) -> Span:
        """The template's line; the column is that of the last key where the line holds it."""
        from masgitops_lint.repo.yaml import parse as parse_yaml

        found = parse_yaml(self.path, self.text.encode()).span(keys, part, document)
        line = self.lines[min(found.line, len(self.lines)) - 1] if self.lines else 1
        rows = self.source.split("\n")
        row = rows[line - 1] if line <= len(rows) else ""
        rendered_rows = self.text.split("\n")
        rendered = rendered_rows[found.line - 1] if found.line <= len(rendered_rows) else ""
        column = found.column
        if row != rendered:
            key = next((str(k) for k in reversed(keys) if isinstance(k, str)), "")
            at = row.find(key + ":") if key else -1
            start = at + len(key) + 1 if at >= 0 and part == "value" else max(at, 0)
            column = start + len(row[start:]) - len(row[start:].lstrip()) + 1
        return Span(line, column, line, max(column + 1, len(row.rstrip()) + 1))


def render_chart(
    repository: Repository, directory: str, release: str, namespace: str, values: Mapping[str, Any]
) -> list[KubeObject] | None:
    """Objects of the chart at `directory`, its vendored subcharts and CRDs included; None when it is no chart."""
    return _Chart(repository, directory).objects(release, namespace, dict(values))


class _Chart:
    def __init__(self, repository: Repository, directory: str) -> None:
        self.repository = repository
        self.directory = directory
        prefix = directory + "/" if directory else ""
        self.prefix = prefix
        self.paths = [path for path in _below(repository, directory) if path.startswith(prefix)]

    def data(self, name: str) -> dict[str, Any]:
        path = self.prefix + name
        if path not in self.repository.path_set:
            return {}
        found = self.repository.document(path).data
        return found if isinstance(found, dict) else {}

    def objects(self, release: str, namespace: str, values: dict[str, Any]) -> list[KubeObject] | None:
        if self.prefix + "Chart.yaml" not in self.repository.path_set:
            return None
        return list(self.render(release, namespace, values, {}))

    def render(
        self, release: str, namespace: str, given: dict[str, Any], inherited: dict[str, list[Node]]
    ) -> Iterator[KubeObject]:
        metadata = self.data("Chart.yaml")
        values = self.data("values.yaml")
        if UNKNOWN in given:  # whoever installs the chart passes values that are not in the repository
            values = {**_opened(values), UNKNOWN: UNKNOWN}
        values = merge_values(values, given)
        templates, defines = self.templates()
        subcharts = list(self.subcharts(metadata, values))
        shared = {**inherited, **defines}
        for chart, _ in subcharts:
            shared = {**chart.templates()[1], **shared}
        yield from self.crds()
        root = {
            "Values": values,
            "Release": {
                "Name": release,
                "Namespace": namespace or UNKNOWN,
                "Service": "Helm",
                "IsInstall": True,
                "IsUpgrade": False,
                "Revision": 1,
            },
            "Chart": {
                **{key[:1].upper() + key[1:]: value for key, value in metadata.items()},
                "Name": metadata.get("name", posixpath.basename(self.directory)),
            },
            "Capabilities": UNKNOWN,
            "Files": UNKNOWN,
            "Template": {"Name": UNKNOWN, "BasePath": UNKNOWN},
        }
        if metadata.get("type") != "library":
            for path, template in templates.items():
                yield from self.one(path, template, root, shared)
        for chart, below in subcharts:
            shared_values = values.get("global")
            if isinstance(shared_values, dict):
                below = merge_values({"global": shared_values}, below)
            yield from chart.render(release, namespace, below, shared)

    def templates(self) -> tuple[dict[str, Template | None], dict[str, list[Node]]]:
        templates: dict[str, Template | None] = {}
        defines: dict[str, list[Node]] = {}
        start = self.prefix + "templates/"
        for path in self.paths:
            if not path.startswith(start):
                continue
            name = posixpath.basename(path)
            if name == "NOTES.txt" or "/tests/" in path[len(self.prefix) :]:
                continue
            parsed = _parsed(self.repository, path)
            if parsed is not None:
                defines.update(parsed.defines)
            if name.endswith((".yaml", ".yml")) and not name.startswith("_"):
                templates[path] = parsed
        return templates, defines

    def subcharts(
        self, metadata: Mapping[str, Any], values: Mapping[str, Any]
    ) -> Iterator[tuple[_Chart, dict[str, Any]]]:
        listed = metadata.get("dependencies")
        names: dict[str, tuple[str, Any]] = {}
        for item in listed if isinstance(listed, list) else ():
            if isinstance(item, dict) and item.get("name"):
                local = str(item.get("repository") or "")
                where = local.removeprefix("file://") if local.startswith("file://") else f"charts/{item['name']}"
                names[str(item.get("alias") or item["name"])] = (where, item.get("condition"))
        start = self.prefix + "charts/"
        for path in self.paths:
            if path.startswith(start) and path.endswith("/Chart.yaml") and path.count("/") == start.count("/") + 1:
                name = posixpath.basename(posixpath.dirname(path))
                if not any(where == f"charts/{name}" for where, _ in names.values()):
                    names.setdefault(name, (f"charts/{name}", None))
        for name, (where, condition) in names.items():
            directory = posixpath.normpath(posixpath.join(self.directory, where))
            below = values.get(name)
            if directory + "/Chart.yaml" in self.repository.path_set and not _disabled(condition, values):
                yield _Chart(self.repository, directory), below if isinstance(below, dict) else {}

    def crds(self) -> Iterator[KubeObject]:
        from masgitops_lint.kubernetes.objects import Manifests

        start = self.prefix + "crds/"
        manifests: Manifests | None = None
        for path in self.paths:
            if path.startswith(start) and path.endswith((".yaml", ".yml")):
                manifests = manifests or Manifests(self.repository)
                yield from manifests(path).objects

    def one(
        self, path: str, template: Template | None, root: dict[str, Any], defines: Mapping[str, list[Node]]
    ) -> Iterator[KubeObject]:
        source = _source(self.repository, path)
        if "{{" not in source:
            yield from _objects(path, source, tuple(range(1, source.count("\n") + 2)), source) or ()
            return
        found: list[KubeObject] | None = None
        if template is not None:
            try:
                written = Interpreter(defines).run(template.body, root)
                found = _objects(path, written.text(), tuple(written.lines), source)
            except (StopError, RecursionError):
                found = None
        if found is None:
            found = _objects(path, *_neutral(source), source)
        yield from found or ()


def _opened(value: Any) -> Any:
    """Default values that somebody has to fill in, as unknown text."""
    if isinstance(value, dict):
        return {key: _opened(below) for key, below in value.items()}
    return UNKNOWN if value is None or value == "" else value


def _below(repository: Repository, directory: str) -> Sequence[str]:
    from bisect import bisect_left

    if not directory:
        return repository.paths
    paths = repository.paths
    return paths[bisect_left(paths, directory + "/") : bisect_left(paths, directory + "0")]


def _disabled(condition: Any, values: Mapping[str, Any]) -> bool:
    """Whether a dependency's condition (the first path that exists decides) turns it off."""
    for path in str(condition or "").split(","):
        current: Any = values
        for part in path.strip().split("."):
            current = current.get(part) if isinstance(current, Mapping) else None
        if isinstance(current, bool):
            return not current
    return False


def _source(repository: Repository, path: str) -> str:
    try:
        return repository.read(path).decode("utf-8-sig", "replace").replace("\r\n", "\n")
    except OSError:
        return ""


_PARSED: dict[tuple[str, str], Template | None] = {}


def _parsed(repository: Repository, path: str) -> Template | None:
    source = _source(repository, path)
    key = (path, source)
    if key not in _PARSED:
        if len(_PARSED) > 4000:
            _PARSED.clear()
        try:
            _PARSED[key] = parse(source)
        except (TemplateSyntaxError, IndexError, RecursionError):
            _PARSED[key] = None
    return _PARSED[key]


def _neutral(source: str) -> tuple[str, tuple[int, ...]]:
    """The template with control lines blanked and everything else in braces unknown; lines stay where they are."""
    rows = []
    flat = _ACTION.sub(lambda match: re.sub(r"[^\n]+", " ", match[0]) if "\n" in match[0] else match[0], source)
    for row in flat.split("\n"):
        alone = _CONTROL.match(row) or (row.strip().startswith("{{") and not _ACTION.sub("", row).strip())
        rows.append("" if alone else _ACTION.sub(UNKNOWN, row))
    return "\n".join(rows), tuple(range(1, len(rows) + 1))


def _objects(path: str, text: str, lines: tuple[int, ...], source: str) -> list[KubeObject] | None:
    from masgitops_lint.repo.yaml import parse as parse_yaml

    if not text.strip():
        return []
    document = parse_yaml(path, text.encode())
    if document.fatal:
        return None
    locator = RenderedLocator(path, text, lines, source)
    return [
        replace(obj, locator=locator)
        for index, data in enumerate(document.documents)
        for obj in objects_in(data, path, index)
        if obj.name
    ]


class LenientTemplates:
    """Go templates of ApplicationSets, filled in without Go. What is not known becomes `UNKNOWN` text."""

    def render(
        self, texts: Sequence[str], data: Sequence[Mapping[str, Any]], missing: MissingKey = "default"
    ) -> list[list[str]]:
        """For each parameter set every text rendered."""
        parsed = [self._parse(text) for text in texts]
        return [[self._one(template, values) for template in parsed] for values in data]

    @staticmethod
    def _parse(text: str) -> Template | None:
        try:
            return parse(text)
        except (TemplateSyntaxError, IndexError, RecursionError):
            return None

    @staticmethod
    def _one(template: Template | None, values: Mapping[str, Any]) -> str:
        if template is None:
            return UNKNOWN
        try:
            return Interpreter(template.defines, nothing=NO_VALUE).run(template.body, dict(values)).text()
        except (StopError, RecursionError):
            return UNKNOWN


def objects_of(found: Iterable[KubeObject] | None) -> tuple[KubeObject, ...]:
    """A tuple, empty for None."""
    return tuple(found or ())
