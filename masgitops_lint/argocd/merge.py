"""How the merge and matrix generators put parameter sets together (argo-cd applicationset/generators/merge.go).

With goTemplate the values are merged by mergo with override: maps go deep, everything else is replaced whole, also by
"", 0, false, [] and null, while {} clears nothing. Without goTemplate parameters are flat and simply overlaid.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from .gotext import sprint


class ParamSet(NamedTuple):
    """The parameters of one generated Application, and the files they came from, in merge order."""

    values: dict[str, Any]
    files: tuple[str, ...] = ()


class MergeError(ValueError):
    """Parameter sets that cannot be merged. `files` are the files that clash."""

    def __init__(self, message: str, files: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.files = files


def merge_values(base: Mapping[str, Any], over: Mapping[str, Any], *, keep_scalars: bool = False) -> dict[str, Any]:
    """A new mapping: `over` laid over `base`. `keep_scalars` is mergo up to 0.3.13 (Argo CD up to 2.7): there a base
    scalar or list survives a map laid over it."""
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        if isinstance(value, Mapping) and isinstance(below, Mapping):
            merged[key] = merge_values(below, value, keep_scalars=keep_scalars) if below else value
        elif keep_scalars and isinstance(value, Mapping) and below not in (None, "", 0, False, []):
            continue
        else:
            merged[key] = value
    return merged


def merge_key(values: Mapping[str, Any], keys: Sequence[str]) -> str:
    """The identity of a parameter set: JSON of the merge keys, so 1 and "1" differ and a missing key is null."""
    return json.dumps({key: _float(values.get(key)) for key in keys}, sort_keys=True, separators=(",", ":"))


def _float(value: Any) -> Any:
    """Numbers as Go has them: 1 and 1.0 are one value, true is another."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return int(value)
    if isinstance(value, Mapping):
        return {str(key): _float(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_float(item) for item in value]
    return value


def merge_param_sets(
    children: Sequence[Sequence[ParamSet]], keys: Sequence[str], *, go_template: bool, keep_scalars: bool = False
) -> list[ParamSet]:
    """What a merge generator emits: one set for each of the first child, the others' matching sets laid over it.

    Sets of later children without a match are dropped. The order is that of the first child (Argo CD's is random).
    Raises `MergeError`.
    """
    if len(children) < 2:
        raise MergeError("found less than two generators, Merge requires two or more")
    if not keys:
        raise MergeError("no merge keys were specified, Merge requires at least one")
    indexed = [_by_key(child, keys) for child in children]
    result: list[ParamSet] = []
    for identity, base in indexed[0].items():
        values, files = base
        for child in indexed[1:]:
            over = child.get(identity)
            if over is None:
                continue
            if go_template:
                _check_values(values, over.values)
                values = merge_values(values, over.values, keep_scalars=keep_scalars)
            else:
                values = {**values, **over.values}
            files += over.files
        result.append(ParamSet(values, files))
    return result


def _check_values(base: Mapping[str, Any], over: Mapping[str, Any]) -> None:
    # mergo panics: a map[string]string takes no other values (argo-cd issues 16417, 23014)
    ours, theirs = base.get("values"), over.get("values")
    if isinstance(ours, TemplatedValues) and isinstance(theirs, Mapping) and not isinstance(theirs, TemplatedValues):
        raise MergeError(
            "the `values` of a generator and a `values` map from a file or list element cannot be merged: "
            "Argo CD panics (reflect.Value.SetMapIndex)"
        )


class TemplatedValues(dict[str, str]):
    """A generator's own `values`: text to text in Go, unlike the maps that come out of files."""


def _by_key(child: Sequence[ParamSet], keys: Sequence[str]) -> dict[str, ParamSet]:
    found: dict[str, ParamSet] = {}
    for params in child:
        identity = merge_key(params.values, keys)
        if identity in found:
            raise MergeError(
                "the parameters from a generator were not unique by the given mergeKeys, Merge requires all param "
                f"sets to be unique. Duplicate key was {identity}",
                found[identity].files + params.files,
            )
        found[identity] = params
    return found


def combine(
    first: ParamSet, second: ParamSet, *, go_template: bool, version: tuple[int, ...] | None = None
) -> ParamSet:
    """One cell of a matrix. Raises `MergeError`.

    With goTemplate the first child wins, deep, since 2.9; before, its empty values did not. Without, one key with two
    different values is an error.
    """
    files = first.files + second.files
    if go_template:
        if version is not None and version[:2] < (2, 9):
            return ParamSet(_merge_missing(first.values, second.values), files)
        return ParamSet(merge_values(second.values, first.values), files)
    for key, value in second.values.items():
        if key in first.values and first.values[key] != value:
            raise MergeError(
                f"found duplicate key {key} with different value, a: {sprint(first.values[key])} ,b: {sprint(value)}",
                files,
            )
    return ParamSet({**first.values, **second.values}, files)


def _merge_missing(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """mergo without override: only what is missing or empty in `base` is taken from `over`."""
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        if isinstance(below, Mapping) and isinstance(value, Mapping) and below:
            merged[key] = _merge_missing(below, value)
        elif below in (None, "", 0, False, [], {}):
            merged[key] = value
    return merged
