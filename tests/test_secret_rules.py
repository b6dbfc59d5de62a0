"""One secret defect in a copy of the clean repo: found at its line, by the right rule, and no other secret finding."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from masgitops_lint.context import Context
from masgitops_lint.engine.rules import load_rules
from masgitops_lint.engine.run import run_rules
from masgitops_lint.model.finding import Finding
from masgitops_lint.repo.repository import Repository
from masgitops_lint.repo.snapshot import WorkingTree
from masgitops_lint.settings import Settings
from masgitops_lint.settings.load import parse_settings

from .conftest import CLEAN, MakeRepo

RULES = [loaded for loaded in load_rules() if loaded.rule.code.startswith("SEC")]
ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:"
DRO = "dev/cluster1/ibm-dro.yaml"
SLS = "dev/cluster1/inst1/ibm-sls.yaml"
CONFIGS = "dev/cluster1/inst1/ibm-mas-suite-configs.yaml"
CERT = "dev/cluster1/redhat-cert-manager.yaml"
DB2 = "dev/cluster1/inst1/ibm-db2u.yaml"
SUITE = "dev/cluster1/inst1/ibm-mas-suite.yaml"


def findings(root: Path, settings: str = "") -> list[Finding]:
    parsed = parse_settings(".mas-lint.yaml", settings.encode()) if settings else Settings()
    judged = run_rules(Context(Repository(WorkingTree(str(root))), parsed), RULES)
    assert not judged.crashes, judged.crashes[0].traceback
    return judged.findings


def line_of(text: str, needle: str) -> int:
    return next(number for number, line in enumerate(text.split("\n"), 1) if needle in line)


DEFECTS = {
    "colon key": (DRO, "ibm_entitlement#entitlement_key", "ibm_entitlement:entitlement_key", "SEC001"),
    "no key": (SLS, "license#license_file>", "license>", "SEC001"),
    "unclosed": (SLS, "license#license_file>", "license#license_file", "SEC001"),
    "wrong case": (
        SLS,
        "<path:" + ARN + "dev/cluster1/inst1/license",
        "<Path:" + ARN + "dev/cluster1/inst1/license",
        "SEC001",
    ),
    "misspelt word": (
        SLS,
        "<path:" + ARN + "dev/cluster1/inst1/license",
        "<paht:" + ARN + "dev/cluster1/inst1/license",
        "SEC001",
    ),
    "comment": (
        SLS,
        '"<path:' + ARN + 'dev/cluster1/inst1/license#license_file>"',
        "<path:" + ARN + "dev/cluster1/inst1/license #license_file>",
        "SEC001",
    ),
    "modifier": (CONFIGS, "ca_b64 | base64decode", "ca_b64 | base64Decode", "SEC002"),
    "modifier argument": (CONFIGS, "ca_b64 | base64decode", "ca_b64 | indent", "SEC002"),
    "space": (SLS, "inst1/license#", "inst1/license #", "SEC002"),
    "provider": (
        SLS,
        "mongodb_provider: aws",
        f'mongodb_provider: "<path:{ARN}dev/cluster1/inst1/mongo#info>"',
        "SEC003",
    ),
    "namespace": (
        DRO,
        "dro_namespace: ibm-software-central",
        f'dro_namespace: "<path:{ARN}dev/cluster1/mongo#info>"',
        "SEC003",
    ),
    "short account": (DRO, ":123456789012:", ":12345678901:", "SEC004"),
    "misspelt path": (DRO, "cluster1/ibm_entitlement", "cluster1/ibm_entitlment", "SEC010"),
    "misspelt own name": (
        CONFIGS,
        "inst1/jdbc/db2wh-inst1-manage/config#jdbc_connection_url",
        "inst1/db2/db2wh-inst1-manage/config#jdbc_connection_url",
        "SEC010",
    ),
    "unknown path": (SLS, "inst1/license", "inst1/paperwork", "SEC010"),
    "field of a Job": (CONFIGS, "dro#dro_url", "dro#dro_endpoint", "SEC011"),
    "field of sls": (CONFIGS, "sls#registration_key", "sls#registrationkey", "SEC011"),
    "field by hand": (SLS, "license#license_file", "license#licence_file", "SEC011"),
    "another cluster": (DRO, "dev/cluster1/ibm_entitlement", "dev/cluster2/ibm_entitlement", "SEC020"),
    "another instance": (SLS, "dev/cluster1/inst1/license", "dev/cluster1/inst2/license", "SEC020"),
    "another account": (SLS, "dev/cluster1/inst1/license", "prod/cluster1/inst1/license", "SEC020"),
    "an instance that is not here": (SLS, "dev/cluster1/inst1/license", "dev/cluster1/inst9/license", "SEC020"),
    "region": (
        DRO,
        "us-east-1:123456789012:secret:dev/cluster1/ibm_ent",
        "us-east-2:123456789012:secret:dev/cluster1/ibm_ent",
        "SEC021",
    ),
    "AWS account": (DRO, ":123456789012:", ":123456789021:", "SEC022"),
    "no scope": (SLS, "dev/cluster1/inst1/license", "shared/license", "SEC023"),
    "version": (SLS, "license#license_file>", "license#license_file#AWSPREVIOUS>", "SEC024"),
    "level": (CONFIGS, "dev/cluster1/inst1/mas_segment_key", "dev/cluster1/mas_segment_key", "SEC014"),
    "level of a written one": (CONFIGS, "dev/cluster1/inst1/sls#", "dev/cluster1/sls#", "SEC014"),
    "password": (
        CONFIGS,
        f'password: "<path:{ARN}dev/cluster1/inst1/mongo#password>"',
        "password: gH7-kloo2",
        "SEC031",
    ),
    "registration key": (
        CONFIGS,
        f'registration_key: "<path:{ARN}dev/cluster1/inst1/sls#registration_key>"',
        "registration_key: 8d1a-99fe-2",
        "SEC031",
    ),
    "token": (DRO, "dro_install_plan: Automatic", "dro_install_plan: gh" + "p_" + "aB3dE6gH9" * 4, "SEC030"),
    "sync hooks of dro": (DRO, "run_sync_hooks: true", "run_sync_hooks: false", "SEC012"),
    "sync hooks of sls": (SLS, "run_sync_hooks: true", "run_sync_hooks: false", "SEC012"),
    "sync hooks of the certificate manager": (CERT, "run_sync_hooks: true", "run_sync_hooks: false", "SEC012"),
}


@pytest.mark.parametrize("name", DEFECTS)
def test_an_injected_defect_is_found_at_its_line(name: str, make_repo: MakeRepo) -> None:
    path, old, new, code = DEFECTS[name]
    before = (CLEAN / path).read_text()
    assert old in before
    after = before.replace(old, new, 1)
    changed = next(n for n, (a, b) in enumerate(zip(before.split("\n"), after.split("\n"), strict=False), 1) if a != b)
    found = findings(make_repo({path: after}))
    assert [(f.rule, f.path, f.span.line) for f in found] == [(code, path, changed)], [f.message for f in found]


def test_the_clean_repo_is_clean(make_repo: MakeRepo) -> None:
    assert findings(make_repo()) == []


def test_a_missing_writer_is_told_where_its_secret_is_read(make_repo: MakeRepo) -> None:
    (found,) = findings(make_repo(remove=(DRO,)))
    assert found.rule == "SEC012"
    assert found.path == CONFIGS
    assert "ibm-dro.yaml` does not exist" in found.message
    assert {related.path for related in found.related} >= {"dev/cluster1/inst2/ibm-mas-suite-configs.yaml"}


def test_one_cause_is_one_finding(make_repo: MakeRepo) -> None:
    (found,) = findings(make_repo(remove=(CERT,)))
    assert found.rule == "SEC012"
    assert "cluster_domain" in found.message
    assert "db2_default_channel" in found.message


def test_a_role_that_is_off(make_repo: MakeRepo) -> None:
    (found,) = findings(make_repo(), "accounts:\n  dev:\n    cluster_admin_role: false\n")
    assert found.rule == "SEC012"
    assert "`cluster_admin_role` to false" in found.message
    assert found.affects.applications >= 5
    # without the instances' Applications nobody reads anything
    assert findings(make_repo(), "accounts:\n  dev:\n    application_admin_role: false\n") == []


def test_a_stand_alone_licence_service(make_repo: MakeRepo) -> None:
    text = (
        (CLEAN / SLS)
        .read_text()
        .replace("run_sync_hooks: true", 'run_sync_hooks: true\n  ibm_customer_number: "1234567"')
    )
    (found,) = findings(make_repo({SLS: text}))
    assert (found.rule, found.path, found.span.line) == ("SEC012", SLS, line_of(text, "ibm_customer_number"))


def test_a_name_that_the_block_itself_says_otherwise(make_repo: MakeRepo) -> None:
    text = (CLEAN / CONFIGS).read_text().replace("db2wh-inst1-manage/config#jdbc", "db2wh-inst1-mange/config#jdbc", 1)
    (found,) = findings(make_repo({CONFIGS: text}))
    assert (found.rule, found.severity) == ("SEC010", "error")
    assert "db2wh-inst1-manage/config" in found.help


def test_a_database_elsewhere_is_none_of_it(make_repo: MakeRepo) -> None:
    text = (CLEAN / CONFIGS).read_text().replace("jdbc_type: incluster-db2", "jdbc_type: external")
    text = text.replace("db2wh-inst1-manage", "warehouse")
    assert [f.rule for f in findings(make_repo({CONFIGS: text}))] == []


def test_values_without_the_plugin(make_repo: MakeRepo) -> None:
    path = "dev/cluster1/selenium-grid.yaml"
    text = (
        'merge-key: "dev/cluster1"\nselenium_grid:\n  namespace: selenium\n  version: 0.30.1\n  values:\n'
        f'    basicAuth:\n      password: "<path:{ARN}dev/cluster1/aws#sm_aws_access_key_id>"\n'
    )
    (found,) = findings(make_repo({path: text}))
    assert (found.rule, found.path, found.span.line) == ("SEC003", path, 7)


@pytest.mark.parametrize("name", ["misspelt path", "another cluster", "field of sls", "colon key", "modifier"])
def test_a_fix_brings_the_clean_text_back(name: str, make_repo: MakeRepo) -> None:
    path, old, new, _ = DEFECTS[name]
    before = (CLEAN / path).read_text()
    after = before.replace(old, new, 1)
    (found,) = findings(make_repo({path: after}))
    assert found.fix is not None
    fixed = after
    for edit in sorted(found.fix.edits, key=lambda one: -one.start):
        fixed = fixed[: edit.start] + edit.text + fixed[edit.end :]
    assert findings(make_repo({path: fixed})) == []
    assert fixed == before


def test_one_finding_for_a_wrong_prefix_everywhere(make_repo: MakeRepo) -> None:
    text = (CLEAN / CONFIGS).read_text()
    (found,) = findings(
        make_repo(
            {
                CONFIGS: text.replace("dev/cluster1/", "dev/cluster2/").replace(
                    '"dev/cluster2/inst1"', '"dev/cluster1/inst1"'
                )
            }
        )
    )
    assert (found.rule, found.path) == ("SEC020", CONFIGS)
    assert len(found.related) >= 5


def test_one_finding_for_a_wrong_region_in_base(make_repo: MakeRepo) -> None:
    path = "dev/cluster1/ibm-mas-cluster-base.yaml"
    text = (CLEAN / path).read_text()
    assert "us-east-1" in text
    after = "\n".join(
        line.replace("us-east-1", "us-west-2") if "arn:" not in line else line for line in text.split("\n")
    )
    found = findings(make_repo({path: after}))
    assert {f.rule for f in found} == {"SEC021"}
    assert path in {f.path for f in found}


VAULT = """secrets:
  backend: vault
  path-convention: ["secret/data/{account}/{cluster}/*"]
"""


def test_a_repo_on_another_store_is_clean_after_a_few_lines(make_repo: MakeRepo) -> None:
    texts = {str(path.relative_to(CLEAN)): path.read_text() for path in CLEAN.rglob("*.yaml")}
    files = {p: t.replace(ARN, "secret/data/").replace("#dro_api_token", "#api_token") for p, t in texts.items()}
    assert findings(make_repo(files), VAULT) == []
    assert findings(make_repo(files)) == []


def test_another_clusters_secret_is_found_on_any_store(make_repo: MakeRepo) -> None:
    files = {str(p.relative_to(CLEAN)): p.read_text().replace(ARN, "secret/data/") for p in CLEAN.rglob("*.yaml")}
    files[DRO] = files[DRO].replace("secret/data/dev/cluster1", "secret/data/dev/cluster2")
    for settings in ("", VAULT):
        (found,) = findings(make_repo(files), settings)
        assert (found.rule, found.path) == ("SEC020", DRO)


def test_no_value_is_printed(make_repo: MakeRepo) -> None:
    value = "gh" + "p_" + "Zq3dE6gH9" * 4
    encoded = base64.b64encode(f"mongodb://a:{value}@h".encode()).decode()
    text = (CLEAN / DRO).read_text()
    for secret in (value, encoded):
        (found,) = findings(make_repo({DRO: text.replace("Automatic", secret, 1)}))
        shown = f"{found.message} {found.help}"
        assert secret[4:] not in shown
        assert secret[:8] not in shown


@pytest.mark.parametrize(
    "value",
    [
        base64.b64encode(b'<?xml version="1.0"?><server><featureManager/></server>').decode(),
        "sha256:" + "ab12" * 16,
        "write <KEY> here",
        "123e4567-e89b-12d3-a456-426614174000",
        "<a href='x'>y</a>",
    ],
)
def test_harmless_values_stay_silent(value: str, make_repo: MakeRepo) -> None:
    text = (CLEAN / DRO).read_text()
    assert findings(make_repo({DRO: text.replace("Automatic", f'"{value}"', 1)})) == []


MANIFEST = """apiVersion: v1
kind: Secret
metadata:
  name: app
stringData:
  password: {password}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: app
spec:
  source:
    repoURL: https://example.com/x.git
    path: app
  destination:
    server: https://kubernetes.default.svc
"""


@pytest.mark.parametrize(
    ("password", "codes"),
    [
        ("s3cr3t-enough", ["SEC031"]),
        ("<path:secret/data/app#password>", []),
        ("<path:secret/data/app:password>", ["SEC001"]),
        ("<path:secret/data/app#password | b64>", ["SEC002"]),
        ("ENC[AES256_GCM,data:abc,iv:def]", []),
        ("${APP_PASSWORD}", []),
    ],
)
def test_manifests_of_other_layouts(password: str, codes: list[str], make_repo: MakeRepo) -> None:
    root = make_repo({"apps/app.yaml": MANIFEST.format(password=f'"{password}"')}, base=None)
    assert [(f.rule, f.span.line) for f in findings(root) if f.rule < "SEC100"] == [(code, 6) for code in codes]


def test_encrypted_manifests_are_silent(make_repo: MakeRepo) -> None:
    sealed = MANIFEST.replace("kind: Secret", "kind: SealedSecret", 1).format(
        password="AgADsXMtym0OLY598xcLZ4e6zPgh9x3KtCRX59"
    )
    sops = MANIFEST.replace("metadata:", "sops:\n  version: 3.9\nmetadata:", 1).format(password="plain-but-declared")
    root = make_repo({"apps/sealed.yaml": sealed, "apps/sops.yaml": sops}, base=None)
    assert [f for f in findings(root) if f.rule < "SEC100"] == []
