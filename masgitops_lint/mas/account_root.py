"""The Account Root Application: the one manifest outside the config files that sets what every level inherits.

Its Helm values and parameters (`root-applications/ibm-mas-account-root/values.yaml` documents the names) decide the
source release, the roles, and whether removals are applied (`auto_delete`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from masgitops_lint.model.place import Place

if TYPE_CHECKING:
    from masgitops_lint.repo.repository import Repository

CHART_PATH = "root-applications/ibm-mas-account-root"

DOCUMENTED_DEFAULTS: Mapping[str, Any] = {
    "auto_delete": False,
    "cluster_admin_role": True,
    "application_admin_role": True,
}
"""What the account root chart assumes when the manifest says nothing."""


class AccountRoot(NamedTuple):
    """The parameters of one account. `values` holds nested Helm values; `places` tells where each dotted name is set.

    `origin` is "manifest", "settings" or "defaults"; `manifest` is the Application's own place when one was found.
    """

    account: str
    values: Mapping[str, Any]
    origin: str
    manifest: Place | None = None
    places: Mapping[str, Place] = {}

    def get(self, name: str, default: Any = None) -> Any:
        """The value of the dotted parameter `name`."""
        current: Any = self.values
        for part in name.split("."):
            if not isinstance(current, Mapping) or part not in current:
                return default
            current = current[part]
        return current

    def flag(self, name: str) -> bool:
        """A boolean parameter as a Helm guard reads it after `--set`: only false, empty and zero are false."""
        value = self.get(name, DOCUMENTED_DEFAULTS.get(name, False))
        if isinstance(value, str):
            return value.lower() not in ("", "false", "null", "0")
        return bool(value)

    @property
    def revision(self) -> str:
        """The Git revision of the source repo, or ""."""
        value = self.get("source.revision")
        return "" if value is None else str(value)


def _set(values: dict[str, Any], name: str, value: Any) -> None:
    current = values
    *parents, last = name.split(".")
    for part in parents:
        below = current.get(part)
        if not isinstance(below, dict):
            below = current[part] = {}
        current = below
    current[last] = value


def _infer(text: Any) -> Any:
    """`--set` type inference for the values that matter here: booleans stay booleans, the rest is text."""
    if isinstance(text, str) and text in ("true", "false"):
        return text == "true"
    return text


def _leaves(value: Any, prefix: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    if isinstance(value, dict):
        for key, below in value.items():
            dotted = f"{prefix}.{key}" if prefix else str(key)
            yield dotted, tuple(dotted.split("."))
            yield from _leaves(below, dotted)


def _from_application(path: str, document: int, manifest: dict[str, Any]) -> Iterator[AccountRoot]:
    spec = manifest.get("spec")
    if not isinstance(spec, dict):
        return
    sources = [(("spec", "source"), spec.get("source"))]
    if isinstance(spec.get("sources"), list):
        sources += [(("spec", "sources", i), s) for i, s in enumerate(spec["sources"])]  # type: ignore[misc]
    for keys, source in sources:
        if not isinstance(source, dict) or str(source.get("path", "")).strip("/") != CHART_PATH:
            continue
        helm_value = source.get("helm")
        helm: dict[str, Any] = helm_value if isinstance(helm_value, dict) else {}
        values: dict[str, Any] = {}
        places: dict[str, Place] = {}
        inline = helm.get("valuesObject")
        if isinstance(inline, dict):
            values.update(inline)
            for dotted, route in _leaves(inline):
                places[dotted] = Place(path, (*keys, "helm", "valuesObject", *route), document=document)
        elif isinstance(helm.get("values"), str):
            from masgitops_lint.repo.yaml import parse

            parsed = parse(path, helm["values"].encode()).data
            if isinstance(parsed, dict):
                values.update(parsed)
                for dotted, _ in _leaves(parsed):
                    places[dotted] = Place(path, (*keys, "helm", "values"), document=document)
        parameters = helm.get("parameters")
        for index, parameter in enumerate(parameters if isinstance(parameters, list) else ()):
            if isinstance(parameter, dict) and isinstance(parameter.get("name"), str):
                name = parameter["name"]
                raw = parameter.get("value")
                _set(values, name, raw if parameter.get("forceString") else _infer(raw))
                places[name] = Place(path, (*keys, "helm", "parameters", index, "value"), document=document)
        revision = source.get("targetRevision")
        if isinstance(revision, str | int | float) and not isinstance(values.get("source"), dict):
            _set(values, "source.revision", str(revision))
            places["source.revision"] = Place(path, (*keys, "targetRevision"), document=document)
        account = values.get("account")
        name = account.get("id") if isinstance(account, dict) else None
        yield AccountRoot(
            account="" if name is None else str(name),
            values=values,
            origin="manifest",
            manifest=Place(path, keys, document=document),
            places=places,
        )


def find_account_roots(repository: Repository, known_names: frozenset[str]) -> tuple[AccountRoot, ...]:
    """Account Root Applications among the YAML files that are not MAS config files by name.

    Only files whose bytes mention the chart are parsed.
    """
    found: list[AccountRoot] = []
    needle = b"ibm-mas-account-root"
    for path in repository.yaml_paths:
        if path.rsplit("/", 1)[-1] in known_names:
            continue
        try:
            raw = repository.read(path)
        except OSError:
            continue
        if needle not in raw or b"Application" not in raw:
            continue
        for index, manifest in enumerate(repository.document(path).documents):
            if isinstance(manifest, dict) and manifest.get("kind") == "Application":
                found.extend(_from_application(path, index, manifest))
    return tuple(found)
