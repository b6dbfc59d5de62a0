"""The exact tree of a small source repo: what is built, what fails and where, what is frozen and what is lost."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from masgitops_lint.argocd.applicationset import FINALIZER
from masgitops_lint.deployment.deployment import Deployment, RenderFailure
from masgitops_lint.deployment.exact import ExactOptions
from masgitops_lint.deployment.leaf_runner import DirectoryCache, LeafRunner
from masgitops_lint.model.application import Application
from masgitops_lint.settings import AccountSettings, Settings

from .shop import CONFIG, deploy, lay_config

pytest.importorskip("helm_python")

CLUSTER = "dev/c1/ibm-mas-cluster-base.yaml"
INSTANCE = "dev/c1/i1/ibm-mas-instance-base.yaml"
CATALOG = "dev/c1/ibm-operator-catalog.yaml"
CERTS = "dev/c1/redhat-cert-manager.yaml"
DATABASES = "dev/c1/i1/ibm-db2u-databases.yaml"
APPS = "dev/c1/i1/ibm-mas-suite-configs.yaml"


def changed(path: str, old: str, new: str) -> dict[str, str | None]:
    assert old in CONFIG[path]
    return {path: CONFIG[path].replace(old, new)}


def only(deployment: Deployment, name: str) -> Application:
    (application,) = deployment.by_name[name]
    return application


def failure(deployment: Deployment) -> RenderFailure:
    (error,) = deployment.errors
    return error


def test_the_whole_tree(tmp_path: Path) -> None:
    found = deploy(lay_config(tmp_path))
    assert found.errors == ()
    assert found.frozen == ()
    assert [(app.name, app.parent, app.wave) for app in found.applications] == [
        ("clusters.dev", None, 0),
        ("cluster.c1", "clusters.dev", 0),
        ("operator.c1", "cluster.c1", 10),
        ("certs.c1", "cluster.c1", 20),
        ("instances.c1", "cluster.c1", 99),
        ("instance.c1.i1", "instances.c1", 99),
        ("db.c1.i1.one", "instance.c1.i1", 120),
        ("db.c1.i1.two", "instance.c1.i1", 100),
        ("shop.c1", "instance.c1.i1", 200),
    ]


def test_what_an_application_says(tmp_path: Path) -> None:
    found = deploy(lay_config(tmp_path))
    operator = only(found, "operator.c1")
    assert (operator.server, operator.namespace, operator.path) == (
        "https://c1",
        "operators",
        "cluster-applications/010-operator",
    )
    assert (operator.prune, operator.finalizers, operator.plugin) == (None, (FINALIZER,), True)
    assert operator.sync_options == ("CreateNamespace=true",)
    assert (operator.scope, operator.account, operator.cluster, operator.instance) == ("dev/c1", "dev", "c1", "")
    assert (operator.source.path, operator.source.keys) == (CATALOG, ("ibm_operator_catalog",))
    assert operator.values["version"] == "v9"
    assert operator.template == "000-operator.yaml"
    root = only(found, "instance.c1.i1")
    assert root.finalizers == (FINALIZER,)
    assert (root.source.path, root.source.keys) == (INSTANCE, ())
    assert only(found, "certs.c1").finalizers == ()
    assert only(found, "db.c1.i1.two").prune is False


def test_list_entries_are_told_apart_behind_a_filter(tmp_path: Path) -> None:
    found = deploy(lay_config(tmp_path))
    assert only(found, "db.c1.i1.one").source.keys == ("ibm_db2u_databases", 0)
    assert only(found, "db.c1.i1.two").source.keys == ("ibm_db2u_databases", 2)
    assert only(found, "shop.c1").source.keys == ("ibm_mas_suite_configs", 0)


def test_resources(tmp_path: Path) -> None:
    found = deploy(lay_config(tmp_path))
    secret, subscription = sorted(found.resources["operator.c1"], key=lambda one: one.kind)
    assert (secret.hooks, secret.delete_policies) == (("PreSync",), ("HookSucceeded", "BeforeHookCreation"))
    assert secret.sync_options == ("Prune=false", "Replace=true")
    assert secret.secrets == ("<path:dev/c1#key>",)
    assert (secret.namespace, secret.group) == ("operators", "")
    assert (subscription.name, subscription.wave, subscription.group) == ("op-operatorapp", 5, "operators.coreos.com")
    database, job = found.resources["db.c1.i1.one"]
    assert (database.kind, database.namespace) == ("Db2uInstance", "db-i1")
    assert (job.wave, job.hooks, job.delete_policies) == (7, ("PostSync",), ("HookSucceeded",))
    assert [(one.kind, one.namespace) for one in found.resources["certs.c1"]] == [
        ("ConfigMap", "certs"),
        ("Namespace", ""),
    ]


def test_account_parameters_reach_every_level(tmp_path: Path) -> None:
    settings = Settings(accounts={"dev": AccountSettings(auto_delete=True, parameters={"avp.values_varname": "VALS"})})
    found = deploy(lay_config(tmp_path), settings=settings)
    assert only(found, "operator.c1").prune is True
    assert only(found, "db.c1.i1.one").prune is True
    assert only(found, "cluster.c1").prune is True
    assert only(found, "operator.c1").values["version"] == "v9"
    assert {(one.name, one.value, one.origin) for one in found.assumed["dev"]} >= {
        ("auto_delete", True, "settings"),
        ("cluster_admin_role", True, "defaults"),
    }


def test_a_helm_parameter_reaches_a_sub_chart(tmp_path: Path) -> None:
    repo = lay_config(tmp_path, {CLUSTER: CONFIG[CLUSTER] + "devops: {mongo_uri: mongo}\n"})
    assert [one.name for one in deploy(repo).resources["db.c1.i1.one"]] == ["report", "one", "setup"]


@pytest.mark.parametrize(
    ("changes", "place", "kind", "lost"),
    [
        # a value on the way is null or missing: the block, or the base file for what belongs there
        (
            changed(INSTANCE, "settings: {namespace: db2u}", "settings: null"),
            (INSTANCE, ("settings", "namespace")),
            "nil",
            3,
        ),
        (
            changed(INSTANCE, "settings: {namespace: db2u}\n", ""),
            (DATABASES, ("ibm_db2u_databases", 0, "name")),
            "nil",
            3,
        ),
        (changed(CLUSTER, "sm: {region: from-base}\n", ""), (CLUSTER, ()), "nil", 6),
        # one entry of a list
        (changed(DATABASES, "- name: two", "- name: 2"), (DATABASES, ("ibm_db2u_databases", 2, "name")), "type", 2),
        (changed(DATABASES, "  size: small", "  size: [1]"), (DATABASES, ("ibm_db2u_databases", 2, "size")), "type", 3),
        ({DATABASES: CONFIG[DATABASES] + "- null\n"}, (DATABASES, ("ibm_db2u_databases", 3, "name")), "nil", 3),
        (
            changed(DATABASES, "ibm_db2u_databases:\n", "ibm_db2u_databases: text\nrest:\n"),
            (DATABASES, ("ibm_db2u_databases",)),
            "type",
            1,
        ),
    ],
)
def test_a_root_that_does_not_render(tmp_path: Path, changes: Any, place: Any, kind: str, lost: int) -> None:
    found = deploy(lay_config(tmp_path, changes))
    error = failure(found)
    assert ((error.place.path, error.place.keys), error.kind, error.root) == (place, kind, True)
    assert len(error.lost) == lost
    assert not set(error.lost) & set(found.by_name)
    assert error.template
    assert error.line > 0


@pytest.mark.parametrize(
    ("changes", "application", "place", "kind", "template"),
    [
        (changed(DATABASES, "  size: small\n  storage: {class: gold}", "  size: small"),
         "db.c1.i1.two", (DATABASES, ("ibm_db2u_databases", 2, "storage", "class")), "nil", "db.yaml"),
        (changed(DATABASES, "- name: two", "- name: forbidden"),
         "db.c1.i1.forbidden", (DATABASES, ("ibm_db2u_databases", 2, "name")), "fail", "db.yaml"),
        (changed(CERTS, "  channel: stable", "  channel: stable\n  setup: 'yes'"),
         "certs.c1", (CERTS, ("redhat_cert_manager", "extra", "auth")), "nil", "certs.yaml"),
        (changed(APPS, "mas_config_chart: 200-app", "mas_config_chart: 200-apps"),
         "shop.c1", (APPS, ("ibm_mas_suite_configs", 0, "mas_config_chart")), "chart", ""),
        (changed(APPS, "  mas_config_chart: 200-app\n", ""),
         "shop.c1", (APPS, ("ibm_mas_suite_configs", 0, "mas_config_chart")), "chart", ""),
        (changed(APPS, "mas_config_chart: 200-app", "mas_config_chart: 210-broken"),
         "shop.c1", (APPS, ("ibm_mas_suite_configs", 0, "settings", "text")), "fail", "broken.yaml"),
        (changed(APPS, "    - text: {body: again}", "    - text: null"),
         "shop.c1", (APPS, ("ibm_mas_suite_configs", 0, "settings", "lines", 1, "text", "body")), "nil", "app.yaml"),
        (changed(APPS, "body: hello", "body: 'say \"hi\"'"),
         "shop.c1", (APPS, ("ibm_mas_suite_configs", 0, "settings", "lines", 0, "text", "body")), "yaml", "app.yaml"),
        (changed(APPS, "title: Shop", "title: '[open'"), "shop.c1", (APPS, ("ibm_mas_suite_configs", 0, "title")), "values", ""),
        (changed(APPS, "secret: plain", "secret: 'a\"b'"), "shop.c1", (APPS, ("ibm_mas_suite_configs", 0, "secret")), "values", ""),
    ],
)  # fmt: skip
def test_a_leaf_that_does_not_render(
    tmp_path: Path, changes: Any, application: str, place: Any, kind: str, template: str
) -> None:
    error = failure(deploy(lay_config(tmp_path, changes)))
    assert (error.application, error.kind, error.template, error.root) == (application, kind, template, False)
    assert (error.place.path, error.place.keys) == place
    assert error.lost == (application,)


def test_a_secret_never_shows_in_a_message(tmp_path: Path) -> None:
    found = deploy(lay_config(tmp_path, changed(APPS, "secret: plain", "secret: 'hunter\"2'")))
    assert all("hunter" not in error.message + error.expression for error in found.errors)
    found = deploy(
        lay_config(tmp_path, changed(DATABASES, "ibm_db2u_databases:\n", "ibm_db2u_databases: hunter\nrest:\n"))
    )
    assert all("hunter" not in error.message + error.expression for error in found.errors)


def test_two_files_with_one_merge_key_freeze_the_set(tmp_path: Path) -> None:
    copy = {"dev/c1/old/ibm-db2u-databases.yaml": CONFIG[DATABASES]}
    found = deploy(lay_config(tmp_path, copy))
    (frozen,) = found.frozen
    assert frozen.name == "instances.c1"
    assert "were not unique by the given mergeKeys" in frozen.reason
    assert [(place.path, place.keys) for place in frozen.places] == [
        (DATABASES, ("merge-key",)),
        ("dev/c1/old/ibm-db2u-databases.yaml", ("merge-key",)),
    ]
    assert frozen.lost == ("instance.c1.i1", "db.c1.i1.one", "db.c1.i1.two", "shop.c1")
    assert "instance.c1.i1" not in found.by_name


def test_greedy_globbing_reads_nested_copies_and_strict_does_not(tmp_path: Path) -> None:
    repo = lay_config(tmp_path, {"dev/c1/i1/backup/ibm-db2u-databases.yaml": CONFIG[DATABASES]})
    assert deploy(repo).frozen
    assert not deploy(repo, ExactOptions(globbing="strict")).frozen


def test_a_broken_file_freezes_the_set(tmp_path: Path) -> None:
    found = deploy(lay_config(tmp_path, {DATABASES: "merge-key: dev/c1/i1\nibm_db2u_databases: [\n"}))
    (frozen,) = found.frozen
    assert frozen.places[0].path == DATABASES
    assert frozen.places[0].span is not None
    assert set(frozen.lost) == {"instance.c1.i1", "shop.c1"}


def test_null_in_a_name_freezes_and_a_missing_id_is_rejected(tmp_path: Path) -> None:
    (frozen,) = deploy(lay_config(tmp_path / "a", changed(INSTANCE, "instance: {id: i1}", "instance: null"))).frozen
    assert (frozen.places[0].path, frozen.places[0].keys) == (INSTANCE, ("instance", "id"))
    error = failure(deploy(lay_config(tmp_path / "b", changed(INSTANCE, "instance: {id: i1}", "instance: {}"))))
    assert (error.kind, error.application) == ("name", "instance.c1.<no value>")
    assert (error.place.path, error.place.keys) == (INSTANCE, ("instance", "id"))
    assert len(error.lost) == 4


def test_a_missing_region_makes_a_bad_label(tmp_path: Path) -> None:
    error = failure(deploy(lay_config(tmp_path, changed(CLUSTER, "region: {id: eu}\n", ""))))
    assert (error.kind, error.application) == ("name", "cluster.c1")
    assert "label region" in error.message


def test_files_without_a_base_build_nothing(tmp_path: Path) -> None:
    found = deploy(lay_config(tmp_path, {INSTANCE: None}))
    assert "instance.c1.i1" not in found.by_name
    assert found.errors == ()
    assert found.frozen == ()


@pytest.mark.parametrize(
    ("changes", "keys", "kind"),
    [
        (changed(CATALOG, "version: v9", "version: '1.10'"), ("ibm_operator_catalog", "version"), "number"),
        (changed(CATALOG, "version: v9", "version: 'yes'"), ("ibm_operator_catalog", "version"), "boolean"),
        (changed(CATALOG, "version: v9", "version: '~'"), ("ibm_operator_catalog", "version"), "null"),
        (changed(CATALOG, "version: v9", "version: 'a #b'"), ("ibm_operator_catalog", "version"), "text"),
        (changed(CATALOG, "key: <path:dev/c1#key>", "key: {a: b}"), ("ibm_operator_catalog", "key"), "map"),
        (changed(CATALOG, "key: <path:dev/c1#key>", r"key: 'a\tb'"), ("ibm_operator_catalog", "key"), "text"),
    ],
)
def test_values_that_change_on_their_way(tmp_path: Path, changes: Any, keys: Any, kind: str) -> None:
    (change,) = deploy(lay_config(tmp_path, changes)).changed
    assert (change.application, change.place.path, change.place.keys, change.kind) == (
        "operator.c1",
        CATALOG,
        keys,
        kind,
    )


@pytest.mark.parametrize("version", ["v9", "'5'", "5", "'true'", "true", "''"])
def test_values_that_print_the_same_are_fine(tmp_path: Path, version: str) -> None:
    assert deploy(lay_config(tmp_path, changed(CATALOG, "version: v9", f"version: {version}"))).changed == ()


def test_a_config_repo_below_another_directory(tmp_path: Path) -> None:
    lay_config(tmp_path / "config")
    found = deploy(tmp_path)
    assert only(found, "operator.c1").source.path == f"config/{CATALOG}"
    assert len(found.applications) == 9


def test_the_cache_holds_results_and_no_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = lay_config(tmp_path / "repo", changed(APPS, "secret: plain", "secret: hunter2"))
    directory = tmp_path / "cache"
    first = deploy(repo, ExactOptions(cache=DirectoryCache(str(directory))))
    stored = "".join(path.read_text() for path in directory.iterdir())
    assert "op-operatorapp" in stored
    assert "hunter2" not in stored

    def unexpected(*_: Any) -> Any:
        raise AssertionError("rendered although the result was known")

    monkeypatch.setattr("masgitops_lint.deployment.leaf_runner.render_leaf", unexpected)
    again = deploy(repo, ExactOptions(cache=DirectoryCache(str(directory))))
    assert again == first
    for path in directory.iterdir():
        path.write_text("{broken")
    with pytest.raises(AssertionError):
        deploy(repo, ExactOptions(cache=DirectoryCache(str(directory))))


def test_an_unwritable_cache_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = DirectoryCache(str(tmp_path / "file" / "below"))
    assert deploy(lay_config(tmp_path / "repo"), ExactOptions(cache=cache)).errors == ()


@pytest.mark.slow
def test_several_processes_give_the_same_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = lay_config(tmp_path)
    alone = deploy(repo)
    monkeypatch.setattr("masgitops_lint.deployment.leaf_runner._POOL_FROM", 1)
    handed: list[int] = []
    original = LeafRunner._hand_out
    monkeypatch.setattr(LeafRunner, "_hand_out", lambda self: (handed.append(len(self._waiting)), original(self))[1])
    assert deploy(repo, ExactOptions(processes=2)) == alone
    assert handed


def test_without_leaves_nothing_below_the_roots_is_rendered(tmp_path: Path) -> None:
    found = deploy(lay_config(tmp_path), ExactOptions(resources=False))
    assert len(found.applications) == 9
    assert found.resources == {}


def test_odd_config_never_raises(tmp_path: Path) -> None:
    for index, text in enumerate(
        ["", "[]", "- 1", "text", "merge-key: [a]", "merge-key: {a: 1}\naccount: []", "\x00", "a: &a [*a]"]
    ):
        repo = lay_config(tmp_path / str(index), {CLUSTER: text, APPS: text})
        deploy(repo)
    assert os.listdir(tmp_path)
