"""The parameter sets that an ApplicationSet's generators yield (argo-cd applicationset/generators)."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from .globbing import GlobError, GlobMode, list_directories, list_files
from .gotext import flatten, normalize_name, sprint
from .merge import MergeError, ParamSet, TemplatedValues, combine, merge_param_sets
from .templating import GoTemplates, MissingKey, TemplateError, render_trees

COMBINING = ("merge", "matrix")
OUTSIDE = ("clusters", "scmProvider", "pullRequest", "clusterDecisionResource", "plugin")
"""Generators that ask something outside the repo."""
_BASIC = ("git", "list", *OUTSIDE)


class Files(Protocol):
    """The repo that git generators read, at the revision they name."""

    def paths(self) -> Sequence[str]:
        """Every file, as posix paths from the repo's root."""
        ...

    def load(self, path: str) -> Any:
        """The first YAML document of a file as Go reads it (None for an empty one). Raises ValueError or OSError."""
        ...


class GeneratorError(ValueError):
    """A generator that fails: the whole ApplicationSet is left alone. `files` are the files to blame."""

    def __init__(self, message: str, files: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.files = files


class UnknownGeneratorError(Exception):
    """A generator whose result depends on something outside the repo; `kind` names it."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"the {kind} generator asks something outside the repo")
        self.kind = kind


@dataclass(frozen=True)
class GeneratorContext:
    """What generators need to know. `version` is Argo CD's (None: the newest); `go` renders Go templates."""

    files: Files
    go: GoTemplates | None = None
    go_template: bool = False
    missing: MissingKey = "default"
    globbing: GlobMode = "greedy"
    version: tuple[int, ...] | None = None
    apply_nested_selectors: bool = False

    def since(self, *version: int) -> bool:
        """Whether Argo CD is at least this version."""
        return self.version is None or self.version >= version

    def renderer(self) -> GoTemplates | None:
        """The Go renderer when goTemplate is on, None for fasttemplate."""
        if not self.go_template:
            return None
        if self.go is None:
            raise GeneratorError("Go templates cannot be rendered without Helm")
        return self.go


def kinds_of(generator: Mapping[str, Any]) -> list[str]:
    """The generators set in one list item."""
    return [kind for kind in (*COMBINING, *_BASIC) if isinstance(generator.get(kind), Mapping)]


def file_patterns(generators: Any) -> list[str] | None:
    """The patterns of files that an ApplicationSet's generators list; None where only running them can tell."""
    found: list[str] = []
    for generator in generators if isinstance(generators, list) else ():
        for kind in kinds_of(generator) if isinstance(generator, Mapping) else ():
            body = generator[kind]
            if kind == "merge":
                below = file_patterns(body.get("generators"))
            elif kind == "git" and not body.get("directories"):
                items = body.get("files")
                paths = (
                    [item.get("path") for item in items if isinstance(item, Mapping)] if isinstance(items, list) else []
                )
                below = [path for path in paths if isinstance(path, str)]
            else:
                below = [] if kind == "list" else None
            if below is None:
                return None
            found += below
    return found


def generate(generator: Mapping[str, Any], context: GeneratorContext) -> list[ParamSet]:
    """The parameter sets of one item of `spec.generators`. Raises `GeneratorError` or `UnknownGeneratorError`."""
    return _generate(generator, context, nested=False)


def _generate(generator: Mapping[str, Any], context: GeneratorContext, *, nested: bool) -> list[ParamSet]:
    result: list[ParamSet] = []
    for kind in kinds_of(generator):
        body = generator[kind]
        if kind in OUTSIDE:
            raise UnknownGeneratorError(kind)
        if kind == "git":
            sets = _git(body, context)
        elif kind == "list":
            sets = _list(body, context)
        elif kind == "merge":
            sets = _merge(body, context)
        else:
            sets = _matrix(body, context)
        result += sets
    selector = generator.get("selector")
    if isinstance(selector, Mapping) and (not nested or context.since(3, 0) or context.apply_nested_selectors):
        result = [params for params in result if selected(selector, params.values, go_template=context.go_template)]
    return result


# --- git


def _git(body: Mapping[str, Any], context: GeneratorContext) -> list[ParamSet]:
    directories, files = body.get("directories"), body.get("files")
    if isinstance(directories, list) and directories:
        sets = _git_directories(body, directories, context)
    elif isinstance(files, list) and files:
        sets = _git_files(body, files, context)
    else:
        raise GeneratorError("the git generator has neither directories nor files")
    return _with_values(sets, body.get("values"), context)


def _items(
    patterns: Sequence[Any], context: GeneratorContext, *, exclude_since: tuple[int, int]
) -> tuple[list[str], ...]:
    includes: list[str] = []
    excludes: list[str] = []
    for item in patterns:
        if isinstance(item, Mapping) and isinstance(item.get("path"), str):
            out = item.get("exclude") is True and context.since(*exclude_since)
            (excludes if out else includes).append(item["path"])
    return includes, excludes


def _git_files(body: Mapping[str, Any], patterns: Sequence[Any], context: GeneratorContext) -> list[ParamSet]:
    includes, excludes = _items(patterns, context, exclude_since=(3, 1))
    paths = context.files.paths()
    try:
        listed = {path for pattern in includes for path in list_files(pattern, paths, context.globbing)}
        listed -= {path for pattern in excludes for path in list_files(pattern, paths, context.globbing)}
    except GlobError as error:
        raise GeneratorError(str(error)) from None
    prefix = str(body.get("pathParamPrefix") or "")
    result: list[ParamSet] = []
    for path in sorted(listed):
        for data in _file_objects(path, context.files):
            result.append(ParamSet(_file_params(data, path, prefix, context.go_template), (path,)))
    return result


def _file_objects(path: str, files: Files) -> list[Mapping[str, Any]]:
    try:
        data = files.load(path)
    except (OSError, ValueError) as error:
        raise GeneratorError(f"unable to parse file {path}: {error}", (path,)) from None
    if data is None:
        return [{}]
    if isinstance(data, Mapping):
        return [data]
    if isinstance(data, list):
        if not all(isinstance(item, Mapping) or item is None for item in data):
            raise GeneratorError(f"unable to parse file {path}: a list must hold mappings only", (path,))
        return [item or {} for item in data]
    raise GeneratorError(f"unable to parse file {path}: it holds neither a mapping nor a list of mappings", (path,))


def _file_params(data: Mapping[str, Any], path: str, prefix: str, go_template: bool) -> dict[str, Any]:
    directory = posixpath.dirname(path) or "."
    base, filename = posixpath.basename(directory) or ".", posixpath.basename(path)
    if go_template:
        params = dict(data)
        about = {
            "path": directory,
            "basename": base,
            "filename": filename,
            "basenameNormalized": normalize_name(base),
            "filenameNormalized": normalize_name(filename),
            "segments": directory.split("/"),
        }
        if prefix:
            params[prefix] = {"path": about}
        else:
            params["path"] = about
        return params
    flat = {key: sprint(value) for key, value in flatten(data).items()}
    name = f"{prefix}.path" if prefix else "path"
    flat[name] = directory
    flat[f"{name}.basename"] = base
    flat[f"{name}.filename"] = filename
    flat[f"{name}.basenameNormalized"] = normalize_name(base)
    flat[f"{name}.filenameNormalized"] = normalize_name(filename)
    flat |= {f"{name}[{index}]": segment for index, segment in enumerate(directory.split("/")) if segment}
    return dict(flat)


def _git_directories(body: Mapping[str, Any], patterns: Sequence[Any], context: GeneratorContext) -> list[ParamSet]:
    includes, excludes = _items(patterns, context, exclude_since=(0, 0))
    prefix = str(body.get("pathParamPrefix") or "")
    result: list[ParamSet] = []
    for directory in list_directories(includes, excludes, context.files.paths()):
        base = posixpath.basename(directory)
        params: dict[str, Any]
        if context.go_template:
            about = {
                "path": directory,
                "basename": base,
                "basenameNormalized": normalize_name(base),
                "segments": directory.split("/"),
            }
            params = {prefix: {"path": about}} if prefix else {"path": about}
        else:
            name = f"{prefix}.path" if prefix else "path"
            params = {name: directory, f"{name}.basename": base, f"{name}.basenameNormalized": normalize_name(base)}
            params |= {f"{name}[{index}]": segment for index, segment in enumerate(directory.split("/"))}
        result.append(ParamSet(params))
    return result


def _with_values(sets: list[ParamSet], values: Any, context: GeneratorContext) -> list[ParamSet]:
    """`values:` of a generator, rendered from that generator's own parameters."""
    if not isinstance(values, Mapping) or not values:
        return sets
    texts = {str(key): value if isinstance(value, str) else sprint(value) for key, value in values.items()}
    rendered = _rendered([texts], [params.values for params in sets], context)
    result = []
    for params, (own,) in zip(sets, rendered, strict=True):
        extra = {"values": TemplatedValues(own)} if context.go_template else {f"values.{k}": v for k, v in own.items()}
        result.append(ParamSet({**params.values, **extra}, params.files))
    return result


def _rendered(trees: Sequence[Any], data: Sequence[Mapping[str, Any]], context: GeneratorContext) -> list[list[Any]]:
    try:
        return render_trees(trees, data, context.renderer(), context.missing)
    except TemplateError as error:
        raise GeneratorError(f"failed to replace parameters in a generator: {error}") from None


# --- list


def _list(body: Mapping[str, Any], context: GeneratorContext) -> list[ParamSet]:
    elements = body.get("elements")
    items: list[Any] = list(elements) if isinstance(elements, list) else []
    text = body.get("elementsYaml")
    if isinstance(text, str) and text.strip():
        from masgitops_lint.repo.yaml import parse

        document = parse("elementsYaml", text.encode())
        if not document.ok or not isinstance(document.data, list):
            raise GeneratorError("error unmarshalling decoded ElementsYaml: it is no list of mappings")
        items += document.data
    return [ParamSet(_element(item, context.go_template)) for item in items]


def _element(item: Any, go_template: bool) -> dict[str, Any]:
    if not isinstance(item, Mapping):
        raise GeneratorError("error unmarshalling list element: it is no mapping")
    if go_template:
        return dict(item)
    params: dict[str, Any] = {}
    for key, value in item.items():
        if key == "values":
            if not isinstance(value, Mapping):
                raise GeneratorError("error parsing values map: it is no mapping")
            for name, below in value.items():
                if not isinstance(below, str):
                    raise GeneratorError(f"error parsing value as string: values.{name} is no string")
                params[f"values.{name}"] = below
        elif isinstance(value, str):
            params[str(key)] = value
        else:
            raise GeneratorError(f"error parsing value as string: {key} is no string")
    return params


# --- merge and matrix


def _children(body: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = body.get("generators")
    children = [child for child in found if isinstance(child, Mapping)] if isinstance(found, list) else []
    for child in children:
        if len(kinds_of(child)) > 1:
            raise GeneratorError(f"found more than one generator in {name}.Generators")
    return children


def _merge(body: Mapping[str, Any], context: GeneratorContext) -> list[ParamSet]:
    # The message says matrix: that is what Argo CD prints for both.
    children = _children(body, "matrix")
    if len(children) < 2:
        raise GeneratorError("found less than two generators, Merge requires two or more")
    sets = [_generate(child, context, nested=True) for child in children]
    keys = body.get("mergeKeys")
    try:
        return merge_param_sets(
            sets,
            [str(key) for key in keys] if isinstance(keys, list) else [],
            go_template=context.go_template,
            keep_scalars=not context.since(2, 8),
        )
    except MergeError as error:
        raise GeneratorError(str(error), error.files) from None


def _matrix(body: Mapping[str, Any], context: GeneratorContext) -> list[ParamSet]:
    children = _children(body, "matrix")
    if len(children) < 2:
        raise GeneratorError("found less than two generators, Matrix support only two")
    if len(children) > 2:
        raise GeneratorError("found more than two generators, Matrix support only two")
    result: list[ParamSet] = []
    firsts = _generate(children[0], context, nested=True)
    seconds = _rendered([children[1]], [first.values for first in firsts], context)
    for first, (second,) in zip(firsts, seconds, strict=True):
        for other in _generate(second, context, nested=True):
            try:
                result.append(combine(first, other, go_template=context.go_template, version=context.version))
            except MergeError as error:
                raise GeneratorError(str(error), error.files) from None
    return result


# --- selector


def selected(selector: Mapping[str, Any], values: Mapping[str, Any], *, go_template: bool) -> bool:
    """Whether a label selector matches the flattened parameters. Raises `GeneratorError` for an unknown operator."""
    labels = {key: sprint(value) for key, value in (flatten(values) if go_template else values).items()}
    wanted = selector.get("matchLabels")
    for key, value in wanted.items() if isinstance(wanted, Mapping) else ():
        if labels.get(str(key)) != str(value):
            return False
    expressions = selector.get("matchExpressions")
    return all(
        _matches(expression, labels)
        for expression in (expressions if isinstance(expressions, list) else ())
        if isinstance(expression, Mapping)
    )


def _matches(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    key, operator = str(expression.get("key", "")), expression.get("operator")
    found = expression.get("values")
    values = [str(value) for value in found] if isinstance(found, list) else []
    if operator == "In":
        return labels.get(key) in values if key in labels else False
    if operator == "NotIn":
        return labels.get(key) not in values
    if operator == "Exists":
        return key in labels
    if operator == "DoesNotExist":
        return key not in labels
    raise GeneratorError(f"{operator!r} is not a valid label selector operator")
