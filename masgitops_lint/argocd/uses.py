"""Which features of Argo CD a manifest or a chart template relies on, by the signs in the feature table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, TypeAlias

from masgitops_lint.model.late_pattern import late_pattern
from masgitops_lint.model.place import Keys

from .versions import Feature, features

Use: TypeAlias = tuple[Feature, Keys]
"""A feature, and the route to what relies on it inside the manifest."""

_HOOK = "argocd.argoproj.io/hook"
_HELM_HOOK = "helm.sh/hook"
_SYNC = "argocd.argoproj.io/sync-options"
_COMPARE = "argocd.argoproj.io/compare-options"
_CALLS = late_pattern(r"\{\{(.*?)\}\}", re.DOTALL)
_GENERATORS_WITH_CHILDREN = ("matrix", "merge")
_CONFIG_MAPS = ("argocd-cm", "argocd-cmd-params-cm")


@lru_cache(maxsize=1)
def _by_field() -> Mapping[str, tuple[tuple[Feature, tuple[str, ...]], ...]]:
    found: dict[str, list[tuple[Feature, tuple[str, ...]]]] = {}
    for row in features().values():
        for field in (row.signs or {}).get("fields", ()):
            kind, _, path = field.partition(":")
            found.setdefault(kind, []).append((row, tuple(path.split("."))))
    return {kind: tuple(rows) for kind, rows in found.items()}


@lru_cache(maxsize=16)
def _by_word(sign: str) -> Mapping[str, Feature]:
    return {word: row for row in features().values() for word in (row.signs or {}).get(sign, ())}


@lru_cache(maxsize=1)
def _by_text() -> tuple[tuple[Feature, re.Pattern[str]], ...]:
    return tuple(
        (row, re.compile(pattern)) for row in features().values() for pattern in (row.signs or {}).get("text", ())
    )


def uses_in_template(text: str) -> Iterator[tuple[Feature, int]]:
    """Features that a Helm template's text relies on, each with the first line (from 1) that shows it."""
    seen: set[str] = set()
    for number, line in enumerate(text.split("\n"), start=1):
        if line.lstrip().startswith("#"):
            continue
        for row, pattern in _by_text():
            if row.id not in seen and pattern.search(line):
                seen.add(row.id)
                yield row, number


def uses_in_manifest(data: Mapping[str, Any]) -> Iterator[Use]:
    """Features that one Kubernetes object relies on, each at the route that shows it."""
    kind = data.get("kind")
    group = str(data.get("apiVersion", "")).rpartition("/")[0]
    yield from _in_metadata(data)
    if kind == "ConfigMap":
        yield from _in_config_map(data)
    if group != "argoproj.io" or not isinstance(kind, str):
        return
    if kind == "ApplicationSet":
        yield from _in_application_set(data)
    elif kind == "Application":
        yield from _in_application(data, ())
    for row, route in _by_field().get(kind, ()):
        if kind != "Application":
            yield from ((row, keys) for keys in _reach(data, route, ()))
    plugin = _by_word("kinds").get(kind)
    if plugin is not None:
        yield plugin, ("kind",)


def _in_application(data: Any, prefix: Keys) -> Iterator[Use]:
    """An Application, or the template of one: `data` holds its `spec`."""
    spec = data.get("spec") if isinstance(data, Mapping) else None
    if not isinstance(spec, Mapping):
        return
    for row, route in _by_field().get("Application", ()):
        yield from ((row, (*prefix, *keys)) for keys in _reach(data, route, ()))
    policy = spec.get("syncPolicy")
    options = policy.get("syncOptions") if isinstance(policy, Mapping) else None
    known = _by_word("options")
    for index, option in enumerate(options if isinstance(options, list) else ()):
        if isinstance(option, str) and option in known:
            yield known[option], (*prefix, "spec", "syncPolicy", "syncOptions", index)
    several = spec.get("sources")
    sources: list[tuple[Keys, Any]] = [(("source",), spec.get("source"))]
    sources += [(("sources", index), one) for index, one in enumerate(several if isinstance(several, list) else ())]
    for keys, source in sources:
        url = source.get("repoURL") if isinstance(source, Mapping) else None
        for start, row in _by_word("urls").items():
            if isinstance(url, str) and url.startswith(start):
                yield row, (*prefix, "spec", *keys, "repoURL")


def _in_application_set(data: Mapping[str, Any]) -> Iterator[Use]:
    spec = data.get("spec")
    if not isinstance(spec, Mapping):
        return
    yield from _in_application(spec.get("template"), ("spec", "template"))
    inner = [
        (row, route[2:])
        for row, route in _by_field().get("ApplicationSet", ())
        if route[:2] == ("spec", "generators[]")
    ]
    for keys, generator in nested_generators(spec.get("generators"), ("spec", "generators")):
        for row, route in inner:
            yield from ((row, found) for found in _reach(generator, route, keys))
    if spec.get("goTemplate") is True:
        yield from _functions(spec.get("template"), ("spec", "template"))
        yield from _functions(spec.get("templatePatch"), ("spec", "templatePatch"))


def nested_generators(listed: Any, keys: Keys) -> Iterator[tuple[Keys, Mapping[str, Any]]]:
    """Generators inside matrix and merge generators, at any depth, with their routes; the outermost are left out."""
    for index, generator in enumerate(listed if isinstance(listed, list) else ()):
        for name in _GENERATORS_WITH_CHILDREN if isinstance(generator, Mapping) else ():
            block = generator.get(name)
            below = block.get("generators") if isinstance(block, Mapping) else None
            route = (*keys, index, name, "generators")
            for number, child in enumerate(below if isinstance(below, list) else ()):
                if isinstance(child, Mapping):
                    yield (*route, number), child
            yield from nested_generators(below, route)


def _functions(value: Any, keys: Keys) -> Iterator[Use]:
    known = _by_word("functions")
    if isinstance(value, Mapping):
        for key, below in value.items():
            yield from _functions(below, (*keys, key))
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from _functions(below, (*keys, index))
    elif isinstance(value, str) and "{{" in value:
        for call in _CALLS.findall(value):
            for word in re.findall(r"[A-Za-z]\w*", re.sub(r'"[^"]*"|`[^`]*`', "", call)):
                if word in known:
                    yield known[word], keys


def _in_metadata(data: Mapping[str, Any]) -> Iterator[Use]:
    metadata = data.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, Mapping) else None
    for name, value in annotations.items() if isinstance(annotations, Mapping) else ():
        keys: Keys = ("metadata", "annotations", name)
        row = _by_word("annotations").get(name) if isinstance(name, str) else None
        if row is not None:
            yield row, keys
        sign = {_HOOK: "hooks", _HELM_HOOK: "hooks", _SYNC: "resource_options", _COMPARE: "compare"}.get(name)
        if sign is not None and isinstance(value, str):
            for word in value.split(","):
                if (used := _by_word(sign).get(word.strip())) is not None:
                    yield used, keys


def _in_config_map(data: Mapping[str, Any]) -> Iterator[Use]:
    metadata = data.get("metadata")
    content = data.get("data")
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    if name not in _CONFIG_MAPS or not isinstance(content, Mapping):
        return
    prefixes = _by_word("config_prefixes")
    for key in content:
        row = _by_word("config").get(key)
        row = row or next((found for start, found in prefixes.items() if str(key).startswith(start)), None)
        if row is not None:
            yield row, ("data", key)


def _reach(value: Any, route: tuple[str, ...], keys: Keys) -> Iterator[Keys]:
    """Routes of what stands at a field path (`a.b[].c`) of a value; null counts as absent."""
    if not route:
        if value is not None:
            yield keys
        return
    name, *rest = route
    if not isinstance(value, Mapping):
        return
    if name.endswith("[]"):
        name = name[:-2]
        listed = value.get(name)
        for index, one in enumerate(listed if isinstance(listed, list) else ()):
            yield from _reach(one, tuple(rest), (*keys, name, index))
    elif name in value:
        yield from _reach(value[name], tuple(rest), (*keys, name))
