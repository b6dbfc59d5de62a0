"""What `.mas-lint.yaml` can say, as frozen values with their defaults. Needs no validation library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, TypeAlias

SeverityName: TypeAlias = Literal["error", "warning", "note"]
FailOn: TypeAlias = Literal["error", "warning", "note", "never"]
Globbing: TypeAlias = Literal["greedy", "strict", "both"]
Layout: TypeAlias = Literal["mas", "argocd", "flux", "kustomize", "ignore"]
ExtraFileLevel: TypeAlias = Literal["cluster", "instance", "sls", "aiservice", "tenant"]

NOTHING: Mapping[str, Any] = {}
"""No settings of a kind."""


class AccountSettings(NamedTuple):
    """What the config repo itself does not say about one account (one account root).

    `charts` is a release of the source repo (`8.4.2`) or a path to a checkout; None means: take the newest known.
    The three flags and `parameters` (dotted names) are Helm parameters of the account root chart; None means that the
    settings do not say.
    """

    charts: str | None = None
    revision: str | None = None
    argocd_version: str | None = None
    production: bool = False
    auto_delete: bool | None = None
    cluster_admin_role: bool | None = None
    application_admin_role: bool | None = None
    parameters: Mapping[str, Any] = NOTHING

    def root_parameters(self) -> dict[str, Any]:
        """The Helm parameters that the settings give, by dotted name; empty when they give none."""
        named = {
            "auto_delete": self.auto_delete,
            "cluster_admin_role": self.cluster_admin_role,
            "application_admin_role": self.application_admin_role,
            "source.revision": self.revision,
        }
        return {**self.parameters, **{name: value for name, value in named.items() if value is not None}}


class SourceSettings(NamedTuple):
    """Where the charts come from for every account that does not say otherwise: release or path, and Git revision."""

    charts: str | None = None
    revision: str | None = None


class DeclaredSecret(NamedTuple):
    """A secret that exists because somebody or something outside the repo creates it.

    `path` may hold `{account}`, `{cluster}`, `{instance}`, `{tenant}` and `*`. No `fields` means: any field.
    """

    path: str
    fields: tuple[str, ...] = ()
    created_by: str = ""


class SecretSettings(NamedTuple):
    """The secret store and what is known to be in it. `backend` None means: detect it from the references."""

    backend: str | None = None
    declared: tuple[DeclaredSecret, ...] = ()
    path_convention: tuple[str, ...] = ()


class ExtraFile(NamedTuple):
    """A config file that patched charts read: which level's generator merges it, and its top-level keys."""

    level: ExtraFileLevel
    keys: tuple[str, ...] = ()


class ContractSettings(NamedTuple):
    """What patched charts read beyond the release: more keys, more files, other fields of secrets.

    `keys_read` maps a config file's name (or `*`) to dotted key paths, `secret_fields` a secret path pattern to fields.
    """

    keys_read: Mapping[str, tuple[str, ...]] = NOTHING
    files: Mapping[str, ExtraFile] = NOTHING
    secret_fields: Mapping[str, tuple[str, ...]] = NOTHING


class DeclaredCluster(NamedTuple):
    """A cluster that Argo CD knows but the repo does not declare, for cluster generators and version checks."""

    server: str = ""
    labels: Mapping[str, str] = NOTHING
    annotations: Mapping[str, str] = NOTHING
    openshift_version: str | None = None
    kubernetes_version: str | None = None
    architecture: str | None = None


class Thresholds(NamedTuple):
    """From how many Applications or instances on a change counts as a large one."""

    changed_applications: int = 100
    removed_applications: int = 10
    changed_instances: int = 10


class Settings(NamedTuple):
    """The settings of a run. `path` is the file they come from, None for the defaults."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, SeverityName] = NOTHING
    per_file_ignores: Mapping[str, tuple[str, ...]] = NOTHING
    rules: Mapping[str, Mapping[str, Any]] = NOTHING
    fail_on: FailOn = "error"
    baseline: str | None = None
    exclude: tuple[str, ...] = ()
    accounts: Mapping[str, AccountSettings] = NOTHING
    source: SourceSettings = SourceSettings()
    argocd_version: str | None = None
    flux_version: str | None = None
    globbing: Globbing = "both"
    layouts: Mapping[str, Layout] = NOTHING
    repository_urls: tuple[str, ...] = ()
    secrets: SecretSettings = SecretSettings()
    contract: ContractSettings = ContractSettings()
    clusters: Mapping[str, DeclaredCluster] = NOTHING
    thresholds: Thresholds = Thresholds()
    stateful_kinds: tuple[str, ...] = ()
    path: str | None = None

    def account(self, account: str) -> AccountSettings:
        """What is said about one account; the defaults for an account that is not named."""
        return self.accounts.get(account) or AccountSettings()

    def charts_for(self, account: str) -> str | None:
        """The release or path of the charts that serve an account, or None when the settings do not say."""
        return self.account(account).charts or self.source.charts

    def revision_for(self, account: str) -> str | None:
        """The source revision of an account, or None when the settings do not say."""
        return self.account(account).revision or self.source.revision

    def argocd_version_for(self, account: str) -> str | None:
        """The Argo CD version that serves an account, or None when the settings do not say."""
        return self.account(account).argocd_version or self.argocd_version
