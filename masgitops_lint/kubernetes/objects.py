"""Kubernetes objects out of YAML documents, each knowing where its text is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Protocol

from masgitops_lint.model.late_pattern import late_pattern
from masgitops_lint.model.place import Keys, Place, Span

if TYPE_CHECKING:
    from typing import Literal

    from masgitops_lint.repo.repository import Repository
    from masgitops_lint.repo.yaml import Document

    Part = Literal["key", "value", "both"]

UNKNOWN = "\ue000"
"""Stands for text that only a real rendering knows; a name that holds it matches nothing for certain."""

_BUNDLE_SIZE = 100_000
"""From this many bytes on a bundle of CustomResourceDefinitions is read piece by piece."""


class Locator(Protocol):
    """Finds text that `Place` alone cannot reach: rendered templates and pieces of large bundles."""

    def span(self, keys: Keys, part: Part, document: int) -> Span:
        """The span in the source file of a route into the object's document."""


@dataclass(frozen=True, slots=True)
class Change:
    """One patch that was laid over an object: what it set, and where it is written.

    `data` is the patch (a partial object), or for a JSON patch the value at `route`; `place` is where that is written,
    or with `inline` the text that holds it.
    """

    place: Place
    data: Any
    route: Keys = ()
    inline: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class KubeObject:
    """One object. `data` is shared and must not be changed.

    `aliases` are names it had earlier in the same kustomize build: references from that build follow the renaming;
    `origins` are its earlier namespaces: a patch may name any of them.
    `hashed` says that kustomize appends a content hash to the name. `generated` that no manifest holds it.
    """

    group: str
    version: str
    kind: str
    namespace: str
    name: str
    data: Mapping[str, Any]
    path: str
    document: int = 0
    route: Keys = ()
    aliases: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    hashed: bool = False
    generated: bool = False
    locator: Locator | None = None

    @property
    def key(self) -> tuple[str, str, str, str]:
        """(group, kind, namespace, name): what makes two manifests the same object."""
        return (self.group, self.kind, self.namespace, self.name)

    @property
    def api_version(self) -> str:
        """`group/version` as a manifest writes it."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def label(self) -> str:
        """How messages name it: `Deployment ns/name`."""
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"

    @property
    def metadata(self) -> Mapping[str, Any]:
        """The metadata mapping, empty when there is none."""
        value = self.data.get("metadata")
        return value if isinstance(value, dict) else {}

    @property
    def spec(self) -> Mapping[str, Any]:
        """The spec mapping, empty when there is none."""
        value = self.data.get("spec")
        return value if isinstance(value, dict) else {}

    @property
    def annotations(self) -> Mapping[str, Any]:
        """Annotations, empty when there are none."""
        value = self.metadata.get("annotations")
        return value if isinstance(value, dict) else {}

    @property
    def labels(self) -> Mapping[str, Any]:
        """Labels, empty when there are none."""
        value = self.metadata.get("labels")
        return value if isinstance(value, dict) else {}

    @property
    def certain(self) -> bool:
        """Whether name and namespace are fully known."""
        return UNKNOWN not in self.name and UNKNOWN not in self.namespace

    def get(self, *keys: str | int, default: Any = None) -> Any:
        """The value at a route into the object, or `default`."""
        current: Any = self.data
        for key in keys:
            try:
                current = current[key]
            except (KeyError, IndexError, TypeError):
                return default
        return current

    def at(self, *keys: str | int, part: Part = "value") -> Place:
        """The place of a route into the object: in the patch that set it, else in the manifest."""
        for change in reversed(self.changes):
            below = _reached(change, keys)
            if below is not None:
                place = change.place
                return Place(place.path, (*place.keys, *below), part, place.document, place.span)
        route = (*self.route, *keys)
        if self.locator is not None:
            return Place(self.path, route, part, self.document, self.locator.span(route, part, self.document))
        return Place(self.path, route, part, self.document)

    @property
    def place(self) -> Place:
        """Where its name is written, else its kind."""
        if self.get("metadata", "name") is not None:
            return self.at("metadata", "name")
        return self.at("kind")


def _reached(change: Change, keys: Keys) -> Keys | None:
    if change.route:
        if keys[: len(change.route)] != change.route:
            return None
        keys = keys[len(change.route) :]
    current = change.data
    for key in keys:
        try:
            current = current[key]
        except (KeyError, IndexError, TypeError):
            return None
    return () if change.inline else keys


def split_api_version(value: object) -> tuple[str, str]:
    """`apps/v1` to ("apps", "v1"), `v1` to ("", "v1")."""
    text = str(value)
    group, slash, version = text.rpartition("/")
    return (group, version) if slash else ("", text)


def kube_object(
    data: Any, path: str, document: int = 0, route: Keys = (), locator: Locator | None = None
) -> KubeObject | None:
    """The object that a mapping with `apiVersion` and `kind` stands for, else None."""
    if not isinstance(data, dict):
        return None
    kind, api_version = data.get("kind"), data.get("apiVersion")
    if not isinstance(kind, str) or not isinstance(api_version, str):
        return None
    group, version = split_api_version(api_version)
    metadata = data.get("metadata")
    name = namespace = ""
    if isinstance(metadata, dict):
        name, namespace = _text(metadata.get("name")), _text(metadata.get("namespace"))
    return KubeObject(group, version, kind, namespace, name, data, path, document, route, locator=locator)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)


def objects_in(data: Any, path: str, document: int = 0, locator: Locator | None = None) -> Iterator[KubeObject]:
    """Objects of one document; the items of a `List` (any kind that ends so and has items) are taken out."""
    found = kube_object(data, path, document, locator=locator)
    if found is None:
        return
    items = data.get("items")
    if found.kind.endswith("List") and isinstance(items, list) and not isinstance(data.get("spec"), dict):
        for index, item in enumerate(items):
            inner = kube_object(item, path, document, ("items", index), locator)
            if inner is not None:
                yield inner
        return
    yield found


def renamed(obj: KubeObject, name: str) -> KubeObject:
    """The object under another name; the old one stays an alias."""
    return obj if name == obj.name else replace(obj, name=name, aliases=(*obj.aliases, obj.name))


@dataclass(frozen=True, slots=True)
class SyntaxProblem:
    """A file that is no YAML, as the loader reports it."""

    path: str
    message: str
    span: Span


@dataclass(frozen=True, slots=True)
class Manifest:
    """What one file holds: objects, documents that are no objects (their numbers), and what is wrong with it.

    `repeats` are keys that a mapping writes twice: `kubectl apply` takes the last one, kustomize refuses the file
    ("mapping key already defined").
    """

    objects: tuple[KubeObject, ...] = ()
    strangers: tuple[int, ...] = ()
    problems: tuple[SyntaxProblem, ...] = ()
    repeats: tuple[SyntaxProblem, ...] = ()


_KEPT_SIZE = 65_536
"""Files below this many bytes are asked for again and again; bundles are few."""


class Manifests:
    """Objects by file, each file read once."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self._known: dict[str, Manifest] = {}
        self._mentions: dict[tuple[str, bytes], bool] = {}
        self._raw: dict[str, bytes] = {}

    def mentions(self, path: str, text: bytes) -> bool:
        """Whether a file holds these bytes."""
        key = (path, text)
        known = self._mentions.get(key)
        if known is None:
            known = self._mentions[key] = text in self.raw(path)
        return known

    def __call__(self, path: str) -> Manifest:
        """The manifest at `path`; empty for a file that cannot be read."""
        known = self._known.get(path)
        if known is None:
            known = self._known[path] = self._load(path)
        return known

    def raw(self, path: str) -> bytes:
        """The bytes of a file, empty when it cannot be read."""
        known = self._raw.get(path)
        if known is None:
            try:
                known = self.repository.read(path)
            except OSError:
                known = b""
            if len(known) < _KEPT_SIZE:
                self._raw[path] = known
        return known

    def _load(self, path: str) -> Manifest:
        raw = self.raw(path)
        if not raw.strip():
            return Manifest()
        if len(raw) > _BUNDLE_SIZE and b"kind: CustomResourceDefinition" in raw:
            return _bundle(path, raw)
        document = self.repository.document(path)
        objects: list[KubeObject] = []
        strangers = []
        for index, data in enumerate(document.documents):
            found = list(objects_in(data, path, index))
            if not found and data not in (None, {}, []) and not _is_list(data):
                strangers.append(index)
            objects.extend(found)
        repeats = _repeats(document, path) if document.repeats else ()
        return Manifest(tuple(objects), tuple(strangers), syntax_problems(self.repository, path), repeats)


def _is_list(data: Any) -> bool:
    return isinstance(data, dict) and str(data.get("kind", "")).endswith("List") and "items" in data


def syntax_problems(repository: Repository, path: str) -> tuple[SyntaxProblem, ...]:
    """Why a file cannot be read as YAML; empty when it can."""
    return tuple(SyntaxProblem(path, one.message, one.span) for one in repository.document(path).fatal[:1])


def _repeats(document: Document, path: str) -> tuple[SyntaxProblem, ...]:
    return tuple(
        SyntaxProblem(path, f"`{one.keys[-1]}` is written twice in one mapping", one.span)
        for one in document.problems
        if one.kind == "duplicate-key" and one.keys
    )


_SEPARATOR = late_pattern(r"^---(?:[ \t].*)?$", re.MULTILINE)
_CRD = late_pattern(r"^kind: *[\"']?CustomResourceDefinition[\"']?\s*$", re.MULTILINE)
_CRD_FIELDS = {
    "group": re.compile(r"^  group: *[\"']?([\w.-]+)", re.MULTILINE),
    "kind": re.compile(r"^    kind: *[\"']?(\w+)", re.MULTILINE),
    "plural": re.compile(r"^    plural: *[\"']?([\w-]+)", re.MULTILINE),
    "scope": re.compile(r"^  scope: *[\"']?(\w+)", re.MULTILINE),
}
_CRD_NAME = late_pattern(r"^  name: *[\"']?([\w.-]+)", re.MULTILINE)
_CRD_VERSION = late_pattern(r"^(?:  - |    (?:- )?|      )(name|served): *[\"']?([\w]+)", re.MULTILINE)
_LABEL_VERSION = late_pattern(r"^    (app\.kubernetes\.io/version): *[\"']?([\w.+-]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class PieceLocator:
    """Positions in one piece of a large bundle: parse the piece alone, then move down."""

    path: str
    text: str
    first_line: int

    def span(self, keys: Keys, part: Part, document: int) -> Span:
        """The span of a route into this piece."""
        from masgitops_lint.repo.yaml import parse

        found = parse(self.path, self.text.encode()).span(keys, part)
        shift = self.first_line - 1
        return Span(found.line + shift, found.column, found.end_line + shift, found.end_column)


def _bundle(path: str, raw: bytes) -> Manifest:
    """A large file of mostly CustomResourceDefinitions: their identity by pattern, everything else parsed."""
    from masgitops_lint.repo.yaml import parse

    text = raw.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    objects: list[KubeObject] = []
    problems: list[SyntaxProblem] = []
    bounds = [0, *(m.end() + 1 for m in _SEPARATOR.finditer(text)), len(text) + 1]
    for number, (start, after) in enumerate(pairwise(bounds)):
        end = text.rfind("\n---", start, after)
        piece = text[start : end if end >= start and after <= len(text) else after]
        if not piece.strip():
            continue
        line = text.count("\n", 0, start) + 1
        locator = PieceLocator(path, piece, line)
        if _CRD.search(piece):
            objects.append(_crd(piece, path, number, locator))
            continue
        document = parse(path, piece.encode())
        objects.extend(
            replace(found, locator=locator) for data in document.documents for found in objects_in(data, path, number)
        )
        for problem in document.fatal[:1]:
            moved = problem.span._replace(line=problem.span.line + line - 1, end_line=problem.span.end_line + line - 1)
            problems.append(SyntaxProblem(path, problem.message, moved))
    return Manifest(tuple(objects), (), tuple(problems))


def _crd(piece: str, path: str, number: int, locator: Locator) -> KubeObject:
    fields = {name: m.group(1) if (m := pattern.search(piece)) else "" for name, pattern in _CRD_FIELDS.items()}
    versions: list[dict[str, Any]] = []
    for what, value in _CRD_VERSION.findall(piece[max(piece.find("\n  versions:"), 0) :]):
        if what == "name" and re.fullmatch(r"v\d+\w*", value):
            versions.append({"name": value, "served": True})
        elif what == "served" and versions:
            versions[-1]["served"] = value == "true"
    label = _LABEL_VERSION.search(piece)
    name = m.group(1) if (m := _CRD_NAME.search(piece)) else f"{fields['plural']}.{fields['group']}"
    data = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": name, "labels": {label.group(1): label.group(2)} if label else {}},
        "spec": {
            "group": fields["group"],
            "names": {"kind": fields["kind"], "plural": fields["plural"]},
            "scope": fields["scope"] or "Namespaced",
            "versions": versions,
        },
    }
    return KubeObject(
        "apiextensions.k8s.io", "v1", "CustomResourceDefinition", "", name, data, path, number, locator=locator
    )
