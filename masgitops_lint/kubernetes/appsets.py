"""ApplicationSets of a generic repo: expanded with Argo CD's own generator semantics, as far as Git says enough."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from masgitops_lint.argocd.applicationset import ExpandOptions, expand
from masgitops_lint.argocd.generators import selected
from masgitops_lint.argocd.globbing import GlobError, list_directories, list_files
from masgitops_lint.argocd.gotext import NO_VALUE, normalize_name
from masgitops_lint.model.late_pattern import late_pattern
from masgitops_lint.model.place import Keys

from .objects import UNKNOWN, KubeObject
from .unit import Fact

if TYPE_CHECKING:
    from masgitops_lint.repo.repository import Repository

    from .argo import ArgoLoader

_TAG = late_pattern(r"\{\{[^{}]*\}\}")
_CLUSTER_TAG = late_pattern(r"\{\{-?\s*\.?(?:name|nameNormalized|server|metadata|values)\b")
_OUTSIDE = ("scmProvider", "pullRequest", "clusterDecisionResource", "plugin")
_UNKNOWN_PARAMS = {"name": UNKNOWN, "nameNormalized": UNKNOWN, "server": UNKNOWN}


class _Files:
    """What git generators of this repository read."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository

    def paths(self) -> Sequence[str]:
        """Every file."""
        return self.repository.paths

    def load(self, path: str) -> Any:
        """The first document of a file."""
        document = self.repository.document(path)
        if document.fatal:
            raise ValueError(document.fatal[0].message)
        return document.data


def expand_set(loader: ArgoLoader, obj: KubeObject, facts: list[Fact]) -> Iterator[KubeObject]:
    """The Applications of one ApplicationSet; what cannot be known is `UNKNOWN` text in them."""
    spec = obj.spec
    generators = spec.get("generators")
    go = spec.get("goTemplate") is True
    run = _Expansion(loader, obj, go)
    known = [run.known(item, ("spec", "generators", i)) for i, item in enumerate(_list(generators))]
    facts.extend(run.facts)
    _check_shape(obj, run, facts)
    manifest = {**obj.data, "spec": {**spec, "generators": known}}
    if go and loader.go is None:
        return
    result = expand(manifest, _Files(loader.kustomizer.repository), loader.go, ExpandOptions(parse_yaml=_parse))
    if result.error:
        if not run.opaque:
            facts.append(Fact("appset-error", obj.place, result.error, obj.name, {"files": result.error_files}))
        return
    seen: dict[str, int] = {}
    for generated in result.applications:
        data = _unknown_tags(dict(generated.manifest))
        metadata = data.get("metadata")
        name = str(metadata.get("name") or "") if isinstance(metadata, dict) else ""
        if NO_VALUE in name and not run.opaque:
            facts.append(Fact("appset-undefined", obj.at("spec", "template", "metadata", "name"), name, obj.name))
        if name and UNKNOWN not in name:
            seen[name] = seen.get(name, 0) + 1
        yield KubeObject(
            "argoproj.io",
            "v1alpha1",
            "Application",
            obj.namespace,
            name,
            data,
            obj.path,
            obj.document,
            (*obj.route, "spec", "template"),
            generated=True,
            locator=obj.locator,
        )
    for name, count in seen.items():
        if count > 1:
            facts.append(
                Fact(
                    "appset-duplicate-name",
                    obj.at("spec", "template", "metadata", "name"),
                    name,
                    obj.name,
                    {"count": count},
                )
            )


class _Expansion:
    """Makes generators answerable: cluster generators from declared clusters, the rest as one unknown element."""

    def __init__(self, loader: ArgoLoader, obj: KubeObject, go: bool) -> None:
        self.loader = loader
        self.obj = obj
        self.go = go
        self.facts: list[Fact] = []
        self.opaque = False
        self.several = False
        self.cluster_routes: list[Keys] = []

    def known(self, generator: Any, route: Keys) -> Any:
        """The generator with everything that asks outside replaced by a list."""
        if not isinstance(generator, dict):
            return generator
        result = dict(generator)
        for kind in _OUTSIDE:
            if kind in result:
                result.pop(kind)
                result["list"] = {"elements": [self.unknown()]}
                self.opaque = True
                # A plugin often gives exactly one set: values that the template cannot read itself.
                self.several |= kind != "plugin"
        if "clusters" in result:
            body = result.pop("clusters")
            body = body if isinstance(body, dict) else {}
            result["list"] = {"elements": self.clusters(body, (*route, "clusters"))}
        git = result.get("git")
        if isinstance(git, dict):
            result = self.git(result, git, (*route, "git"))
        for nested in ("matrix", "merge"):
            inner = result.get(nested)
            if isinstance(inner, dict):
                items = [
                    self.known(item, (*route, nested, "generators", i))
                    for i, item in enumerate(_list(inner.get("generators")))
                ]
                result[nested] = {**inner, "generators": items}
        elements = result.get("list")
        if isinstance(elements, dict) and len(_list(elements.get("elements"))) > 1:
            self.several = True
        return result

    def unknown(self) -> dict[str, Any]:
        if not self.go:
            return dict(_UNKNOWN_PARAMS)
        return {**_UNKNOWN_PARAMS, "metadata": UNKNOWN, "values": UNKNOWN, UNKNOWN: UNKNOWN, "path": UNKNOWN}

    def clusters(self, body: Mapping[str, Any], route: Keys) -> list[dict[str, Any]]:
        self.cluster_routes.append(route)
        self.several = True
        selector = body.get("selector")
        chosen = []
        declared = self.loader.clusters
        for cluster in declared:
            labels = {"metadata.labels." + key: value for key, value in cluster["labels"].items()}
            if not isinstance(selector, dict) or _label_match(selector, cluster["labels"]):
                chosen.append(self.cluster_params(cluster, labels, body.get("values")))
        if isinstance(selector, dict) and selector and not chosen:
            self.facts.append(
                Fact(
                    "appset-selector",
                    self.selector_place(selector, route),
                    _selector_text(selector),
                    self.obj.name,
                    {"declared": len(declared)},
                )
            )
        if not chosen and not (declared and isinstance(selector, dict)):
            self.opaque = True
            return [self.unknown()]
        if not chosen:
            self.opaque = True
            return [self.unknown()]
        return chosen

    def selector_place(self, selector: Mapping[str, Any], route: Keys) -> Any:
        labels = selector.get("matchLabels")
        if isinstance(labels, dict) and labels:
            return self.obj.at(*route, "selector", "matchLabels", next(iter(labels)), part="both")
        return self.obj.at(*route, "selector")

    def cluster_params(self, cluster: Mapping[str, Any], flat: Mapping[str, Any], values: Any) -> dict[str, Any]:
        basic = {
            "name": cluster["name"],
            "nameNormalized": normalize_name(cluster["name"]),
            "server": cluster["server"],
        }
        if self.go:
            metadata = {"labels": cluster["labels"], "annotations": cluster["annotations"]}
            return {**basic, "metadata": metadata, "values": values if isinstance(values, dict) else {}}
        extra = {f"metadata.annotations.{key}": value for key, value in cluster["annotations"].items()}
        own = {f"values.{key}": str(value) for key, value in values.items()} if isinstance(values, dict) else {}
        return {**basic, **flat, **extra, **own}

    def git(self, generator: dict[str, Any], git: Mapping[str, Any], route: Keys) -> dict[str, Any]:
        if not self.loader.is_own(str(git.get("repoURL") or "")):
            generator.pop("git")
            generator["list"] = {"elements": [self.unknown()]}
            self.opaque = self.several = True
            return generator
        paths = self.loader.kustomizer.repository.paths
        for key in ("directories", "files"):
            items = [item for item in _list(git.get(key)) if isinstance(item, dict)]
            patterns = [str(item.get("path")) for item in items if item.get("exclude") is not True]
            self.several |= len(patterns) > 1 or any(re.search(r"[*?\[{]", pattern) for pattern in patterns)
            for index, item in enumerate(items):
                pattern = item.get("path")
                if not isinstance(pattern, str) or item.get("exclude") is True or "{{" in pattern:
                    continue
                try:
                    hits: Sequence[str] = (
                        list_directories([pattern], [], paths) if key == "directories" else list_files(pattern, paths)
                    )
                except GlobError:
                    continue
                revision = str(git.get("revision") or "")
                if not hits and revision in self.loader.revisions:
                    place = self.obj.at(*route, key, index, "path")
                    self.facts.append(Fact("appset-glob", place, pattern, self.obj.name, {"kind": key}))
        self.excluded(git, route, paths)
        return generator

    def excluded(self, git: Mapping[str, Any], route: Keys, paths: Sequence[str]) -> None:
        """Directories that are all excluded again."""
        items = [(i, item) for i, item in enumerate(_list(git.get("directories"))) if isinstance(item, dict)]
        written = [(i, item["path"], item.get("exclude") is True) for i, item in items if _plain(item.get("path"))]
        if len(written) != len(items) or str(git.get("revision") or "") not in self.loader.revisions:
            return
        chosen = [path for _, path, exclude in written if not exclude]
        refused = [(i, path) for i, path, exclude in written if exclude]
        try:
            before = list_directories(chosen, [], paths) if refused else []
            left = list_directories(chosen, [path for _, path in refused], paths)
        except GlobError:
            return
        if before and not left:
            index, path = refused[0]
            place = self.obj.at(*route, "directories", index, "path")
            self.facts.append(Fact("appset-excluded", place, path, self.obj.name))


def _plain(path: Any) -> bool:
    return isinstance(path, str) and "{{" not in path and UNKNOWN not in path


def _label_match(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    try:
        return selected(selector, dict(labels), go_template=False)
    except ValueError:
        return True


def _selector_text(selector: Mapping[str, Any]) -> str:
    labels = selector.get("matchLabels")
    parts = [f"{key}={value}" for key, value in labels.items()] if isinstance(labels, dict) else []
    for item in _list(selector.get("matchExpressions")):
        if isinstance(item, dict):
            parts.append(f"{item.get('key')} {item.get('operator')}")
    return ", ".join(parts)


def _check_shape(obj: KubeObject, run: _Expansion, facts: list[Fact]) -> None:
    """A template that ignores its generator: the same name, or the same destination, for every parameter set."""
    template = obj.get("spec", "template")
    if not isinstance(template, dict) or obj.spec.get("templatePatch"):
        return
    overridden = "template" in str(obj.spec.get("generators"))
    name = obj.get("spec", "template", "metadata", "name")
    if isinstance(name, str) and "{{" not in name and run.several and not overridden and UNKNOWN not in name:
        facts.append(
            Fact(
                "appset-constant-name",
                obj.at("spec", "template", "metadata", "name"),
                name,
                obj.name,
                {"clusters": bool(run.cluster_routes)},
            )
        )
    destination = obj.get("spec", "template", "spec", "destination")
    if run.cluster_routes and isinstance(destination, dict) and not overridden:
        written = [key for key in ("server", "name") if destination.get(key)]
        values = [str(destination[key]) for key in written]
        if written and not any("{{" in value or UNKNOWN in value for value in values):
            facts.append(
                Fact(
                    "appset-fixed-destination",
                    obj.at("spec", "template", "spec", "destination", written[0]),
                    values[0],
                    obj.name,
                    {"used": bool(_CLUSTER_TAG.search(str(template.get("spec"))))},
                )
            )


def _unknown_tags(value: Any) -> Any:
    if isinstance(value, str):
        return _TAG.sub(UNKNOWN, value) if "{{" in value else value
    if isinstance(value, dict):
        return {key: _unknown_tags(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_unknown_tags(one) for one in value]
    return value


def _parse(text: str) -> Any:
    from masgitops_lint.repo.yaml import parse

    document = parse("", text.encode())
    if document.fatal:
        raise ValueError(document.fatal[0].message)
    return document.data


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
