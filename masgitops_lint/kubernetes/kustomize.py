"""What `kustomize build` gives, without kustomize: identities, namespaces, annotations and references of objects.

It is not a renderer: generated names keep no content hash, images and selectors are left alone. Everything that decides
who an object is, where its text is and what it refers to is followed: resources, bases, components, patches,
generators, name and namespace transformers. Checked against `kubectl kustomize` where that exists.
"""

from __future__ import annotations

import difflib
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from masgitops_lint.model.place import Keys, Place

from .kinds import KUSTOMIZATION_NAMES as NAMES
from .kustomization import CANONICAL, Build, BuildProblem, Opaque, clamped, is_remote
from .kustomization_schema import Misfit, content_misfit, generator_misfits, misfits, patch_misfit
from .objects import Change, KubeObject, Manifests, kube_object
from .patches import merged
from .transformers import (
    annotated,
    apply_inline,
    in_namespace,
    labelled,
    literal_target,
    merge_by_identity,
    merge_matching,
    parsed_text,
    selected,
    with_affixes,
    with_operations,
)

if TYPE_CHECKING:
    from masgitops_lint.repo.repository import Repository

ChartRenderer: TypeAlias = Callable[[str, str, str, Mapping[str, Any]], "Iterable[KubeObject] | None"]
"""(chart directory, release, namespace, values) -> objects, or None when the chart cannot be read."""


_OF_OTHERS = frozenset({"merge-target", "patch-target", "patch-nothing", "patch-operation"})
"""Problems that depend on the objects which a kustomization is laid over."""


class Kustomizer:
    """Builds directories of one repository; every directory once."""

    def __init__(self, repository: Repository, manifests: Manifests, render: ChartRenderer | None = None) -> None:
        self.repository = repository
        self.manifests = manifests
        self.render = render
        self._files = repository.path_set
        self._directories = _directories(repository.paths)
        self._veiled = tuple(path for path, _ in repository.skipped)
        self._builds: dict[str, Build] = {}
        self._open: list[str] = []

    @property
    def directories(self) -> frozenset[str]:
        """Every directory of the repository but its root."""
        return self._directories

    def is_directory(self, path: str) -> bool:
        """Whether the repository has files below this path ("" is the root)."""
        return path == "" or path in self._directories

    def is_veiled(self, path: str) -> bool:
        """Whether a path is, or lies below, something the snapshot cannot look into: a submodule, a link."""
        return any(path == veiled or path.startswith(veiled + "/") for veiled in self._veiled)

    def is_file(self, path: str) -> bool:
        """Whether the repository has this file."""
        return path in self._files

    def file_of(self, directory: str) -> str | None:
        """The kustomization file of a directory, if it has one."""
        for name in NAMES:
            path = f"{directory}/{name}" if directory else name
            if path in self._files:
                return path
        return None

    def build(self, directory: str) -> Build | None:
        """The build of a directory, None when it has no kustomization file."""
        known = self._builds.get(directory)
        if known is not None:
            return known
        path = self.file_of(directory)
        if path is None:
            return None
        result = Build(directory, path)
        self._open.append(directory)
        try:
            _Run(self, result).run()
        finally:
            self._open.pop()
        data = self.repository.document(path).data
        if isinstance(data, dict) and data.get("kind") == "Component":  # what it changes is judged where it is laid
            for problem in [one for one in result.problems if one[0] in _OF_OTHERS]:
                del result.problems[problem]
        self._builds[directory] = result
        return result

    def build_with(self, directory: str, components: tuple[str, ...]) -> Build | None:
        """The build of a directory with more components in its kustomization, as Flux's `spec.components` adds them.

        Patches of the kustomization see what the components bring, so what they lack is judged here and not in the
        plain build.
        """
        plain = self.build(directory)
        if plain is None or not components:
            return plain
        key = f"{directory}|{'|'.join(components)}"
        known = self._builds.get(key)
        if known is not None:
            return known
        for problem in [one for one in plain.problems if one[0] in ("patch-target", "patch-nothing")]:
            del plain.problems[problem]
        result = Build(directory, plain.path)
        self._open.append(directory)
        try:
            _Run(self, result, components).run()
        finally:
            self._open.pop()
        for identity, found in result.problems.items():
            plain.problems.setdefault(identity, found)
        plain.children = tuple(dict.fromkeys((*plain.children, *result.children)))
        self._builds[key] = result
        return result

    def building(self, directory: str) -> bool:
        """Whether this directory is being built further up: a cycle."""
        return directory in self._open

    def closure(self, directory: str) -> list[Build]:
        """The build of a directory and of everything it reads, each once."""
        found: dict[str, Build] = {}
        pending = [directory]
        while pending:
            current = pending.pop()
            if current in found:
                continue
            build = self.build(current)
            if build is not None:
                found[current] = build
                pending.extend(build.children)
        return list(found.values())

    def component(self, directory: str, objects: tuple[KubeObject, ...], parent: Build) -> tuple[KubeObject, ...]:
        """Lay a component over objects. Its own problems are kept under its own directory."""
        path = self.file_of(directory)
        if path is None:
            return objects
        build = self._builds.get(directory)
        if build is None:
            build = self._builds[directory] = Build(directory, path)
        result = Build(directory, path, objects=objects)
        result.problems = build.problems
        self._open.append(directory)
        try:
            _Run(self, result).run()
        finally:
            self._open.pop()
        build.children, build.files, build.opaque = result.children, result.files, result.opaque
        parent.opaque += result.opaque
        return result.objects


def _directories(paths: Iterable[str]) -> frozenset[str]:
    found: set[str] = set()
    for path in paths:
        directory = posixpath.dirname(path)
        while directory and directory not in found:
            found.add(directory)
            directory = posixpath.dirname(directory)
    return frozenset(found)


def _entries(data: Mapping[str, Any], key: str) -> Iterator[tuple[int, Any]]:
    value = data.get(key)
    if isinstance(value, list):
        yield from enumerate(value)


class _Run:
    """One pass over one kustomization file."""

    def __init__(self, owner: Kustomizer, build: Build, components: tuple[str, ...] = ()) -> None:
        self.owner = owner
        self.result = build
        self.more_components = components
        self.objects: list[KubeObject] = list(build.objects)
        self.data: dict[str, Any] = {}
        self.written: dict[str, Any] = {}
        self.known: dict[tuple[str, ...], KubeObject] = {}
        self.children: list[str] = []
        self.files: list[str] = []
        self.guessed = False
        """Whether some objects may be missing: a chart was read without Helm, or a file is still empty."""

    def place(self, *keys: str | int) -> Place:
        return Place(self.result.path, keys)

    def problem(self, kind: str, place: Place, text: str, target: str = "") -> None:
        if kind == "missing" and target and self.owner.is_veiled(target):
            self.opaque(f"{text} (a submodule or a linked directory)", place)
            return
        self.result.report(BuildProblem(kind, place, text, target))

    def opaque(self, reason: str, place: Place) -> None:
        self.result.opaque += (Opaque(reason, place),)

    def run(self) -> None:
        document = self.owner.repository.document(self.result.path)
        if document.fatal:
            first = document.fatal[0]
            place = Place(self.result.path, span=first.span)
            self.problem("syntax", place, first.message)
            return
        data = document.data
        if not isinstance(data, dict) or all(
            value is None or key in ("apiVersion", "kind", "metadata") for key, value in data.items()
        ):
            self.problem("empty", self.place(), "the file says nothing to build")
            return
        # Go matches field names without regard to case.
        self.written = data
        self.data = {CANONICAL.get(str(key).lower(), str(key)): value for key, value in data.items()}
        self.check_fields()
        self.resources()
        # kustomize's own order: charts and plugins that generate come before components and patches.
        self.generators()
        self.charts()
        self.plugins("generators")
        self.components()
        self.transform()
        self.plugins("transformers", "validators")
        self.side_files()
        self.result.objects = tuple(self.objects)
        self.result.children = tuple(dict.fromkeys(self.children))
        self.result.files = tuple(dict.fromkeys(self.files))

    def check_fields(self) -> None:
        for key in self.data:
            if str(key).lower() not in CANONICAL:
                self.problem("unknown-field", Place(self.result.path, (key,), "key"), str(key))
        spelt = {CANONICAL.get(str(key).lower(), str(key)): key for key in self.written}
        for misfit in misfits(self.data):
            first, *rest = misfit.route
            self.misfit(replace(misfit, route=(spelt.get(str(first), first), *rest)))

    def misfit(self, found: Misfit) -> None:
        if found.field:
            near = difflib.get_close_matches(found.field, found.near, n=1)
            place = Place(self.result.path, found.route, "key")
            self.problem("unknown-field", place, found.field, near[0] if near else "")
        else:
            self.problem("misfit", self.place(*found.route), found.text)

    # -- resources ------------------------------------------------------------------------------------------------

    def resources(self) -> None:
        for key in ("resources", "bases"):
            for index, entry in _entries(self.data, key):
                if isinstance(entry, str) and entry.strip():
                    self.resource(entry.strip(), self.place(key, index))

    def resource(self, entry: str, place: Place) -> None:
        target, left = clamped(self.result.directory, entry)
        if self.owner.is_file(target) and target:
            if target == self.result.path:
                self.problem("self", place, entry, target)
            elif posixpath.basename(target) in NAMES:
                self.problem("is-kustomization", place, entry, target)
            else:
                if not _below(target, self.result.directory):
                    self.problem("outside", place, entry, target)
                self.add_file(target, place)
        elif self.owner.is_directory(target) and not is_remote(entry):
            self.add_directory(entry, target, place)
        elif is_remote(entry):
            self.opaque(f"remote base {_shown(entry)}", place)
        else:
            self.problem("missing", place, entry, target if not left else "")

    def add_file(self, path: str, place: Place) -> None:
        self.files.append(path)
        manifest = self.owner.manifests(path)
        for syntax in (*manifest.problems, *manifest.repeats[:1]):
            self.problem("syntax", Place(path, span=syntax.span), syntax.message, path)
        for number in manifest.strangers:
            self.problem("not-kubernetes", Place(path, (), document=number), path, path)
        if not manifest.objects and not manifest.problems:
            self.guessed = True  # a placeholder that `flux bootstrap` or a script fills
        for obj in manifest.objects:
            if not obj.name:
                self.problem("no-name", obj.at("metadata", part="key"), obj.kind, path)
                continue
            self.add(obj, place)

    def add(self, obj: KubeObject, place: Place) -> None:
        identity = _identity(obj)
        other = self.known.get(identity)
        if other is not None:
            self.problem("duplicate", place, obj.label, other.path)
            return
        if not obj.hashed:
            self.known[identity] = obj
        self.objects.append(obj)

    def add_directory(self, entry: str, target: str, place: Place) -> None:
        if target == self.result.directory:
            self.problem("self", place, entry, target)
            return
        if self.owner.building(target):
            self.problem("cycle", place, entry, target)
            return
        if _contains(target, self.result.directory):
            # kustomize refuses a base that holds the kustomization itself.
            self.problem("cycle", place, entry, target)
            return
        build = self.owner.build(target)
        if build is None:
            self.problem("no-kustomization", place, entry, target)
            return
        self.children.append(target)
        data = self.owner.repository.document(build.path).data
        if isinstance(data, dict) and data.get("kind") == "Component":
            self.problem("component-unexpected", place, entry, target)
            return
        self.result.opaque += build.opaque
        for obj in build.objects:
            self.add(obj, place)

    # -- components -----------------------------------------------------------------------------------------------

    def components(self) -> None:
        for index, entry in _entries(self.data, "components"):
            if isinstance(entry, str) and entry.strip():
                self.objects = list(self.component(entry.strip(), self.place("components", index), tuple(self.objects)))
        for entry in self.more_components:
            self.objects = list(self.component(entry, Place(self.result.path), tuple(self.objects)))

    def component(self, entry: str, place: Place, objects: tuple[KubeObject, ...]) -> tuple[KubeObject, ...]:
        target, left = clamped(self.result.directory, entry)
        if is_remote(entry) and not self.owner.is_directory(target):
            self.opaque(f"remote component {_shown(entry)}", place)
            return objects
        if not self.owner.is_directory(target) or left:
            self.problem("missing", place, entry, target if not left else "")
            return objects
        path = self.owner.file_of(target)
        if path is None:
            self.problem("no-kustomization", place, entry, target)
            return objects
        if self.owner.building(target):
            self.problem("cycle", place, entry, target)
            return objects
        data = self.owner.repository.document(path).data
        if isinstance(data, dict) and data.get("kind") != "Component":
            self.problem("component-expected", place, entry, target)
            return objects
        self.children.append(target)
        return self.owner.component(target, objects, self.result)

    # -- generators -----------------------------------------------------------------------------------------------

    def generators(self) -> None:
        shared = self.data.get("generatorOptions")
        options = shared if isinstance(shared, dict) else {}
        for key, kind in (("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")):
            for index, entry in _entries(self.data, key):
                if not isinstance(entry, dict):
                    continue
                for found in generator_misfits(entry, (key, index)):
                    self.misfit(found)
                if isinstance(entry.get("name"), str):
                    self.generate(kind, entry, options, self.place(key, index))

    def generate(self, kind: str, entry: dict[str, Any], options: Mapping[str, Any], place: Place) -> None:
        content = self.generated_keys(entry, place)
        own = entry.get("options")
        chosen = {**options, **(own if isinstance(own, dict) else {})}
        namespace = entry.get("namespace")
        metadata: dict[str, Any] = {"name": entry["name"]}
        for field_name in ("labels", "annotations"):
            if isinstance(chosen.get(field_name), dict):
                metadata[field_name] = chosen[field_name]
        obj = KubeObject(
            "",
            "v1",
            kind,
            namespace if isinstance(namespace, str) else "",
            entry["name"],
            {"apiVersion": "v1", "kind": kind, "metadata": metadata, "data": content},
            place.path,
            place.document,
            place.keys,
            aliases=(entry["name"],),
            hashed=not chosen.get("disableNameSuffixHash"),
            generated=True,
        )
        obj = replace(obj, data={**obj.data, "name": entry["name"]})
        behavior = entry.get("behavior")
        existing = next(
            (
                i
                for i, one in enumerate(self.objects)
                if one.kind == kind
                and not one.group
                and obj.name in (one.name, *one.aliases)
                and (obj.namespace or "default") in {name or "default" for name in (one.namespace, *one.origins)}
            ),
            None,
        )
        if behavior in ("merge", "replace"):
            if existing is None:
                if not self.result.opaque:
                    self.problem("merge-target", place._replace(keys=(*place.keys, "name")), f"{kind} {obj.name}")
                return
            old = self.objects[existing]
            kept = old.get("data", default={}) if behavior == "merge" else {}
            both = {**(kept if isinstance(kept, dict) else {}), **content}
            self.objects[existing] = replace(old, data={**old.data, "data": both})
            return
        if existing is not None:
            self.problem(
                "duplicate", place._replace(keys=(*place.keys, "name")), obj.label, self.objects[existing].path
            )
            return
        self.objects.append(obj)

    def generated_keys(self, entry: Mapping[str, Any], place: Place) -> dict[str, Any]:
        content: dict[str, Any] = {}
        for _, literal in _entries(entry, "literals"):
            name, found, value = str(literal).partition("=")
            if found:
                content[name] = value.strip("\"'")
        for index, item in _entries(entry, "files"):
            name, found, path = str(item).partition("=")
            path = path if found else name
            key = name if found else posixpath.basename(path)
            content[key] = ""
            target = self.side_file(path, place._replace(keys=(*place.keys, "files", index)))
            if target is not None and key in ("values.yaml", "values.yml"):
                self.chart_values(target)
        environments = [(("envs", i), e) for i, e in _entries(entry, "envs")]
        if isinstance(entry.get("env"), str):
            environments.append((("env", -1), entry["env"]))
        for (key, index), item in environments:
            route: Keys = (key, index) if index >= 0 else (key,)
            target = self.side_file(str(item), place._replace(keys=(*place.keys, *route)))
            if target is not None:
                for line in self.owner.manifests.raw(target).decode("utf-8", "replace").splitlines():
                    name, found, value = line.partition("=")
                    if found and not line.lstrip().startswith("#"):
                        content[name.strip()] = value.strip()
        return content

    def chart_values(self, path: str) -> None:
        """Values of a chart, by the key that HelmReleases read: they must be YAML, or nothing is installed."""
        document = self.owner.repository.document(path)
        for problem in document.fatal[:1]:
            self.problem("syntax", Place(path, span=problem.span), problem.message, path)

    def side_file(self, entry: str, place: Place) -> str | None:
        """A file that must exist; returns its path."""
        if is_remote(entry):
            return None
        target, left = clamped(self.result.directory, entry)
        if self.owner.is_file(target) and not left:
            self.files.append(target)
            return target
        if not self.owner.is_directory(target) or not target:
            self.problem("missing", place, entry, target if not left else "")
        return None

    # -- transformers ---------------------------------------------------------------------------------------------

    def transform(self) -> None:
        data = self.data
        for index, entry in _entries(data, "patchesStrategicMerge"):
            if isinstance(entry, str):
                self.strategic(entry, self.place("patchesStrategicMerge", index))
        for index, entry in _entries(data, "patches"):
            if isinstance(entry, str):  # refused by kustomize 4 and later, and read all the same
                self.strategic(entry, self.place("patches", index))
            elif isinstance(entry, dict):
                why = patch_misfit(entry)
                if why:
                    self.problem("misfit", self.place("patches", index), why)
                self.patch(entry, self.place("patches", index))
        namespace = data.get("namespace")
        if isinstance(namespace, str) and namespace:
            self.objects = [in_namespace(obj, namespace) for obj in self.objects]
        prefix, suffix = data.get("namePrefix"), data.get("nameSuffix")
        if isinstance(prefix, str) or isinstance(suffix, str):
            self.objects = [with_affixes(obj, prefix or "", suffix or "") for obj in self.objects]
        for labels, place in self.labels():
            self.objects = [labelled(obj, labels, place) for obj in self.objects]
        annotations = data.get("commonAnnotations")
        if isinstance(annotations, dict) and annotations:
            self.objects = [annotated(obj, annotations, self.place("commonAnnotations")) for obj in self.objects]
        for index, entry in _entries(data, "patchesJson6902"):
            if isinstance(entry, dict):
                self.patch(entry, self.place("patchesJson6902", index))

    def labels(self) -> Iterator[tuple[dict[str, Any], Place]]:
        common = self.data.get("commonLabels")
        if isinstance(common, dict) and common:
            yield common, self.place("commonLabels")
        for index, entry in _entries(self.data, "labels"):
            pairs = entry.get("pairs") if isinstance(entry, dict) else None
            if isinstance(pairs, dict) and pairs:
                yield pairs, self.place("labels", index, "pairs")

    def strategic(self, entry: str, place: Place) -> None:
        if "\n" in entry or (":" in entry and not self.owner.is_file(clamped(self.result.directory, entry)[0])):
            parsed = parsed_text(entry)
            if any(isinstance(document, dict) for document in parsed):
                for document in parsed:
                    self.merge_in(document, Change(place, document, inline=True), place, required=True)
                return
        target = self.side_file(entry, place)
        if target is None:
            return
        self.merge_file(target, place, None)

    def merge_file(self, path: str, place: Place, target: Mapping[str, Any] | None, *, rename: bool = False) -> None:
        document = self.owner.repository.document(path)
        if document.fatal:
            self.problem("syntax", Place(path, span=document.fatal[0].span), document.fatal[0].message, path)
            return
        self.content(document.documents, place, target)
        for number, data in enumerate(document.documents):
            if isinstance(data, list):
                self.json_patch(data, Place(path, (), document=number), target)
            elif isinstance(data, dict):
                change = Change(Place(path, (), document=number), data)
                if target is None:
                    self.merge_in(data, change, place, required=True)
                else:
                    self.objects = list(merge_matching(self.objects, data, change, target, rename=rename))

    def patch(self, entry: dict[str, Any], place: Place) -> None:
        selector = entry.get("target")
        target = selector if isinstance(selector, dict) and selector else None
        path, text = entry.get("path"), entry.get("patch")
        options = entry.get("options")
        rename = isinstance(options, dict) and options.get("allowNameChange") is True
        if target is not None and self.certain() and not any(selected(obj, target) for obj in self.objects):
            label = literal_target(target)
            if label:
                self.problem("patch-nothing", place._replace(keys=(*place.keys, "target", "name")), label)
        if isinstance(path, str) and path:
            found = self.side_file(path, place._replace(keys=(*place.keys, "path")))
            if found is not None:
                self.merge_file(found, place._replace(keys=(*place.keys, "path")), target, rename=rename)
        elif isinstance(text, str):
            inner = place._replace(keys=(*place.keys, "patch"))
            self.content(parsed_text(text), inner, target)
            self.objects = list(
                apply_inline(
                    tuple(self.objects),
                    text,
                    target,
                    inner,
                    self.unmatched(inner),
                    lambda _, what: self.fails(inner, what),
                    rename=rename,
                )
            )

    def content(self, documents: Sequence[Any], place: Place, target: Mapping[str, Any] | None) -> None:
        why = content_misfit(documents, targeted=target is not None)
        if why:
            self.problem("misfit", place, why)

    def certain(self) -> bool:
        """Whether every object that a patch may be meant for is here."""
        return not self.result.opaque and not self.guessed and self.data.get("kind") != "Component"

    def unmatched(self, place: Place) -> Callable[[str], None]:
        def report(label: str) -> None:
            if self.certain():
                self.problem("patch-target", place, label)

        return report

    def fails(self, place: Place, what: str) -> None:
        if "replacements" not in self.data and "vars" not in self.data:
            self.problem("patch-operation", place, what)

    def merge_in(self, data: Any, change: Change, place: Place, *, required: bool) -> None:
        if not isinstance(data, dict):
            return
        self.objects = list(
            merge_by_identity(tuple(self.objects), data, change, self.unmatched(place) if required else None)
        )

    def json_patch(self, operations: list[Any], place: Place, target: Mapping[str, Any] | None) -> None:
        def failed(index: int, what: str) -> None:
            self.fails(place._replace(keys=(*place.keys, index, "path")), what)

        if target is not None:
            self.objects = [
                with_operations(obj, operations, place, inline=False, failed=failed) if selected(obj, target) else obj
                for obj in self.objects
            ]

    # -- charts and plugins ---------------------------------------------------------------------------------------

    def charts(self) -> None:
        settings = self.data.get("helmGlobals")
        home = settings.get("chartHome") if isinstance(settings, dict) else None
        for key in ("helmCharts", "helmChartInflationGenerator"):
            for index, entry in _entries(self.data, key):
                if isinstance(entry, dict):
                    self.chart(entry, home if isinstance(home, str) else "charts", self.place(key, index))

    def chart(self, entry: dict[str, Any], home: str, place: Place) -> None:
        name = entry.get("name", entry.get("chartName"))
        values: dict[str, Any] = {}
        listed = entry.get("additionalValuesFiles")
        extra = listed if isinstance(listed, list) else []
        files = [(("valuesFile",), entry.get("valuesFile"))]
        files += [(("additionalValuesFiles", i), item) for i, item in enumerate(extra)]  # type: ignore[misc]
        for route, item in files:
            if isinstance(item, str):
                found = self.side_file(item, place._replace(keys=(*place.keys, *route)))
                if found is not None:
                    loaded = self.owner.repository.document(found).data
                    values = merged(values, loaded, native=False) if isinstance(loaded, dict) else values
        inline = entry.get("valuesInline", entry.get("values") if isinstance(entry.get("values"), dict) else None)
        if isinstance(inline, dict):
            values = merged(values, inline, native=False)
        directory, _ = clamped(self.result.directory, f"{home}/{name}")
        if isinstance(name, str) and self.owner.is_file(f"{directory}/Chart.yaml") and self.owner.render is not None:
            namespace = entry.get("namespace") or entry.get("releaseNamespace") or self.data.get("namespace") or ""
            rendered = self.owner.render(directory, str(entry.get("releaseName") or name), str(namespace), values)
            if rendered is not None:
                self.objects.extend(rendered)
                self.guessed = True
                return
        self.opaque(f"Helm chart {name}", place)

    def plugins(self, *keys: str) -> None:
        for key in keys:
            for index, entry in _entries(self.data, key):
                if isinstance(entry, str) and entry.strip():
                    self.plugin(key, entry, self.place(key, index))

    def plugin(self, key: str, entry: str, place: Place) -> None:
        if "\n" in entry:
            documents: Iterable[Any] = parsed_text(entry)
        elif is_remote(entry):
            self.opaque(f"remote {key}", place)
            return
        else:
            target, left = clamped(self.result.directory, entry)
            if self.owner.is_directory(target) and target:
                self.opaque(f"{key} in {entry}", place)
                if self.owner.file_of(target) is not None and not self.owner.building(target):
                    self.owner.build(target)
                    self.children.append(target)
                return
            if not self.owner.is_file(target) or left:
                self.problem("missing", place, entry, target if not left else "")
                return
            self.files.append(target)
            documents = self.owner.repository.document(target).documents
        known = False
        for document in documents:
            if isinstance(document, dict) and str(document.get("kind", "")).lower() == "ksops":
                known = True
                self.decrypted(document, place)
        if not known and key != "validators":
            self.opaque(f"{key} plugin", place)

    def decrypted(self, generator: Mapping[str, Any], place: Place) -> None:
        """KSOPS: the encrypted manifests it lists become objects."""
        for _, item in _entries(generator, "files"):
            target, _ = clamped(self.result.directory, str(item))
            if self.owner.is_file(target):
                self.files.append(target)
                for obj in self.owner.manifests(target).objects:
                    if obj.name:
                        self.add_generated(obj)
            elif not is_remote(str(item)):
                self.problem("missing", place, str(item), target)
        if generator.get("secretFrom"):
            for _, item in _entries(generator, "secretFrom"):
                metadata = item.get("metadata") if isinstance(item, dict) else None
                data = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata}
                made = kube_object(data, place.path, place.document, place.keys)
                if made is not None and made.name:
                    self.add_generated(replace(made, generated=True))

    def add_generated(self, obj: KubeObject) -> None:
        """A generator plugin's object; its annotation says whether it is laid over one that is there."""
        if obj.annotations.get("kustomize.config.k8s.io/behavior") in ("merge", "replace"):
            for index, one in enumerate(self.objects):
                if (one.group, one.kind) == (obj.group, obj.kind) and obj.name in (one.name, *one.aliases):
                    data = merged(one.data, {**obj.data, "metadata": {}}, native=True)
                    self.objects[index] = replace(one, data=data)
                    return
        self.objects.append(obj)

    def side_files(self) -> None:
        for key in ("crds", "configurations"):
            for index, entry in _entries(self.data, key):
                if isinstance(entry, str):
                    self.side_file(entry, self.place(key, index))
        for index, entry in _entries(self.data, "replacements"):
            if isinstance(entry, dict) and isinstance(entry.get("path"), str):
                self.side_file(entry["path"], self.place("replacements", index, "path"))
        schema = self.data.get("openapi")
        if isinstance(schema, dict) and isinstance(schema.get("path"), str):
            self.side_file(schema["path"], self.place("openapi", "path"))


def _shown(entry: str) -> str:
    """A URL without credentials."""
    return re.sub(r"//[^/@]*@", "//", entry)


def _below(path: str, directory: str) -> bool:
    return not directory or path.startswith(directory + "/")


def _contains(directory: str, other: str) -> bool:
    return directory == "" or other == directory or other.startswith(directory + "/")


def _identity(obj: KubeObject) -> tuple[str, ...]:
    namespace = "" if obj.namespace == "default" else obj.namespace
    return (obj.group, obj.version, obj.kind, namespace, obj.name)
