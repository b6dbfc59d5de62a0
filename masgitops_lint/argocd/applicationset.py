"""From one ApplicationSet to the Applications it generates, and what keeps it from generating any."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from masgitops_lint.model.late_pattern import late_pattern

from .generators import Files, GeneratorContext, GeneratorError, UnknownGeneratorError, generate
from .globbing import GlobMode
from .merge import ParamSet
from .templating import GoTemplates, TemplateError, missing_key, render_trees

FINALIZER = "resources-finalizer.argocd.argoproj.io"
Policy: TypeAlias = Literal["sync", "create-only", "create-update", "create-delete"]
_POLICIES: tuple[Policy, ...] = ("sync", "create-only", "create-update", "create-delete")
_NAME = late_pattern(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\Z")
_NAME_LENGTH = 253
_LABEL = late_pattern(r"(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?\Z")


@dataclass(frozen=True)
class Generated:
    """One Application that the set generates. `problem` says why Argo CD does not create or update it, else ""."""

    manifest: Mapping[str, Any]
    params: ParamSet
    problem: str = ""

    @property
    def name(self) -> str:
        """The Application's name as rendered."""
        metadata = self.manifest.get("metadata")
        return str(metadata.get("name") or "") if isinstance(metadata, Mapping) else ""


@dataclass(frozen=True)
class Expansion:
    """What becomes of an ApplicationSet.

    `error` is set when a generator or template fails: then nothing is created, updated or deleted, and `applications`
    is empty. `error_files` are the files to blame, `error_params` the parameter set whose template failed.
    `unknown` names generators that ask something outside the repo.
    """

    applications: tuple[Generated, ...] = ()
    error: str = ""
    error_files: tuple[str, ...] = ()
    error_params: ParamSet | None = None
    error_expression: str = ""
    unknown: tuple[str, ...] = ()
    policy: Policy = "sync"
    preserves_resources: bool = False

    @property
    def frozen(self) -> bool:
        """Whether Argo CD leaves the set as it is."""
        return bool(self.error)

    @property
    def deletes(self) -> bool:
        """Whether an Application whose parameter set disappears is deleted."""
        return self.policy in ("sync", "create-delete")


@dataclass(frozen=True)
class ExpandOptions:
    """Which Argo CD is assumed: its globbing mode and its version (None: the newest)."""

    globbing: GlobMode = "greedy"
    version: tuple[int, ...] | None = None
    parse_yaml: Callable[[str], Any] | None = field(default=None, compare=False)
    only: frozenset[int] | None = None
    """The numbers of the parameter sets that are wanted, counted from 0; the others are not rendered."""


def valid_name(name: str) -> bool:
    """Whether the API server takes this as an object's name (DNS-1123 subdomain, 253 characters)."""
    return len(name) <= _NAME_LENGTH and _NAME.match(name) is not None


def expand(
    manifest: Mapping[str, Any], files: Files, go: GoTemplates | None, options: ExpandOptions = ExpandOptions()
) -> Expansion:
    """The Applications of one ApplicationSet manifest. Never raises on what the manifest or the files say."""
    spec = _mapping(manifest.get("spec"))
    sync = _mapping(spec.get("syncPolicy"))
    policy: Policy = next((known for known in _POLICIES if known == sync.get("applicationsSync")), _POLICIES[0])
    preserves = sync.get("preserveResourcesOnDeletion") is True
    frozen = Expansion(policy=policy, preserves_resources=preserves)
    try:
        context = GeneratorContext(
            files,
            go,
            go_template=spec.get("goTemplate") is True,
            missing=missing_key(spec.get("goTemplateOptions")),
            globbing=options.globbing,
            version=options.version,
            apply_nested_selectors=spec.get("applyNestedSelectors") is True,
        )
    except TemplateError as error:
        return _failed(frozen, str(error))
    generated: list[Generated] = []
    unknown: list[str] = []
    count = 0
    generators = spec.get("generators")
    for generator in generators if isinstance(generators, list) else ():
        if not isinstance(generator, Mapping):
            continue
        try:
            sets = generate(generator, context)
        except UnknownGeneratorError as error:
            unknown.append(error.kind)
            continue
        except GeneratorError as error:
            return _failed(frozen, error.message, error.files)
        count, first = count + len(sets), count
        if options.only is not None:
            sets = [one for number, one in enumerate(sets, first) if number in options.only]
        try:
            generated += _render(manifest, spec, generator, sets, context, preserves, options)
        except TemplateError as error:
            failed = sets[error.index] if error.index < len(sets) else None
            return _failed(frozen, error.message, failed.files if failed else (), failed, error.expression)
        except GeneratorError as error:
            return _failed(frozen, error.message, error.files)
    return Expansion(
        _validated(generated, options.version),
        unknown=tuple(dict.fromkeys(unknown)),
        policy=policy,
        preserves_resources=preserves,
    )


def _failed(
    base: Expansion,
    message: str,
    files: tuple[str, ...] = (),
    params: ParamSet | None = None,
    expression: str = "",
) -> Expansion:
    return Expansion(
        error=message,
        error_files=files,
        error_params=params,
        error_expression=expression,
        policy=base.policy,
        preserves_resources=base.preserves_resources,
    )


def _render(
    manifest: Mapping[str, Any],
    spec: Mapping[str, Any],
    generator: Mapping[str, Any],
    sets: Sequence[ParamSet],
    context: GeneratorContext,
    preserves: bool,
    options: ExpandOptions,
) -> list[Generated]:
    template = _template(_mapping(spec.get("template")), generator)
    patch = spec.get("templatePatch") if context.go_template and context.since(2, 10) else None
    trees: list[Any] = [template, patch] if isinstance(patch, str) else [template]
    result: list[Generated] = []
    rows = render_trees(trees, [params.values for params in sets], context.renderer(), context.missing)
    namespace = _mapping(manifest.get("metadata")).get("namespace")
    for params, row in zip(sets, rows, strict=True):
        application = dict(row[0])
        if len(row) > 1:
            application = apply_template_patch(application, row[1], options.parse_yaml)
        # parameter sets may share what is in the template: it is not changed in place
        metadata = application["metadata"] = dict(_mapping(application.get("metadata")))
        if namespace is not None:
            metadata["namespace"] = namespace
        if not metadata.get("finalizers") and not preserves:
            metadata["finalizers"] = [FINALIZER]
        result.append(Generated({"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", **application}, params))
    return result


def _template(template: Mapping[str, Any], generator: Mapping[str, Any]) -> dict[str, Any]:
    """`spec.template` with the non-empty fields of the generator's own `template` laid over it."""
    result = {key: value for key, value in template.items() if key in ("metadata", "spec")}
    for kind in generator.values():
        own = kind.get("template") if isinstance(kind, Mapping) else None
        if isinstance(own, Mapping):
            result = _overlay(result, own)
    return result


def _overlay(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        if isinstance(below, Mapping) and isinstance(value, Mapping):
            merged[key] = _overlay(below, value)
        elif value not in (None, "", 0, False, [], {}):
            merged[key] = value
    return merged


def apply_template_patch(
    application: Mapping[str, Any], text: str, parse_yaml: Callable[[str], Any] | None = None
) -> dict[str, Any]:
    """`templatePatch` applied: maps merge, lists are replaced, null deletes, `spec.project` is kept as it was.

    Raises `TemplateError` when the patch is no YAML mapping. (argo-cd applicationset/controllers/template/patch.go)
    """
    patch = (parse_yaml or _parse)(text)
    if patch is None:
        return dict(application)
    if not isinstance(patch, Mapping):
        raise TemplateError("error while applying templatePatch: it is no mapping", text)
    patched = _strategic(application, patch)
    project = _mapping(application.get("spec")).get("project")
    if isinstance(patched.get("spec"), dict):
        patched["spec"]["project"] = project
    return patched


def _parse(text: str) -> Any:
    from masgitops_lint.repo.yaml import parse

    document = parse("templatePatch", text.encode())
    if not document.ok:
        raise TemplateError("error while converting templatePatch to JSON: it is no YAML", text)
    return document.data


def _strategic(base: Any, patch: Mapping[str, Any]) -> dict[str, Any]:
    if patch.get("$patch") == "replace":
        return {key: value for key, value in patch.items() if key != "$patch"}
    if patch.get("$patch") == "delete":
        return {}
    merged = dict(base) if isinstance(base, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, Mapping):
            merged[key] = _strategic(merged.get(key), value)
        else:
            merged[key] = value
    return merged


def _validated(generated: Sequence[Generated], version: tuple[int, ...] | None) -> tuple[Generated, ...]:
    """Names checked: a bad one keeps that Application back; of two equal ones both (since 3.2) or the second."""
    counts: dict[str, int] = {}
    for one in generated:
        counts[one.name] = counts.get(one.name, 0) + 1
    seen: set[str] = set()
    result: list[Generated] = []
    both = version is None or version >= (3, 2)
    for one in generated:
        problem = _label_problem(one.manifest)
        if not valid_name(one.name):
            problem = f"the name {one.name!r} is no valid object name, so the API server rejects it"
        elif counts[one.name] > 1 and (both or one.name in seen):
            problem = f"ApplicationSet contains applications with duplicate name: {one.name}"
        seen.add(one.name)
        result.append(Generated(one.manifest, one.params, problem))
    return tuple(result)


def _label_problem(manifest: Mapping[str, Any]) -> str:
    """Why the API server rejects an object's labels, "" when it takes them."""
    for key, value in _mapping(_mapping(manifest.get("metadata")).get("labels")).items():
        if isinstance(value, str) and _LABEL.match(value) is None:
            return f"the label {key} has the value {value!r}, which the API server rejects"
    return ""


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
