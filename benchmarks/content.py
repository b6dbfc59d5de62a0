"""The text of one cluster's and one instance's config files: made up, correct for release 8.4.2 of the charts.

Nothing here is a secret: certificates are random bytes in PEM dress, passwords are vault placeholders.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from textwrap import indent

REGIONS = ("us-east-1", "us-west-2", "eu-central-1", "eu-west-1", "ap-southeast-2", "ca-central-1")
CATALOGS = ("v9-260326-amd64", "v9-260129-amd64", "v9-251231-amd64")
STORAGE = ("efs-sc", "ocs-storagecluster-cephfs", "nfs-client")
BLOCK_STORAGE = ("gp3-csi", "ocs-storagecluster-ceph-rbd", "io2-csi")
EDITIONS = ("essentials-maintenance", "standard", "essentials-core")
LANGUAGES = ("DE", "ES", "FR", "IT", "JA", "PT", "SV", "NL")
BUNDLES = ("ui", "mea", "report", "cron", "standalonejms")
EXTRA_APPS = ("iot", "monitor", "health", "predict", "optimizer", "visualinspection")
KINDS = {
    "iot": "IoT",
    "monitor": "MonitorApp",
    "health": "HealthApp",
    "predict": "PredictApp",
    "optimizer": "OptimizerApp",
    "visualinspection": "VisualInspectionApp",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """One cluster and the account it is in."""

    account: str
    aws_account: str
    region: str
    name: str
    catalog: str

    @property
    def path(self) -> str:
        """Directory of the cluster, which is its merge key as well."""
        return f"{self.account}/{self.name}"

    @property
    def url(self) -> str:
        return f"https://api.{self.name}.example.com:6443"

    def secret(self, name: str, key: str, then: str = "") -> str:
        """A vault placeholder for `key` of the cluster's secret `name`."""
        return (
            f"<path:arn:aws:secretsmanager:{self.region}:{self.aws_account}:secret:"
            f"{self.path}/{name}#{key}{' | ' + then if then else ''}>"
        )


def cluster_files(cluster: Cluster, random: Random) -> Iterator[tuple[str, str]]:
    """Name and text of the five files of a cluster."""
    entitlement = cluster.secret("ibm_entitlement", "image_pull_secret_b64")
    yield (
        "ibm-mas-cluster-base.yaml",
        f"""\
merge-key: "{cluster.path}"

{_ids(cluster)}
custom_labels:
  team: {random.choice(("reliability", "platform", "operations"))}
  stage: {random.choice(("test", "acceptance", "live"))}
""",
    )
    yield (
        "ibm-operator-catalog.yaml",
        f"""\
merge-key: "{cluster.path}"

ibm_operator_catalog:
  mas_catalog_version: {cluster.catalog}
  mas_catalog_image: icr.io/cpopen/ibm-maximo-operator-catalog
  ibm_entitlement_key: "{entitlement}"
""",
    )
    yield (
        "ibm-dro.yaml",
        f"""\
merge-key: "{cluster.path}"

ibm_dro:
  dro_namespace: ibm-software-central
  ibm_entitlement_key: "{cluster.secret("ibm_entitlement", "entitlement_key")}"
  run_sync_hooks: true
  imo_install_plan: {_plan(random)}
  dro_install_plan: {_plan(random)}
  mas_environment_type: {random.choice(("production", "nonproduction"))}
""",
    )
    yield (
        "redhat-cert-manager.yaml",
        f"""\
merge-key: "{cluster.path}"

redhat_cert_manager:
  run_sync_hooks: true
  channel: stable-v1
  redhat_cert_manager_install_plan: {_plan(random)}
""",
    )
    yield (
        "custom-sa.yaml",
        f"""\
merge-key: "{cluster.path}"

custom_sa:
  custom_sa_namespace: mas-operations
  custom_sa_details:
    operations-{cluster.name}: cluster-admin
    auditor-{cluster.name}: cluster-reader
""",
    )


def instance_files(cluster: Cluster, instance: str, random: Random) -> Iterator[tuple[str, str]]:
    """Name and text of an instance's files: nine, and up to six more applications in one instance of five."""
    path = f"{cluster.path}/{instance}"
    stream = random.choice(("9.1.x", "9.1.x", "9.0.x"))
    workspace = random.choice(("main", "prod", "demo", "plant"))
    extra = random.sample(EXTRA_APPS, random.randint(1, len(EXTRA_APPS))) if random.random() < 0.2 else []
    shared = _Shared(cluster, instance, path, stream, workspace, f"db2u-{instance}", f"db2wh-{instance}-manage", random)
    head = f'merge-key: "{path}"\n\n'
    yield "ibm-mas-instance-base.yaml", head + _base(shared)
    yield "ibm-mas-suite.yaml", head + _suite(shared)
    yield "ibm-mas-workspaces.yaml", head + _workspaces(shared)
    yield "ibm-mas-suite-configs.yaml", head + _suite_configs(shared)
    yield "ibm-sls.yaml", head + _sls(shared)
    yield "ibm-db2u.yaml", head + _db2u(shared)
    yield "ibm-db2u-databases.yaml", head + _db2u_databases(shared)
    yield "ibm-mas-masapp-manage-install.yaml", head + _install(shared, "manage", "ManageApp")
    yield "ibm-mas-masapp-configs.yaml", head + _manage_config(shared)
    for app in sorted(extra):
        yield f"ibm-mas-masapp-{app}-install.yaml", head + _install(shared, app, KINDS[app])


@dataclass(frozen=True, slots=True)
class _Shared:
    """What the files of one instance agree on."""

    cluster: Cluster
    instance: str
    path: str
    stream: str
    workspace: str
    db2_namespace: str
    db2_instance: str
    random: Random

    def own(self, name: str, key: str, then: str = "") -> str:
        """A vault placeholder for the instance's own secret."""
        return self.cluster.secret(f"{self.instance}/{name}", key, then)

    @property
    def entitlement(self) -> str:
        return self.cluster.secret("ibm_entitlement", "image_pull_secret_b64")


def _plan(random: Random) -> str:
    return random.choice(("Automatic", "Automatic", "Manual"))


def _ids(cluster: Cluster, instance: str = "") -> str:
    own = f"instance:\n  id: {instance}\n\n" if instance else ""
    return f"""\
account:
  id: {cluster.account}

region:
  id: {cluster.region}

cluster:
  id: {cluster.name}
  url: {cluster.url}

{own}sm:
  aws_access_key_id: "{cluster.secret("aws", "sm_aws_access_key_id")}"
  aws_secret_access_key: "{cluster.secret("aws", "sm_aws_secret_access_key")}"
"""


def _base(shared: _Shared) -> str:
    random = shared.random
    text = _ids(shared.cluster, shared.instance)
    if random.random() < 0.7:
        text += f"\ncustom_labels:\n  team: {random.choice(('reliability', 'platform'))}\n  owner: {shared.instance}\n"
    if random.random() < 0.3:
        text += f"\nnotifications:\n  slack_channel_id: C{random.randrange(10**9):09d}\n"
    return text


def _suite(shared: _Shared) -> str:
    random, cluster = shared.random, shared.cluster
    text = f"""\
ibm_mas_suite:
  cert_manager_namespace: cert-manager
  ibm_entitlement_key: "{shared.entitlement}"
  domain: {shared.instance}.apps.{cluster.name}.example.com
  mas_channel: "{shared.stream}"
  icr_cp: cp.icr.io/cp
  icr_cp_open: icr.io/cpopen
  mas_install_plan: {_plan(random)}
  mas_feature_usage: {_flag(random)}
  mas_deployment_progression: {_flag(random)}
  mas_usability_metrics: {_flag(random)}
"""
    if random.random() < 0.4:
        text += f"  mas_labels:\n    cost-centre: cc-{random.randrange(1000, 9999)}\n"
    return text


def _workspaces(shared: _Shared) -> str:
    return f"""\
ibm_mas_workspaces:
  - mas_workspace_id: {shared.workspace}
    mas_workspace_name: Workspace {shared.workspace} of {shared.instance}
"""


def _config(shared: _Shared, name: str, chart: str, kind: str, scope: str = "system") -> str:
    workspace, app = (shared.workspace, "manage") if scope == "wsapp" else ("", "")
    return f"""\
  - mas_config_name: "{shared.instance}-{name}"
    mas_config_chart: {chart}
    mas_config_scope: {scope}
    mas_workspace_id:{" " + workspace if workspace else ""}
    mas_application_id:{" " + app if app else ""}
    mas_config_kind: {kind}
    mas_config_api_version: config.mas.ibm.com
    use_postdelete_hooks: {_flag(shared.random)}
"""


def _suite_configs(shared: _Shared) -> str:
    random, cluster = shared.random, shared.cluster
    instance, database = shared.instance, f"jdbc/{shared.db2_instance}"
    hosts = "".join(
        f"        - host: mongo-{index}.{cluster.name}.example.com\n          port: 27017\n"
        for index in range(random.choice((1, 3)))
    )
    parts = [
        "ibm_mas_suite_configs:\n",
        _config(shared, "bas-system", "ibm-mas-bas-config", "bascfgs"),
        f"""\
    dro_api_token: "{cluster.secret("dro", "dro_api_token")}"
    dro_endpoint_url: "{cluster.secret("dro", "dro_url")}"
    mas_segment_key: "{shared.own("mas_segment_key", "mas_segment_key")}"
    dro_contact:
      email: operations@{cluster.name}.example.com
      first_name: Site
      last_name: Operations
    dro_ca:
      crt: |
{_certificate(random, 8)}""",
        _config(shared, "mongo-system", "ibm-mas-mongo-config", "mongocfgs"),
        f"""\
    username: "{shared.own("mongo", "username")}"
    password: "{shared.own("mongo", "password")}"
    config:
      hosts:
{hosts}      configDb: admin
      authMechanism: {random.choice(("DEFAULT", "SCRAM-SHA-256"))}
      retryWrites: {_flag(random)}
      credentials:
        secretName: system-mongo-credentials
    certificates:
      - alias: ca
        crt: |
{_certificate(random, 10)}      - alias: issuer
        crt: |
{_certificate(random, 10)}""",
        _config(shared, "sls-system", "ibm-mas-sls-config", "slscfgs"),
        f"""\
    registration_key: "{shared.own("sls", "registration_key")}"
    url: https://sls.mas-{instance}-sls.svc
    ca:
      crt: |
        {shared.own("sls", "ca_b64", "base64decode")}
""",
        _config(shared, f"jdbc-wsapp-{shared.workspace}-manage", "ibm-jdbc-config", "jdbccfgs", "wsapp"),
        f"""\
    jdbc_type: incluster-db2
    jdbc_instance_name: {shared.db2_instance}
    jdbc_instance_username: "{shared.own(f"{database}/credentials", "username")}"
    jdbc_instance_password: "{shared.own(f"{database}/credentials", "password")}"
    jdbc_connection_url: "{shared.own(f"{database}/config", "jdbc_connection_url")}"
    db2_dbname: BLUDB
    db2_namespace: {shared.db2_namespace}
    wsapp_suite_jdbccfg_labels:
      mas.ibm.com/applicationId: manage
      mas.ibm.com/configScope: workspace-application
      mas.ibm.com/instanceId: {instance}
      mas.ibm.com/workspaceId: {shared.workspace}
    jdbc_ca_pem:
      crt: |
        {shared.own(f"{database}/config", "ca_b64", "base64decode")}
""",
    ]
    if random.random() < 0.5:
        parts.append(_smtp(shared))
    if random.random() < 0.2:
        parts.append(_directory(shared))
    return "".join(parts)


def _smtp(shared: _Shared) -> str:
    cluster = shared.cluster
    return (
        _config(shared, "smtp-system", "ibm-mas-smtp-config", "smtpcfgs")
        + f"""\
    suite_smtp_username: "{shared.own("smtp", "username")}"
    suite_smtp_password: "{shared.own("smtp", "password")}"
    suite_smtp_display_name: Mail of {shared.instance}
    suite_smtp_host: mail.{cluster.name}.example.com
    suite_smtp_port: {shared.random.choice((465, 587))}
    suite_smtp_security: {shared.random.choice(("STARTTLS", "SSL"))}
    suite_smtp_authentication: true
    suite_smtp_default_sender_email: {shared.instance}@example.com
    suite_smtp_default_sender_name: Maintenance {shared.instance}
    suite_smtp_default_recipient_email: operations@example.com
    suite_smtp_default_should_email_passwords: false
    smtp_config_ca_certificate:
      crt: |
{_certificate(shared.random, 8)}"""
    )


def _directory(shared: _Shared) -> str:
    cluster = shared.cluster
    return (
        _config(shared, "ldap-system", "ibm-mas-idp-config", "idpcfgs")
        + f"""\
    suite_ldap_bind_dn: "{shared.own("ldap", "bindDN")}"
    suite_ldap_bind_password: "{shared.own("ldap", "bindPassword")}"
    suite_ldap_display_name: Users of {shared.instance}
    suite_ldap_url: ldaps://directory.{cluster.name}.example.com:636
    suite_ldap_basedn: ou=people,dc={cluster.name},dc=example,dc=com
    suite_ldap_userid_map: uid
    suite_ldap_certificate:
      crt: |
{_certificate(shared.random, 8)}"""
    )


def _sls(shared: _Shared) -> str:
    random, cluster = shared.random, shared.cluster
    return f"""\
ibm_sls:
  sls_channel: 3.x
  sls_entitlement_file: "{shared.own("license", "license_file")}"
  ibm_entitlement_key: "{shared.entitlement}"
  sls_install_plan: {_plan(random)}
  mongodb_provider: aws
  docdb_master_username: "{cluster.secret("mongo", "username")}"
  docdb_master_password: "{cluster.secret("mongo", "password")}"
  docdb_master_info: "{cluster.secret("mongo", "info")}"
  sls_mongo_username: "{shared.own("mongo", "username")}"
  sls_mongo_password: "{shared.own("mongo", "password")}"
  sls_mongo_secret_name: sls-mongo-credentials
  icr_cp_open: icr.io/cpopen
  run_sync_hooks: true
  mongo_spec:
    authMechanism: DEFAULT
    configDb: admin
    secretName: sls-mongo-credentials
    retryWrites: {_flag(random)}
    nodes:
      - host: mongo-0.{cluster.name}.example.com
        port: 27017
    certificates:
      - alias: root
        crt: |
{_certificate(random, 10)}      - alias: issuer
        crt: |
{_certificate(random, 10)}"""


def _db2u(shared: _Shared) -> str:
    return f"""\
ibm_db2u:
  db2_namespace: {shared.db2_namespace}
  db2_install_plan: {_plan(shared.random)}
  db2_channel: "{shared.cluster.secret("db2_default_channel", "db2_default_channel")}"
  ibm_entitlement_key: "{shared.entitlement}"
"""


def _db2u_databases(shared: _Shared) -> str:
    random = shared.random
    files, blocks = random.choice(STORAGE), random.choice(BLOCK_STORAGE)
    volumes = "".join(
        f"    db2_{name}_storage_class: {files if shared_access else blocks}\n"
        f"    db2_{name}_storage_size: {random.choice((20, 50, 100, 200, 500))}Gi\n"
        f"    db2_{name}_storage_accessmode: {'ReadWriteMany' if shared_access else 'ReadWriteOnce'}\n"
        for name, shared_access in (("meta", 1), ("data", 0), ("backup", 1), ("logs", 0), ("temp", 0))
    )
    cpu = random.choice((2, 4, 8))
    memory = random.choice((8, 16, 32))
    return f"""\
ibm_db2u_databases:
  - mas_application_id: manage
    db2_namespace: {shared.db2_namespace}
    db2_instance_name: {shared.db2_instance}
    db2_dbname: BLUDB
    db2_version: s11.5.9.0-cn1
    db2_table_org: ROW
    db2_instance_registry:
{_settings(_REGISTRY, random)}    db2_database_db_config:
{_settings(_DATABASE, random)}    db2_instance_dbm_config:
{_settings(_MANAGER, random)}    db2_mln_count: 1
    db2_num_pods: 1
{volumes}    db2_cpu_requests: {cpu}
    db2_cpu_limits: {cpu * 2}
    db2_memory_requests: {memory}Gi
    db2_memory_limits: {memory * 2}Gi
    cluster_domain: "{shared.cluster.secret("cluster_domain", "cluster_domain")}"
"""


_REGISTRY = (
    ("DB2_WORKLOAD", ("MAXIMO",)),
    ("DB2_SKIPINSERTED", ("ON",)),
    ("DB2_SKIPDELETED", ("ON",)),
    ("DB2_EVALUNCOMMITTED", ("YES",)),
    ("DB2_INLIST_TO_NLJN", ("YES",)),
    ("DB2_MINIMIZE_LISTPREFETCH", ("YES",)),
    ("DB2_USE_ALTERNATE_PAGE_CLEANING", ("ON",)),
    ("DB2_FMP_COMM_HEAPSZ", ("32768", "65536")),
    ("DB2_4K_DEVICE_SUPPORT", ("ON", "OFF")),
    ("DB2_BCKP_PAGE_VERIFICATION", ("TRUE", "FALSE")),
)
_DATABASE = (
    ("APPLHEAPSZ", ("8192 AUTOMATIC", "4096 AUTOMATIC")),
    ("AUTO_MAINT", ("ON",)),
    ("AUTO_TBL_MAINT", ("ON",)),
    ("AUTO_RUNSTATS", ("ON",)),
    ("AUTO_REORG", ("OFF", "ON")),
    ("AUTO_DB_BACKUP", ("OFF",)),
    ("CATALOGCACHE_SZ", ("400", "800", "1600")),
    ("CHNGPGS_THRESH", ("20", "40", "60")),
    ("CUR_COMMIT", ("ON",)),
    ("DATABASE_MEMORY", ("AUTOMATIC",)),
    ("DBHEAP", ("AUTOMATIC",)),
    ("DFT_QUERYOPT", ("3", "5")),
    ("LOCKLIST", ("AUTOMATIC",)),
    ("LOCKTIMEOUT", ("120", "300", "600")),
    ("LOGBUFSZ", ("512", "1024", "2048")),
    ("LOGFILSIZ", ("16384", "32768")),
    ("LOGPRIMARY", ("50", "100")),
    ("LOGSECOND", ("100", "150")),
    ("MAXFILOP", ("61440",)),
    ("NUM_DB_BACKUPS", ("30", "60")),
    ("NUM_IOCLEANERS", ("AUTOMATIC",)),
    ("NUM_IOSERVERS", ("AUTOMATIC",)),
    ("PCKCACHESZ", ("AUTOMATIC",)),
    ("REC_HIS_RETENTN", ("30", "60")),
    ("SOFTMAX", ("0",)),
    ("STAT_HEAP_SZ", ("AUTOMATIC",)),
    ("STMTHEAP", ("20000", "40000")),
    ("STMT_CONC", ("LITERALS", "OFF")),
    ("TRACKMOD", ("YES",)),
    ("WLM_ADMISSION_CTRL", ("NO",)),
)
_MANAGER = (
    ("AGENT_STACK_SZ", ("1024",)),
    ("FENCED_POOL", ("50", "100")),
    ("HEALTH_MON", ("OFF",)),
    ("KEEPFENCED", ("NO", "YES")),
    ("MON_HEAP_SZ", ("AUTOMATIC",)),
    ("RQRIOBLK", ("65535",)),
)


def _settings(table: tuple[tuple[str, tuple[str, ...]], ...], random: Random) -> str:
    return "".join(f'      {name}: "{random.choice(values)}"\n' for name, values in table)


def _install(shared: _Shared, app: str, kind: str) -> str:
    return f"""\
ibm_suite_app_{app}_install:
  ibm_entitlement_key: "{shared.entitlement}"
  mas_app_id: {app}
  mas_edition: {shared.random.choice(EDITIONS)}
  mas_app_namespace: mas-{shared.instance}-{app}
  mas_app_channel: "{shared.stream}"
  mas_app_catalog_source: ibm-operator-catalog
  mas_app_api_version: {"iot" if app == "iot" else "apps.mas"}.ibm.com/v1
  mas_app_kind: {kind}
  run_sync_hooks: true
  mas_app_spec: {{}}
"""


def _manage_config(shared: _Shared) -> str:
    random, workspace = shared.random, shared.workspace
    names = [(bundle, f"{workspace}-manage-d--sb{index}--asc--sn") for index, bundle in enumerate(BUNDLES)]
    server = "".join(f"      {name}: {_server_config(shared, bundle)}\n" for bundle, name in names)
    bundles = "".join(
        f"""\
            - additionalServerConfig:
                secretName: {name}
              bundleType: {bundle}
              isDefault: {"true" if bundle == "ui" else "false"}
              isMobileTarget: {"true" if bundle == "ui" else "false"}
              isUserSyncTarget: {"true" if bundle == "mea" else "false"}
              name: {bundle}
              replica: {random.choice((1, 1, 2, 3))}
              routeSubDomain: {bundle}
"""
        for bundle, name in names
    )
    storage = random.choice(STORAGE)
    volumes = "".join(
        f"""\
            - accessModes:
                - ReadWriteMany
              mountPath: /{name}
              pvcName: manage-{name.lower()}
              size: {random.choice((20, 50, 100))}Gi
              storageClassName: {storage}
"""
        for name in ("DOCLINKS", "bim", "jms")
    )
    languages = random.sample(LANGUAGES, random.randint(0, 3))
    secondary = "".join(f"\n            - {one}" for one in languages) or " []"
    return f"""\
ibm_mas_masapp_configs:
  - mas_app_id: manage
    mas_app_namespace: mas-{shared.instance}-manage
    mas_app_ws_apiversion: apps.mas.ibm.com/v1
    mas_app_ws_kind: ManageWorkspace
    mas_workspace_id: {workspace}
    mas_app_server_bundles_combined_add_server_config:
{server}    mas_appws_spec:
      bindings:
        jdbc: workspace-application
      components:
        base:
          version: latest
      settings:
        aio:
          install: {_flag(random)}
        db:
          dbSchema: maximo
          maxinst:
            bypassUpgradeVersionCheck: false
            db2Vargraphic: true
            demodata: {_flag(random)}
            indexSpace: MAXINDEX
            tableSpace: MAXDATA
        deployment:
          buildTag: latest
          defaultJMS: {_flag(random)}
          mode: up
          persistentVolumes:
{volumes}          serverBundles:
{bundles}          serverTimezone: {random.choice(("GMT", "Europe/Berlin", "America/Chicago", "Australia/Sydney"))}
        languages:
          baseLang: EN
          secondaryLangs:{secondary}
"""


def _server_config(shared: _Shared, bundle: str) -> str:
    """A WebSphere Liberty server configuration in base64 (about 2 KB), as the charts put it into a Secret."""
    random = shared.random
    names = ("inbound", "outbound", "errors", "notifications", "events", "retries", "audit")
    destinations = "\n".join(
        f'  <jmsQueue jndiName="jms/{shared.instance}/{bundle}/{name}">\n'
        f'    <properties.wasJms queueName="{name}_{random.randrange(10**6):06d}" '
        f'timeToLive="{random.randrange(600)}s"/>\n'
        f"  </jmsQueue>"
        for name in names
    )
    text = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<server description="bundle {bundle} of {shared.instance}">
  <featureManager>
    <feature>jndi-1.0</feature>
    <feature>wasJmsClient-2.0</feature>
  </featureManager>
  <executor coreThreads="{random.randint(4, 16)}" maxThreads="{random.randint(32, 128)}"/>
{destinations}
</server>
"""
    return base64.b64encode(text.encode()).decode()


def _certificate(random: Random, spaces: int) -> str:
    """A block of PEM, as long as a certificate of 4,096 bits: random bytes behind the tag of a DER sequence."""
    body = base64.b64encode(b"\x30\x82\x04\xa6\x30\x82" + random.randbytes(1140)).decode()
    lines = "".join(f"{body[start : start + 64]}\n" for start in range(0, len(body), 64))
    return indent(f"-----BEGIN CERTIFICATE-----\n{lines}-----END CERTIFICATE-----\n", " " * spaces)


def _flag(random: Random) -> str:
    return random.choice(("true", "true", "false"))
