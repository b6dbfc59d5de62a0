"""Ordering defects, one at a time in a copy of the clean example, and correct repos that look like them.

Each defect is found once, at the lines that make it; what else follows from it is not told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from masgitops_lint.app import Request, lint

from .conftest import lay

NEWER = ("8.4.2", "8.0.0", "7.5.0")
RELEASES = (*NEWER, "6.6.0")
C1, C2 = "dev/cluster1", "dev/cluster2"
I1, I2, I3 = f"{C1}/inst1", f"{C1}/inst2", f"{C2}/inst3"
STORE = "arn:aws:secretsmanager:us-east-1:123456789012:secret:"


def at(path: str) -> str:
    """A placeholder."""
    return f'"<path:{STORE}{path}>"'


SLS1, SLS2, SLS3 = (at(f"{one}/sls#registration_key") for one in (I1, I2, I3))
DRO1, DRO2 = (at(f"{one}/dro#dro_api_token") for one in (C1, C2))
JDBC1 = at(f"{I1}/jdbc/db2wh-inst1-manage/config#jdbc_connection_url")
KEY = "  ibm_entitlement_key: "


@dataclass(frozen=True)
class Edit:
    """`old` (a pattern) in a file becomes `new`; without `old` the file is written."""

    path: str
    new: str
    old: str = ""

    def apply(self, root: Path) -> None:
        file = root / self.path
        if not self.old:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(self.new)
            return
        text, count = re.subn(self.old, lambda _: self.new, file.read_text(), count=1, flags=re.M)
        assert count, f"{self.old} is not in {self.path}"
        file.write_text(text)


def key(path: str, placeholder: str) -> Edit:
    """The entitlement key of a file's block is read elsewhere."""
    return Edit(path, KEY + placeholder, r"^  ibm_entitlement_key: .*$")


@dataclass(frozen=True)
class Case:
    """`found`: rule -> places (`file`, pattern of the line) of its findings, one each. `also` may be told besides."""

    name: str
    edits: tuple[Edit, ...]
    found: tuple[tuple[str, str, str], ...] = ()
    releases: tuple[str, ...] = RELEASES
    also: tuple[str, ...] = ()
    settings: str = ""
    remove: tuple[str, ...] = field(default=())


INSTALL = """merge-key: "dev/cluster1/inst1"
ibm_suite_app_%s_install:
  mas_app_id: %s
  mas_app_namespace: mas-inst1-%s
  mas_app_channel: "%s"
  mas_app_catalog_source: ibm-operator-catalog
  mas_app_api_version: %s.ibm.com/v1
  mas_app_kind: %s
  run_sync_hooks: true
"""
CONFIG = """  - mas_app_id: %s
    mas_app_namespace: mas-inst1-%s
    mas_app_ws_apiversion: %s.ibm.com/v1
    mas_app_ws_kind: %sWorkspace
    mas_workspace_id: main
    mas_appws_spec:
      bindings: {jdbc: system}
"""


def app(name: str, kind: str, channel: str) -> tuple[Edit, ...]:
    """An application beside Manage: its install and its configuration."""
    return (
        Edit(f"{I1}/ibm-mas-masapp-{name}-install.yaml", INSTALL % (name, name, name, channel, name, kind)),
        Edit(
            f"{I1}/ibm-mas-masapp-configs.yaml",
            "ibm_mas_masapp_configs:\n" + (CONFIG % (name, name, name, kind)).rstrip("\n"),
            r"^ibm_mas_masapp_configs:",
        ),
    )


_IDS = """account: {id: dev}
region: {id: us-east-1}
cluster: {id: cluster1, url: "https://api.cluster1.example.com:6443"}
"""
_SM = f"""sm:
  aws_access_key_id: {at("dev/cluster1/aws#sm_aws_access_key_id")}
  aws_secret_access_key: {at("dev/cluster1/aws#sm_aws_secret_access_key")}
"""


def ai_service(block: str = "", tenant: str = "") -> tuple[Edit, ...]:
    """An AI service with a tenant."""
    ai, own = f"{C1}/ai1", f"{C1}/ai1/acme"
    return (
        Edit(f"{ai}/ibm-aiservice-instance-base.yaml", f'merge-key: "{ai}"\n{_IDS}instance: {{id: ai1}}\n{_SM}'),
        Edit(f"{ai}/ibm-aiservice.yaml",
             f'merge-key: "{ai}"\nibm_aiservice:\n  aiservice_namespace: aiservice-ai1\n'
             f"  aiservice_instance_id: ai1\n{block}"),
        Edit(f"{own}/ibm-aiservice-tenant-base.yaml",
             f'merge-key: "{own}"\n{_IDS}instance: {{id: ai1}}\ntenant: {{id: acme}}\n{_SM}'),
        Edit(f"{own}/ibm-aiservice-tenant.yaml",
             f'merge-key: "{own}"\nibm_aiservice_tenant:\n  tenantNamespace: aiservice-acme\n'
             f"  aiservice_instance_id: ai1\n  tenant_id: acme\n  aiservice_namespace: aiservice-ai1\n{tenant}"),
    )  # fmt: skip


def licence_service(entitlement: str) -> Edit:
    """A licence service of its own, for customer 123 and subscription 9."""
    return Edit(
        LICENCE,
        f'merge-key: "dev/icn/cluster1/acme"\n{_IDS}{_SM}ibm_sls_standalone:\n  ibm_customer_number: "123"\n'
        '  subscription_id: "9"\n  sls_channel: 3.x\n  run_sync_hooks: true\n'
        f"  ibm_entitlement_key: {entitlement}\n  mongo_spec: {{configDb: admin}}\n",
    )


LICENCE = "dev/icn/cluster1/acme/ibm-sls.yaml"


def cis(key_path: str) -> Edit:
    return Edit(f"{C1}/ibm-cis-cert-manager.yaml",
                f'merge-key: "{C1}"\nibm_cis_cert_manager:\n  cis_apikey: {at(key_path)}\n')  # fmt: skip


def custom_sa(cluster: str) -> Edit:
    return Edit(f"{cluster}/custom-sa.yaml",
                f'merge-key: "{cluster}"\ncustom_sa:\n  custom_sa_namespace: tools\n  custom_sa_details:\n'
                "    robot: view\n")  # fmt: skip


ROBOT = f"{C1}/custom-sa/robot#token"
TENANT_KEY = f"{C1}/ai1/aiservice-acme#aiservice_apikey"
NOISE = ("VAL", "SEC01", "CFG", "REF", "VER")

CATALOG, CERTS, DRO = (f"{C1}/{name}.yaml" for name in ("ibm-operator-catalog", "redhat-cert-manager", "ibm-dro"))

DEFECTS = (
    # a cluster and its instances
    Case("a cluster's first wave waits for an instance", (key(CATALOG, SLS1),), (("WAV002", CATALOG, "inst1/sls"),)),
    Case("DRO waits for an instance", (key(DRO, SLS2),), (("WAV002", DRO, "inst2/sls"),)),
    Case("DRO waits for a database of an instance", (key(DRO, JDBC1),), (("WAV002", DRO, "jdbc/"),)),
    Case(
        "all of a cluster waits for an instance, through its base file",
        (Edit(f"{C1}/ibm-mas-cluster-base.yaml", f"  aws_access_key_id: {SLS1}", r"^  aws_access_key_id: .*$"),),
        (("WAV002", f"{C1}/ibm-mas-cluster-base.yaml", "inst1/sls"),),
    ),
    Case(
        "SLS reads its own secret in a block of text",
        (
            Edit(
                f"{I1}/ibm-sls.yaml",
                f"        crt: |\n          <path:{STORE}{I1}/sls#ca_b64 | base64decode>",
                r"^        crt: \|$",
            ),
        ),
        (("WAV004", f"{I1}/ibm-sls.yaml", "sls#ca_b64"),),
    ),
    # one root
    Case("the catalogue reads what cert-manager writes",
         (key(CATALOG, at(f"{C1}/db2_default_channel#db2_default_channel")),),
         (("WAV001", CATALOG, "db2_default_channel"),)),
    Case("the catalogue reads what DRO writes", (key(CATALOG, DRO1),), (("WAV001", CATALOG, "dro"),)),
    Case(
        "everything of a cluster reads what DRO writes",
        (Edit(f"{C1}/ibm-mas-cluster-base.yaml", f"  aws_access_key_id: {DRO1}", r"^  aws_access_key_id: .*$"),),
        (("WAV001", f"{C1}/ibm-mas-cluster-base.yaml", "dro"),),
    ),
    Case("SLS reads what the database's Job writes", (key(f"{I1}/ibm-sls.yaml", JDBC1),),
         (("WAV001", f"{I1}/ibm-sls.yaml", "jdbc/"),)),
    Case("Db2's operator reads what the database's Job writes", (key(f"{I1}/ibm-db2u.yaml", JDBC1),),
         (("WAV001", f"{I1}/ibm-db2u.yaml", "jdbc/"),)),
    Case(
        "everything of an instance reads what SLS writes",
        (Edit(f"{I1}/ibm-mas-instance-base.yaml", f"  aws_access_key_id: {SLS1}", r"^  aws_access_key_id: .*$"),),
        (("WAV001", f"{I1}/ibm-mas-instance-base.yaml", "inst1/sls"),),
    ),
    # itself
    Case("SLS reads its own secret", (key(f"{I1}/ibm-sls.yaml", SLS1),), (("WAV004", f"{I1}/ibm-sls.yaml", "inst1/sls"),)),
    Case("DRO reads its own secret", (key(DRO, DRO1),), (("WAV004", DRO, "dro#"),)),
    Case(
        "a database's entry in a list reads its own connection",
        (Edit(f"{I1}/ibm-db2u-databases.yaml", f"    cluster_domain: {JDBC1}", r"^    cluster_domain: .*$"),),
        (("WAV004", f"{I1}/ibm-db2u-databases.yaml", "jdbc/"),),
    ),
    Case(
        "SLS reads its own secret in a list of a mapping",
        (Edit(f"{I1}/ibm-sls.yaml", f"        port: 27017\n        note: {SLS1}", r"^        port: 27017$"),),
        (("WAV004", f"{I1}/ibm-sls.yaml", "note: "),),
        also=("VAL",),
    ),
    # cycles
    Case("two instances wait for each other",
         (key(f"{I1}/ibm-sls.yaml", SLS2), key(f"{I2}/ibm-sls.yaml", SLS1)),
         (("WAV003", f"{I1}/ibm-sls.yaml", "inst2/sls"),)),
    Case("two instances of two clusters wait for each other",
         (key(f"{I1}/ibm-sls.yaml", SLS3), key(f"{I3}/ibm-sls.yaml", SLS1)),
         (("WAV003", f"{I1}/ibm-sls.yaml", "inst3/sls"),)),
    Case("three instances in a ring across clusters",
         (key(f"{I1}/ibm-sls.yaml", SLS3), key(f"{I3}/ibm-sls.yaml", SLS2), key(f"{I2}/ibm-sls.yaml", SLS1)),
         (("WAV003", f"{I1}/ibm-sls.yaml", "inst3/sls"),)),
    Case("two clusters wait for each other's DRO", (key(DRO, DRO2), key(f"{C2}/ibm-dro.yaml", DRO1)),
         (("WAV003", DRO, "cluster2/dro"),)),
    Case("a cluster waits for an instance of another one, which waits for the cluster",
         (key(DRO, SLS3), key(f"{I3}/ibm-sls.yaml", DRO1)),
         (("WAV003", DRO, "inst3/sls"),)),
    Case("a ring of three: two clusters and an instance",
         (key(DRO, DRO2), key(f"{C2}/ibm-dro.yaml", SLS1)),
         (("WAV003", DRO, "cluster2/dro"),)),
    Case("two rings", (key(f"{I1}/ibm-sls.yaml", SLS2), key(f"{I2}/ibm-sls.yaml", SLS1), key(DRO, DRO2),
                       key(f"{C2}/ibm-dro.yaml", DRO1)),
         (("WAV003", f"{I1}/ibm-sls.yaml", "inst2/sls"), ("WAV003", DRO, "cluster2/dro"))),
    # other roots
    Case("DRO reads what a service account's Job writes", (custom_sa(C1), key(DRO, at(ROBOT))), (("WAV001", DRO, "robot"),)),
    Case("CIS reads what DRO writes", (cis(f"{C1}/dro#dro_api_token"),),
         (("WAV001", f"{C1}/ibm-cis-cert-manager.yaml", "dro#"),), NEWER, also=NOISE),
    Case("the catalogue waits for a tenant of an AI service", (*ai_service(), key(CATALOG, at(TENANT_KEY))),
         (("WAV002", CATALOG, "aiservice-acme"),), NEWER, also=NOISE),
    Case("an AI service waits for its tenant", ai_service(f"  entitlement_key: {at(TENANT_KEY)}\n"),
         (("WAV002", f"{C1}/ai1/ibm-aiservice.yaml", "aiservice-acme"),), NEWER, also=NOISE),
    Case("a tenant reads its own key", ai_service(tenant=f"  artifactory_token: {at(TENANT_KEY)}\n"),
         (("WAV004", f"{C1}/ai1/acme/ibm-aiservice-tenant.yaml", "aiservice-acme"),), NEWER, also=NOISE),
    Case("DRO waits for a licence service of its own", (licence_service(at(f"{C1}/ibm_entitlement#entitlement_key")),
         key(DRO, at("dev/123/9/sls#registration_key"))), (("WAV002", DRO, "dev/123/9/sls"),), releases=NEWER, also=NOISE),
    Case("a licence service reads its own secret", (licence_service(at("dev/123/9/sls#registration_key")),),
         (("WAV004", LICENCE, "dev/123/9/sls"),), releases=NEWER, also=NOISE),
    Case("a licence service and an instance wait for each other",
         (licence_service(SLS1), key(f"{I1}/ibm-sls.yaml", at("dev/123/9/sls#registration_key"))),
         (("WAV003", f"{I1}/ibm-sls.yaml", "dev/123/9/sls"),), releases=NEWER, also=NOISE),
    # configuration before install
    Case("IoT of two parts", app("iot", "IoT", "9.2"), (("WAV005", f"{I1}/ibm-mas-masapp-iot-install.yaml", "9.2"),),
         ("8.4.2",), also=("REF", "VAL", "VER")),
    Case("IoT of a new major", app("iot", "IoT", "10.0.x"),
         (("WAV005", f"{I1}/ibm-mas-masapp-iot-install.yaml", "10.0.x"),), ("8.4.2",), also=("REF", "VAL", "VER")),
    # no suite
    Case("no suite", (), (("WAV008", f"{I1}/ibm-mas-suite-configs.yaml", "mas_config_name"),),
         remove=(f"{I1}/ibm-mas-suite.yaml",)),
)  # fmt: skip

CORRECT = (
    Case("as it is", ()),
    Case("instances read what their clusters write", (key(f"{I1}/ibm-sls.yaml", DRO1), key(f"{I2}/ibm-sls.yaml", DRO1))),
    Case("all of an instance reads what its cluster writes",
         (Edit(f"{I1}/ibm-mas-instance-base.yaml", f"  aws_access_key_id: {DRO1}", r"^  aws_access_key_id: .*$"),)),
    Case("two instances share a secret of the cluster that is made by hand",
         (key(f"{I1}/ibm-sls.yaml", at(f"{C1}/ibm_entitlement#entitlement_key")),
          key(f"{I2}/ibm-sls.yaml", at(f"{C1}/ibm_entitlement#entitlement_key")))),
    Case("two instances share a database's channel that the cluster finds out",
         (key(f"{I1}/ibm-sls.yaml", at(f"{C1}/db2_default_channel#db2_default_channel")),
          key(f"{I2}/ibm-sls.yaml", at(f"{C1}/db2_default_channel#db2_default_channel")))),
    Case("the catalogue reads a secret that is made by hand", (key(CATALOG, at(f"{C1}/cis#ibm_apikey")),)),
    Case("DRO reads what cert-manager writes", (key(DRO, at(f"{C1}/cluster_domain#cluster_domain")),)),
    Case("the suite reads what SLS writes", (key(f"{I1}/ibm-mas-suite.yaml", SLS1),)),
    Case("the suite reads what the database's Job writes", (key(f"{I1}/ibm-mas-suite.yaml", JDBC1),)),
    Case("Manage reads what the database's Job writes", (key(f"{I1}/ibm-mas-masapp-manage-install.yaml", JDBC1),)),
    Case("Db2's operator reads what SLS writes", (key(f"{I1}/ibm-db2u.yaml", SLS1),)),
    Case("a database's entry reads what SLS writes",
         (Edit(f"{I1}/ibm-db2u-databases.yaml", f"    cluster_domain: {SLS1}", r"^    cluster_domain: .*$"),)),
    Case("SLS reads the database's password, which is made by hand",
         (key(f"{I1}/ibm-sls.yaml", at(f"{I1}/jdbc/db2wh-inst1-manage/credentials#password")),)),
    Case("syncres reads the Mongo secret, which must be there and is refreshed later",
         (Edit(f"{I1}/ibm-mas-instance-base.yaml", f"  aws_access_key_id: {at(f'{I1}/mongo#username')}",
               r"^  aws_access_key_id: .*$"),)),
    Case("a secret that the settings declare", (key(CATALOG, DRO1),),
         settings='secrets:\n  declared:\n    - path: "{account}/{cluster}/dro"\n'),
    Case("an instance's secret that the settings declare", (key(CATALOG, SLS1),),
         settings=f'secrets:\n  declared:\n    - path: "{I1}/sls"\n'),
    Case("a cluster without instances reads its own chain", (key(f"{C2}/ibm-dro.yaml", at(f"{C2}/cluster_domain#cluster_domain")),)),
    Case("IoT of three parts", app("iot", "IoT", "9.1.x")),
    Case("Monitor of three parts", (*app("iot", "IoT", "9.1.x"), Edit(
        f"{I1}/ibm-mas-masapp-monitor-install.yaml", INSTALL % ("monitor", "monitor", "monitor", "9.1.x", "monitor", "Monitor")))),
    Case("an AI service reads what its cluster writes", ai_service(f"  dro_api_token: {DRO1}\n")),
    Case("a tenant reads what its cluster writes", ai_service(tenant=f"  dro_api_token: {DRO1}\n")),
    Case("a tenant reads its own licence", ai_service(tenant=f"  slscfg_url: {at(f'{C1}/ai1/acme/sls#sls_url')}\n")),
    Case("a service account's token is read by the instances", (custom_sa(C1), key(f"{I1}/ibm-sls.yaml", at(ROBOT)))),
    Case("CIS reads what cert-manager writes", (cis(f"{C1}/cluster_domain#cluster_domain"),)),
    Case("another backend", (key(CATALOG, '"<path:secret/data/dev/cluster1/dro#dro_api_token>"'),)),
    Case("another account's vault path of the same shape", (key(CATALOG, at("shared/tools/registry#password")),)),
    Case("a comment that names a later secret",
         (Edit(CATALOG, f"  # the token is in <path:{STORE}{C1}/dro#dro_api_token>\n{KEY}", r"^  ibm_entitlement_key: "),)),
)  # fmt: skip


def cases(given: tuple[Case, ...]) -> list[object]:
    """Each case with the newest release and one of the older ones, in turn."""
    found: list[object] = []
    for number, case in enumerate(given):
        newest, *older = case.releases
        for release in (newest, older[number % len(older)]) if older else (newest,):
            found.append(pytest.param(case, release, id=f"{case.name}-{release}"))
    return found


def report_of(case: Case, release: str, tmp_path: Path) -> tuple[Path, list[tuple[str, str, int, str, str]]]:
    root = lay(tmp_path / "repo", {}, case.remove)
    for edit in case.edits:
        edit.apply(root)
    settings = tmp_path / "settings.yaml"
    settings.write_text(f'accounts:\n  dev:\n    charts: "{release}"\n{case.settings}')
    report = lint(Request(path=str(root), config=str(settings)))
    assert not report.crashes, report.crashes[0].traceback
    return root, [(f.rule, f.path, f.span.line, str(f.severity), f.message) for f in report.findings]


@lru_cache
def before(release: str) -> frozenset[tuple[str, str, str]]:
    """What an older release has to say about the clean example, which is written for the newest."""
    with TemporaryDirectory() as directory:
        _, found = report_of(Case("as it is", ()), release, Path(directory))
    return frozenset((rule, path, text) for rule, path, _, _, text in found)


def shown(found: list[tuple[str, str, int, str, str]]) -> str:
    return "\n".join(f"{path}:{line} {severity} {rule} {text}" for rule, path, line, severity, text in found)


@pytest.mark.parametrize(
    ("case", "release"),
    cases(DEFECTS),
)
def test_a_defect_is_found_once(case: Case, release: str, tmp_path: Path) -> None:
    root, found = report_of(case, release, tmp_path)
    order = [one for one in found if one[0].startswith("WAV")]
    assert sorted((rule, path) for rule, path, *_ in order) == sorted((r, p) for r, p, _ in case.found), shown(found)
    for rule, path, line, severity, _ in order:
        text = (root / path).read_text().split("\n")[line - 1]
        assert any((rule, path) == (r, p) and re.search(mark, text) for r, p, mark in case.found), shown(found)
        assert severity == "error"
    cascade = [
        one
        for one in found
        if one not in order
        and not one[0].startswith(case.also or ("-",))
        and (one[0], one[1], one[4]) not in before(release)
    ]
    assert not [one for one in cascade if one[3] != "note"], shown(found)


def test_an_order_that_nothing_enforces_is_a_note(tmp_path: Path) -> None:
    shared = 'secrets:\n  path-convention:\n    - "{account}/{cluster}/inst1/sls"\n'
    case = Case("race", ai_service(tenant=f"  slscfg_registration_key: {SLS1}\n"), settings=shared)
    _, found = report_of(case, RELEASES[0], tmp_path)
    ((_, path, _, severity, text),) = [one for one in found if one[0].startswith("WAV")]
    assert (path, severity) == (f"{C1}/ai1/acme/ibm-aiservice-tenant.yaml", "note")
    assert "`ai-tenant.cluster1.ai1.acme`" in text
    assert "same wave" not in text


@pytest.mark.parametrize(
    ("case", "release"),
    cases(CORRECT),
)
def test_a_correct_repo_is_silent(case: Case, release: str, tmp_path: Path) -> None:
    _, found = report_of(case, release, tmp_path)
    assert not [one for one in found if one[0].startswith("WAV")], shown(found)
