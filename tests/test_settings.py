"""`.mas-lint.yaml`: what it says, what is refused and where, and how it is found."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from masgitops_lint.settings import AccountSettings, DeclaredCluster, DeclaredSecret, ExtraFile, Settings, values
from masgitops_lint.settings.load import SettingsError, find_settings, load_settings, parse_settings
from masgitops_lint.settings.schema import settings_page, settings_schema

EVERYTHING = """\
select: [CFG, merge-key-missing]
ignore: [CFG050]
severity: {CFG001: warning}
per-file-ignores:
  'dev/**': [CFG]
rules:
  CFG050: {allow: [x]}
fail-on: warning
baseline: base.json
exclude: ['*.tpl.yaml']
accounts:
  dev:
    charts: 8.4.2
    revision: v8
    argocd-version: '2.10'
    production: true
    auto_delete: true
    cluster_admin_role: false
    parameters: {argo.namespace: gitops, x: null}
  2024:
source: {charts: ./gitops, revision: main}
argocd-version: v2.11.3
flux-version: '2.3'
globbing: strict
layouts: {docs: ignore}
repository-urls: ['https://git.example.com/x']
secrets:
  backend: vault
  declared:
    - {path: '{account}/db', fields: [user], created-by: the database team}
    - path: x
  path-convention: ['secret/data/{account}/*']
contract:
  keys-read: {ibm-mas-suite.yaml: [ibm_mas_suite.extra]}
  files: {extra.yaml: {level: instance, keys: [extra]}}
  secret-fields: {'*/db': [user]}
clusters:
  prod: {server: 'https://p', labels: {env: prod}, openshift-version: '4.14'}
thresholds: {changed-applications: 5}
stateful-kinds: [MyDb]
"""


def test_everything_that_can_be_said(tmp_path: Path) -> None:
    path = str(tmp_path / ".mas-lint.yaml")
    settings = parse_settings(path, EVERYTHING.encode())
    assert settings.select == ("CFG", "merge-key-missing")
    assert settings.per_file_ignores == {"dev/**": ("CFG",)}
    assert settings.rules == {"CFG050": {"allow": ["x"]}}
    assert settings.baseline == str(tmp_path / "base.json")
    assert settings.accounts == {
        "dev": AccountSettings(
            "8.4.2", "v8", "2.10", True, True, False, None, parameters={"argo.namespace": "gitops", "x": None}
        )
    }
    assert settings.account("dev").root_parameters() == {
        "argo.namespace": "gitops",
        "x": None,
        "auto_delete": True,
        "cluster_admin_role": False,
        "source.revision": "v8",
    }
    assert settings.charts_for("dev") == "8.4.2"
    assert settings.charts_for("prod") == str(tmp_path / "gitops").replace("/gitops", "/./gitops")
    assert settings.revision_for("prod") == "main"
    assert settings.argocd_version_for("dev") == "2.10"
    assert settings.argocd_version_for("prod") == "v2.11.3"
    assert settings.secrets.declared == (
        DeclaredSecret("{account}/db", ("user",), "the database team"),
        DeclaredSecret("x"),
    )
    assert settings.contract.files == {"extra.yaml": ExtraFile("instance", ("extra",))}
    assert settings.contract.keys_read == {"ibm-mas-suite.yaml": ("ibm_mas_suite.extra",)}
    assert settings.clusters == {"prod": DeclaredCluster("https://p", {"env": "prod"}, {}, "4.14")}
    assert settings.thresholds.changed_applications == 5
    assert settings.path == path


def test_an_example_of_everything_is_valid_against_the_published_schema() -> None:
    from masgitops_lint.repo.yaml import parse

    schema = json.loads((files("masgitops_lint") / "data/schemas/settings.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    data = parse("a", EVERYTHING.replace("  2024:\n", "").encode()).data
    validator.validate({**data, "rules": {}})
    assert set(data) == set(schema["properties"])
    for wrong in (
        {"selct": []},
        {"accounts": {"dev": {"chart": "x"}}},
        {"fail-on": "never ever"},
        {"argocd-version": 2.1},
    ):
        assert list(validator.iter_errors(wrong))


def test_the_generated_page_is_up_to_date() -> None:
    root = Path(__file__).parent.parent
    assert (root / "docs/settings.md").read_text() == settings_page()


def test_every_setting_is_described_and_has_the_default_of_its_frozen_twin() -> None:
    schema = settings_schema()
    for definition in (schema, *schema["$defs"].values()):
        for key, node in definition["properties"].items():
            assert "description" in node or "$ref" in node, key
    assert parse_settings("x", b"fail-on: error\n") == Settings(path="x")
    names = {field for kind in vars(values).values() for field in getattr(kind, "_fields", ())} - {"path"}
    published = {key.replace("-", "_") for d in (schema, *schema["$defs"].values()) for key in d["properties"]}
    assert names | {"path"} == published | {"path"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("selct: [CFG]\n", "1:1: unknown setting `selct`: did you mean `select`?"),
        (
            "ignore: []\nper_file_ignores: {}\n",
            "2:1: unknown setting `per_file_ignores`: did you mean `per-file-ignores`?",
        ),
        ("accounts:\n  dev:\n    chart: x\n", "3:5: unknown setting `accounts.dev.chart`: did you mean `charts`?"),
        (
            "accounts: {charts: {prodution: true}}\n",
            "1:21: unknown setting `accounts.charts.prodution`: did you mean `production`?",
        ),
        (
            "accounts: {dev: {auto-delete: true}}\n",
            "1:18: unknown setting `accounts.dev.auto-delete`: did you mean `auto_delete`?",
        ),
        (
            "secrets:\n  declared:\n    - pth: x\n",
            "3:7: unknown setting `secrets.declared.0.pth`: did you mean `path`?",
        ),
        ("zzz: 1\n", "1:1: unknown setting `zzz`"),
        (
            "argocd-version: 2.10\n",
            '1:17: `argocd-version` must be text, YAML reads 2.10 as a number: write "2.10" in quotes',
        ),
        (
            "source: {revision: 8.0}\n",
            '1:20: `source.revision` must be text, YAML reads 8.0 as a number: write "8.0" in quotes',
        ),
        ("argocd-version: latest\n", "1:17: `argocd-version` must be a version such as 2.11.3, not `latest`"),
        ("select: CFG\n", "1:9: `select` must be a list, not text"),
        ("select: [1]\n", '1:10: `select.0` must be text, YAML reads 1 as a number: write "1" in quotes'),
        ("select: ['a b']\n", "1:10: `select.0` must be a rule's code, prefix or name such as CFG003, not `a b`"),
        ("accounts: []\n", "1:11: `accounts` must be a mapping, not a list"),
        (
            "fail-on: warn\n",
            "1:10: `fail-on` must be one of error, warning, note, never, not `warn`: did you mean `warning`?",
        ),
        ("accounts: {dev: {production: 'yes'}}\n", "1:30: `accounts.dev.production` must be true or false, not text"),
        (
            "thresholds: {changed-instances: 0}\n",
            "1:33: `thresholds.changed-instances`: input should be greater than or equal to 1",
        ),
        (
            "thresholds: {changed-instances: 1.5}\n",
            "1:33: `thresholds.changed-instances` must be a whole number, not a number",
        ),
        ("secrets:\n  declared:\n    - fields: [a]\n", "3:7: `secrets.declared.0.path` is required"),
        ("- a\n", "1:1: the settings must be a mapping, such as `ignore: [CFG001]`"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(text: str, problem: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings(".mas-lint.yaml", text.encode())
    assert str(caught.value).splitlines()[0] == f".mas-lint.yaml:{problem}"


@pytest.mark.parametrize("text", ["a: [\n", "ignore: []\nignore: []\n", "a: 1\n---\nb: 2\n", "\x00", "x: &a [*a]\n"])
def test_broken_yaml_is_told_at_a_line(text: str) -> None:
    with pytest.raises(SettingsError, match=r"^\.mas-lint\.yaml:\d+:\d+: "):
        parse_settings(".mas-lint.yaml", text.encode())


def test_all_problems_are_told_at_once_in_the_order_of_the_file() -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings("s", b"fail-on: x\nselct: []\nglobbing: y\n")
    assert [problem.span.line for problem in caught.value.problems] == [1, 2, 3]


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "accounts:\nselect:\nthresholds:\n"])
def test_what_says_nothing_means_the_defaults(text: str) -> None:
    assert parse_settings("s", text.encode()) == Settings(path="s")


def read(raw: bytes) -> Settings | SettingsError:
    try:
        return parse_settings("s", raw)
    except SettingsError as error:
        return error


@given(
    st.text(max_size=40) | st.text(max_size=20).map("select: {}".format) | st.text(max_size=20).map("rules: {}".format)
)
def test_no_text_breaks_the_reader(text: str) -> None:
    result = read(text.encode("utf-8", "replace"))
    assert isinstance(result, Settings) or result.problems


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
_keys = sorted(settings_schema()["properties"])


@given(st.dictionaries(st.sampled_from(_keys), _json, max_size=3))
def test_no_value_breaks_the_validation(data: dict[str, Any]) -> None:
    result = read(json.dumps(data).encode())
    assert isinstance(result, Settings) or result.problems


def test_the_nearest_file_up_to_the_git_root_is_taken(tmp_path: Path) -> None:
    repo = tmp_path / "repo"
    below = repo / "dev" / "cluster1"
    below.mkdir(parents=True)
    (tmp_path / ".mas-lint.yaml").write_text("fail-on: never\n")
    (repo / ".mas-lint.yaml").write_text("fail-on: note\n")
    assert find_settings(str(below)) is None
    (repo / ".git").mkdir()
    assert find_settings(str(below)) == str(repo / ".mas-lint.yaml")
    assert load_settings(str(below)).fail_on == "note"
    assert load_settings(str(below), isolated=True) == Settings()
    (below / ".mas-lint.yaml").write_text("fail-on: warning\n")
    assert load_settings(str(below)).fail_on == "warning"
    assert load_settings(str(below), str(tmp_path / ".mas-lint.yaml")).fail_on == "never"


def test_a_misnamed_file_is_told(tmp_path: Path) -> None:
    (tmp_path / ".mas-lint.yml").write_text("fail-on: note\n")
    with pytest.raises(SettingsError, match=r"settings are read from \.mas-lint\.yaml: rename it"):
        load_settings(str(tmp_path))


def test_an_unreadable_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot read the settings"):
        load_settings(str(tmp_path), str(tmp_path / "none.yaml"))


def test_the_defaults_need_no_validation_library() -> None:
    code = (
        "import sys; from masgitops_lint.settings.load import load_settings; load_settings('/');"
        "from masgitops_lint.settings import Settings; Settings(); print('pydantic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
