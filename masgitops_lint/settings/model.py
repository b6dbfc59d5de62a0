"""The pydantic model of `.mas-lint.yaml`: validates, documents and becomes the published JSON Schema.

Import it only where a settings file exists or the schema is asked for: pydantic costs 90 ms to import. Every model
has the fields of its frozen twin in `values`, which `to_values` builds.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from masgitops_lint.model.secret import Backend

from . import values
from .values import ExtraFileLevel, FailOn, Globbing, Layout, SeverityName

Text = Annotated[str, StringConstraints(min_length=1)]
Code = Annotated[str, StringConstraints(min_length=1, pattern=r"^[A-Za-z][A-Za-z0-9-]*$")]
Glob = Annotated[str, StringConstraints(min_length=1)]
Version = Annotated[str, StringConstraints(pattern=r"^v?\d+(\.\d+){0,3}([-+][0-9A-Za-z.+-]+)?$")]


def _kebab(name: str) -> str:
    return name.replace("_", "-")


class _Strict(BaseModel):
    """Unknown keys are errors; keys are written with hyphens."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        alias_generator=_kebab,
        populate_by_name=False,
        use_attribute_docstrings=True,
    )


class AccountModel(_Strict):
    """One account: the things that the config repo does not say."""

    charts: Text | None = None
    """Release of the source repo that serves the account, such as `8.4.2`, or a checkout of it: a path that starts with
    a dot (it counts from this file) or a slash."""
    revision: Text | None = None
    """Git revision of the source repo that the account root uses (`source.revision`)."""
    argocd_version: Version | None = None
    """Version of the Argo CD that serves the account. Write it in quotes."""
    production: bool = False
    """Whether losing data here is worse than elsewhere: rules on deletion and on moving revisions are stricter."""
    auto_delete: bool | None = Field(default=None, alias="auto_delete")
    """Helm parameter of the account root: whether Argo CD applies removals. The charts' default is false."""
    cluster_admin_role: bool | None = Field(default=None, alias="cluster_admin_role")
    """Helm parameter of the account root: whether cluster-scoped Applications are rendered. Default true."""
    application_admin_role: bool | None = Field(default=None, alias="application_admin_role")
    """Helm parameter of the account root: whether application-scoped Applications are rendered. Default true."""
    parameters: dict[str, Any] = Field(default_factory=dict)
    """Further Helm parameters of the account root chart by dotted name, such as `argo.namespace`."""


class SourceModel(_Strict):
    """The charts of every account that does not say otherwise."""

    charts: Text | None = None
    """Release of the source repo, such as `8.4.2`, or a checkout of it: a path that starts with a dot (it counts from
    this file) or a slash."""
    revision: Text | None = None
    """Git revision of the source repo."""


class DeclaredSecretModel(_Strict):
    """A secret that is created outside the repo."""

    path: Text
    """Path of the secret in its store. `{account}`, `{cluster}`, `{instance}`, `{tenant}` and `*` are placeholders."""
    fields: list[Text] = Field(default_factory=list)
    """Fields that it has. Without the list every field is taken to exist."""
    created_by: str = ""
    """Who or what creates it; shown in the secrets inventory."""


class SecretsModel(_Strict):
    """The secret store and what is known to be in it."""

    backend: Backend | None = None
    """The store behind the vault placeholders. Without it the references tell."""
    declared: list[DeclaredSecretModel] = Field(default_factory=list)
    """Secrets that are created outside the repo and so need no writer in it."""
    path_convention: list[Text] = Field(default_factory=list)
    """Patterns of the paths that your secrets have, such as `secret/data/{account}/{cluster}/*`."""


class ExtraFileModel(_Strict):
    """A config file that only patched charts read."""

    level: ExtraFileLevel
    """The generator that merges it."""
    keys: list[Text] = Field(default_factory=list)
    """Top-level keys that it may hold. Without the list every key is taken to be read."""


class ContractModel(_Strict):
    """What patched charts read beyond their release."""

    keys_read: dict[Text, list[Text]] = Field(default_factory=dict)
    """More keys that are read: config file name (or `*`) to dotted key paths."""
    files: dict[Text, ExtraFileModel] = Field(default_factory=dict)
    """More config files that are read, by file name."""
    secret_fields: dict[Text, list[Text]] = Field(default_factory=dict)
    """Other fields of secrets: secret path pattern to field names."""


class ClusterModel(_Strict):
    """A cluster that Argo CD knows and the repo does not declare."""

    server: str = ""
    """URL of its API server."""
    labels: dict[str, str] = Field(default_factory=dict)
    """Labels of its cluster secret, which cluster generators select on."""
    annotations: dict[str, str] = Field(default_factory=dict)
    """Annotations of its cluster secret."""
    openshift_version: Version | None = None
    """OpenShift version. Write it in quotes."""
    kubernetes_version: Version | None = None
    """Kubernetes version. Write it in quotes."""
    architecture: Literal["amd64", "ppc64le", "s390x"] | None = None
    """Processor architecture of its nodes, for the operator catalogue."""


class ThresholdsModel(_Strict):
    """From which size on a change counts as a large one."""

    changed_applications: int = Field(default=100, ge=1)
    """Applications that a change adds, removes or changes."""
    removed_applications: int = Field(default=10, ge=1)
    """Applications that a change removes."""
    changed_instances: int = Field(default=10, ge=1)
    """MAS instances that a change touches."""


class SettingsModel(_Strict):
    """Settings of mas-lint for one config repo: `.mas-lint.yaml` in the linted directory or above it."""

    select: list[Code] = Field(default_factory=list)
    """Rules to run: codes, prefixes of codes, or names. Empty means all."""
    ignore: list[Code] = Field(default_factory=list)
    """Rules not to run: codes, prefixes of codes, or names. The longer (more exact) entry of the two lists wins."""
    severity: dict[Code, SeverityName] = Field(default_factory=dict)
    """Another severity for a rule, by code, prefix or name."""
    per_file_ignores: dict[Glob, list[Code]] = Field(default_factory=dict)
    """Rules whose findings are dropped in some files: path pattern to codes, prefixes or names."""
    rules: dict[Code, dict[str, Any]] = Field(default_factory=dict)
    """Options of rules, by code or name. `mas-lint explain CODE` lists a rule's options."""
    fail_on: FailOn = "error"
    """The severity from which a run fails with exit code 1."""
    baseline: Text | None = None
    """Path of the baseline file, relative to this file."""
    exclude: list[Glob] = Field(default_factory=list)
    """Path patterns of files that are neither read nor reported."""
    accounts: dict[Text, AccountModel] = Field(default_factory=dict)
    """The accounts, by their id."""
    source: SourceModel = Field(default_factory=SourceModel)
    """The charts of every account that does not say otherwise."""
    argocd_version: Version | None = None
    """Version of the Argo CD that serves the repo. Write it in quotes. Without it the repo's manifests tell."""
    flux_version: Version | None = None
    """Version of Flux, for Flux repos. Write it in quotes."""
    globbing: Globbing = "both"
    """How Argo CD matches file generators: `strict` where ARGOCD_APPLICATIONSET_CONTROLLER_ENABLE_NEW_GIT_FILE_GLOBBING
    is set, `greedy` where it is not (the default of Argo CD, `*` also matches `/`), `both` when you don't know."""
    layouts: dict[Glob, Layout] = Field(default_factory=dict)
    """What the repo's directories are where detection is wrong: path pattern to layout."""
    repository_urls: list[Text] = Field(default_factory=list)
    """Further Git URLs under which Argo CD or Flux reads this very repo."""
    secrets: SecretsModel = Field(default_factory=SecretsModel)
    """The secret store and what is known to be in it."""
    contract: ContractModel = Field(default_factory=ContractModel)
    """What patched charts read beyond their release."""
    clusters: dict[Text, ClusterModel] = Field(default_factory=dict)
    """Clusters that the repo does not declare, by name."""
    thresholds: ThresholdsModel = Field(default_factory=ThresholdsModel)
    """From which size on a change counts as a large one."""
    stateful_kinds: list[Text] = Field(default_factory=list)
    """Further kinds whose deletion loses data, such as `Db2uInstance`."""


def to_values(model: SettingsModel, path: str | None) -> values.Settings:
    """The frozen settings of a validated file."""
    return values.Settings(
        select=tuple(model.select),
        ignore=tuple(model.ignore),
        severity=dict(model.severity),
        per_file_ignores=_tuples(model.per_file_ignores),
        rules={code: dict(options) for code, options in model.rules.items()},
        fail_on=model.fail_on,
        baseline=model.baseline,
        exclude=tuple(model.exclude),
        accounts={name: values.AccountSettings(**_fields(account)) for name, account in model.accounts.items()},
        source=values.SourceSettings(**_fields(model.source)),
        argocd_version=model.argocd_version,
        flux_version=model.flux_version,
        globbing=model.globbing,
        layouts=dict(model.layouts),
        repository_urls=tuple(model.repository_urls),
        secrets=values.SecretSettings(
            backend=model.secrets.backend,
            declared=tuple(
                values.DeclaredSecret(secret.path, tuple(secret.fields), secret.created_by)
                for secret in model.secrets.declared
            ),
            path_convention=tuple(model.secrets.path_convention),
        ),
        contract=values.ContractSettings(
            keys_read=_tuples(model.contract.keys_read),
            files={name: values.ExtraFile(file.level, tuple(file.keys)) for name, file in model.contract.files.items()},
            secret_fields=_tuples(model.contract.secret_fields),
        ),
        clusters={name: values.DeclaredCluster(**_fields(cluster)) for name, cluster in model.clusters.items()},
        thresholds=values.Thresholds(**_fields(model.thresholds)),
        stateful_kinds=tuple(model.stateful_kinds),
        path=path,
    )


def _fields(model: BaseModel) -> dict[str, Any]:
    return {name: getattr(model, name) for name in type(model).model_fields}


def _tuples(lists: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(entries) for key, entries in lists.items()}
