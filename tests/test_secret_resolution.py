"""Who needs which Secret, who makes it, and what is said when nobody does."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from masgitops_lint.kubernetes.objects import kube_object
from masgitops_lint.kubernetes.provider_classes import troubles
from masgitops_lint.kubernetes.secrets import needs_of, produced_by
from masgitops_lint.settings.values import DeclaredSecret, SecretSettings, Settings

from .unit_repos import SYNC, application, config_map, flux_kustomization, units

POD = """apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  containers:
    - name: web
      image: nginx
      env:
        - {name: A, valueFrom: {secretKeyRef: {name: %s, key: %s}}}
        - {name: B, valueFrom: {secretKeyRef: {name: maybe, key: b, optional: true}}}
"""
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: %s, namespace: %s}\nstringData: {a: x}\n"


def outcome(tmp_path: Path, files: dict[str, str], settings: Settings | None = None) -> list[tuple[str, str]]:
    graph = units(tmp_path, files, settings)
    return [(found.need.name, found.outcome) for found in graph.needs()]


def plain(**files: str) -> dict[str, str]:
    """A kustomization `app` over the given manifests."""
    listed = ", ".join(f"{name}.yaml" for name in files)
    return {f"app/{name}.yaml": text for name, text in files.items()} | {
        "app/kustomization.yaml": f"resources: [{listed}]\n"
    }


def test_a_provider_in_the_same_namespace(tmp_path: Path) -> None:
    assert outcome(tmp_path, plain(pod=POD % ("s", "a"), secret=SECRET % ("s", "shop"))) == [("s", "resolved")]


def test_another_namespace_is_none(tmp_path: Path) -> None:
    graph = units(tmp_path, plain(pod=POD % ("s", "a"), secret=SECRET % ("s", "other")))
    (found,) = graph.needs()
    assert found.outcome == "missing"
    assert graph.near(found)[0] == "other/s"


def test_a_release_prefix_is_suggested(tmp_path: Path) -> None:
    graph = units(tmp_path, plain(pod=POD % ("db-secret", "a"), secret=SECRET % ("web-db-secret", "shop")))
    (found,) = graph.needs()
    assert graph.near(found)[0] == "web-db-secret"


def test_a_declared_secret_exists(tmp_path: Path) -> None:
    settings = Settings(secrets=SecretSettings(declared=(DeclaredSecret("shop/*"),)))
    assert outcome(tmp_path, plain(pod=POD % ("s", "a")), settings) == [("s", "resolved")]


def test_a_file_that_nothing_applies_is_named(tmp_path: Path) -> None:
    files = plain(pod=POD % ("s", "a")) | {"app/secret.yaml": SECRET % ("s", "shop")}
    assert outcome(tmp_path, files) == [("s", "unused-file")]


def test_a_script_that_creates_it(tmp_path: Path) -> None:
    files = plain(pod=POD % ("the-secret", "a")) | {"setup.sh": "kubectl create secret generic the-secret\n"}
    assert outcome(tmp_path, files) == [("the-secret", "by-hand")]


def test_remote_bases_may_bring_it(tmp_path: Path) -> None:
    files = plain(pod=POD % ("s", "a"))
    files["app/kustomization.yaml"] += "components:\n- https://example.com/acme/repo//c?ref=v1\n"
    assert outcome(tmp_path, files) == [("s", "opaque")]


def test_a_chart_named_like_the_secret_may_make_it(tmp_path: Path) -> None:
    release = """apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: %s, namespace: shop}
spec: {interval: 1h, chartRef: {kind: OCIRepository, name: x}}
"""
    base = {
        "clusters/one/flux-system/gotk-sync.yaml": SYNC,
        "clusters/one/apps.yaml": flux_kustomization("apps", "./apps"),
        "apps/pod.yaml": POD % ("shop-db-credentials", "a"),
    }
    assert outcome(tmp_path / "1", {**base, "apps/r.yaml": release % "shop-db"}) == [("shop-db-credentials", "opaque")]
    assert outcome(tmp_path / "2", {**base, "apps/r.yaml": release % "cache"}) == [("shop-db-credentials", "missing")]


def test_values_of_a_release(tmp_path: Path) -> None:
    release = """apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web, namespace: shop}
spec:
  interval: 1h
  chartRef: {kind: OCIRepository, name: x}
  values:
    controllers: {main: {envFrom: [{secretRef: {name: "{{ .Release.Name }}-env"}}]}}
    auth: {existingSecret: gone}
"""
    files = {
        "clusters/one/flux-system/gotk-sync.yaml": SYNC,
        "clusters/one/r.yaml": release,
        "clusters/one/s.yaml": SECRET % ("web-env", "shop"),
    }
    assert outcome(tmp_path, files) == [("web-env", "resolved"), ("gone", "missing")]


@pytest.mark.parametrize(
    ("manifest", "made"),
    [
        (
            "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: e}\n"
            "spec: {target: {name: t}, data: [{secretKey: k, remoteRef: {key: x}}]}\n",
            [("t", ("k",))],
        ),
        (
            "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: e}\n"
            "spec: {target: {template: {data: {A: '{{ .a }}'}}}, dataFrom: [{extract: {key: x}}]}\n",
            [("e", ("A",))],
        ),
        (
            "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: e}\n"
            "spec: {dataFrom: [{extract: {key: x}}]}\n",
            [("e", None)],
        ),
        (
            "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: s}\nspec: {encryptedData: {a: x}}\n",
            [("s", ("a",))],
        ),
        (
            "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: c}\nspec: {secretName: tls}\n",
            [("tls", ("tls.crt", "tls.key", "ca.crt"))],
        ),
        (
            "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: db}\nspec: {}\n",
            [(f"db-{part}", None) for part in ("app", "superuser", "ca", "server", "replication")],
        ),
        (
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\n"
            "metadata: {name: i, annotations: {cert-manager.io/cluster-issuer: x}}\nspec: {tls: [{secretName: t}]}\n",
            [("t", ("tls.crt", "tls.key", "ca.crt"))],
        ),
        (
            "apiVersion: secrets-store.csi.x-k8s.io/v1\nkind: SecretProviderClass\nmetadata: {name: c}\n"
            "spec: {secretObjects: [{secretName: s, data: [{objectName: o, key: k}]}]}\n",
            [("s", ("k",))],
        ),
        ("apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {a: YQ==}\n", [("s", ("a",))]),
    ],
)
def test_producers(manifest: str, made: list[tuple[str, tuple[str, ...] | None]]) -> None:
    obj = kube_object(yaml.safe_load(manifest), "x.yaml")
    assert obj is not None
    assert [(producer.name, producer.fields) for producer in produced_by(obj)] == made


@pytest.mark.parametrize(
    ("manifest", "needed"),
    [
        (POD % ("s", "a"), [("Secret", "s", "a"), ("Secret", "maybe", "b")]),
        (
            "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: j}\nspec: {jobTemplate: {spec: {template: {spec: {"
            "containers: [], imagePullSecrets: [{name: pull}], volumes: [{name: v, secret: {secretName: s}}, "
            "{name: c, configMap: {name: m}}]}}}}}\n",
            [("Secret", "s", ""), ("ConfigMap", "m", ""), ("Secret", "pull", "")],
        ),
        (
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: r}\n"
            "spec: {valuesFrom: [{kind: Secret, name: v, valuesKey: x.yaml}]}\n",
            [("Secret", "v", "x.yaml")],
        ),
        (
            "apiVersion: cert-manager.io/v1\nkind: ClusterIssuer\nmetadata: {name: i}\n"
            "spec: {acme: {privateKeySecretRef: {name: own}, solvers: [{dns01: {cloudflare: {apiTokenSecretRef: "
            "{name: token, key: t}}}}]}}\n",
            [("Secret", "token", "t")],
        ),
        (
            "apiVersion: gcp.upbound.io/v1beta1\nkind: ProviderConfig\nmetadata: {name: d}\n"
            "spec: {credentials: {source: Secret, secretRef: {namespace: x, name: gcp, key: creds}}}\n",
            [("Secret", "gcp", "creds")],
        ),
    ],
)
def test_needs(manifest: str, needed: list[tuple[str, str, str]]) -> None:
    obj = kube_object(yaml.safe_load(manifest), "x.yaml")
    assert obj is not None
    assert [(need.kind, need.name, need.field) for need in needs_of(obj)] == needed


CLASS = """apiVersion: secrets-store.csi.x-k8s.io/v1
kind: SecretProviderClass
metadata: {name: vault, namespace: %s}
spec:
  provider: azure
  parameters:
    clientID: x
    objects: |
      array:
        - |
          objectName: a
          objectAlias: A
  secretObjects: [{secretName: s, data: [{objectName: A, key: a}]}]
"""
MOUNT = """apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  containers: [{name: web, image: nginx, envFrom: [{secretRef: {name: s}}]}]
  volumes:
    - name: v
      csi: {driver: secrets-store.csi.k8s.io, readOnly: true, volumeAttributes: {secretProviderClass: vault}}
"""


def test_a_provider_class_that_is_mounted(tmp_path: Path) -> None:
    assert not list(troubles(units(tmp_path, plain(c=CLASS % "shop", pod=MOUNT))))


def test_a_provider_class_elsewhere(tmp_path: Path) -> None:
    found = {trouble.kind for trouble in troubles(units(tmp_path, plain(c=CLASS % "default", pod=MOUNT)))}
    assert found == {"elsewhere", "namespace", "never-mounted"}


def test_config_maps_count_as_well(tmp_path: Path) -> None:
    pod = POD.replace("secretKeyRef: {name: %s, key: %s}", "configMapKeyRef: {name: %s, key: %s}")
    files = plain(pod=pod % ("m", "a"), m=config_map("m", "shop", "a: 1"))
    assert outcome(tmp_path, files) == [("m", "resolved")]


CHART_APP = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  source:
    repoURL: https://charts.example.net
    chart: some-chart
    targetRevision: 1.0.0
    helm:
%s
  destination: {server: https://kubernetes.default.svc, namespace: shop}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: secrets, namespace: argocd}
spec:
  project: default
  source: {repoURL: https://git.example.net/acme/fleet.git, path: secrets}
  destination: {server: https://kubernetes.default.svc, namespace: shop}
"""
DB_SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: db-credentials}\ndata: {password: c2VjcmV0}\n"


@pytest.mark.parametrize(
    ("helm", "line"),
    [
        ("      valuesObject:\n        auth:\n          existingSecret: db-credential", 13),
        ("      values: |\n        auth:\n          existingSecret: db-credential", 13),
        ("      valuesObject: {auth: {existingSecret: db-credentials}}", 0),
        ("      valuesObject: {auth: {enabled: false, existingSecret: db-credential}}", 0),
        ("      valuesObject: {auth: {existingSecret: web-credential}}", 0),
        ("      valuesObject: {auth: {existingSecret: made}, extraSecrets: [{name: made}]}", 0),
    ],
)
def test_secrets_in_values_of_argo_charts(tmp_path: Path, helm: str, line: int) -> None:
    graph = units(tmp_path, {"apps/all.yaml": CHART_APP % helm, "secrets/db.yaml": DB_SECRET})
    missing = [found for found in graph.needs() if found.outcome == "missing"]
    assert len(missing) == (line > 0)
    for found in missing:
        assert graph.repository is not None
        place = found.need.place
        span = graph.repository.document(place.path).span(place.keys, place.part, place.document)
        assert span.line <= line <= span.end_line
        assert graph.near(found)[0] == "db-credentials"


def test_secrets_in_values_of_wrapper_charts(tmp_path: Path) -> None:
    files = {
        "apps/web.yaml": application("web", "charts/web", namespace="shop"),
        "charts/web/Chart.yaml": "name: web\nversion: 1.0.0\ndependencies:\n"
        "  - {name: postgresql, version: 1.0.0, repository: https://charts.example.net, alias: db}\n",
        "charts/web/values.yaml": "db: {auth: {existingSecret: db-secret}}\nother: {existingSecret: unrelated}\n",
        "charts/web/values-prod.yaml": "db: {auth: {existingSecret: prod-secret}}\n",
    }
    files["apps/web.yaml"] = files["apps/web.yaml"].replace(
        "path: charts/web", "path: charts/web\n    helm: {valueFiles: [values-prod.yaml]}"
    )
    found = [(one.need.name, one.need.place.path) for one in units(tmp_path, files).needs()]
    assert found == [("prod-secret", "charts/web/values-prod.yaml")]


REPOSITORY = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: %s, namespace: flux-system}\nspec: {url: %s}\n"
APPS = {
    "clusters/one/flux-system/gotk-sync.yaml": SYNC,
    "clusters/one/apps.yaml": flux_kustomization("apps", "./apps"),
    "apps/pod.yaml": POD % ("web-password", "a"),
}


def elsewhere(name: str, url: str, extra: str = "") -> dict[str, str]:
    """A Kustomization whose manifests are in another repository."""
    manifest = flux_kustomization(name, "./deploy", extra).replace("name: flux-system}", f"name: {name}}}")
    return {"clusters/one/source.yaml": REPOSITORY % (name, url), "clusters/one/other.yaml": manifest}


@pytest.mark.parametrize(
    ("name", "url", "extra", "seen"),
    [
        ("monitoring-crds", "https://example.org/acme/prometheus", "", "missing"),
        ("storage", "https://example.org/acme/storage", "", "missing"),
        ("shop-base", "https://example.org/acme/shop", "", "opaque"),
        ("storage", "https://example.org/acme/storage", "  targetNamespace: shop\n", "opaque"),
        ("storage", "https://example.org/acme/storage", "  targetNamespace: store\n", "missing"),
    ],
)
def test_what_another_repository_may_bring(tmp_path: Path, name: str, url: str, extra: str, seen: str) -> None:
    assert outcome(tmp_path, APPS | elsewhere(name, url, extra)) == [("web-password", seen)]


def test_a_policy_that_copies_all_secrets_makes_none(tmp_path: Path) -> None:
    policy = (
        "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: sync}\nspec:\n  rules:\n    - name: copy\n"
        '      generate: {kind: Secret, name: "{{request.object.metadata.name}}", namespace: shop}\n'
    )
    files = plain(pod=POD % ("s", "a"), policy=policy)
    assert outcome(tmp_path, files) == [("s", "missing")]
    assert outcome(tmp_path / "2", plain(pod=POD % ("s", "a"), policy=policy, secret=SECRET % ("s", "base"))) == [
        ("s", "resolved")
    ]


def test_a_push_into_the_cluster_makes_a_secret(tmp_path: Path) -> None:
    store = "apiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata: {name: in}\nspec: {provider: {%s: {}}}\n"
    push = (
        "apiVersion: external-secrets.io/v1alpha1\nkind: PushSecret\nmetadata: {name: p, namespace: base}\nspec:\n"
        "  secretStoreRefs: [{kind: ClusterSecretStore, name: in}]\n  selector: {secret: {name: t}}\n"
        "  data: [{match: {secretKey: a, remoteRef: {remoteKey: s, property: a}}}]\n"
    )
    files = plain(pod=POD % ("s", "a"), push=push, other=SECRET % ("t", "base"))
    inside = plain(store=store % "kubernetes")["app/store.yaml"]
    files["app/kustomization.yaml"] = "resources: [pod.yaml, push.yaml, other.yaml, store.yaml]\n"
    assert ("s", "resolved") in outcome(tmp_path, files | {"app/store.yaml": inside})
    assert ("s", "missing") in outcome(tmp_path / "2", files | {"app/store.yaml": store % "vault"})


def test_values_of_a_release_refer_to_its_target_namespace(tmp_path: Path) -> None:
    release = (
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web, namespace: flux-system}\nspec:\n"
        "  targetNamespace: shop\n  chart: {spec: {chart: x, sourceRef: {kind: HelmRepository, name: x}}}\n"
        "  values: {env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: a}}}]}\n"
    )
    files = APPS | {"apps/pod.yaml": release, "apps/secret.yaml": SECRET % ("s", "shop")}
    assert outcome(tmp_path, files) == [("s", "resolved")]


@pytest.mark.parametrize(
    ("name", "values", "seen"),
    [
        ("web-password", "{image: x}", "missing"),
        ("web", "{image: x}", "opaque"),
        ("web-postgresql", "{image: x}", "opaque"),
        ("web-queue", "{queue: {enabled: true}}", "opaque"),
        ("web-password", "{secrets: {password: {}}}", "opaque"),
    ],
)
def test_names_in_a_releases_own_values(tmp_path: Path, name: str, values: str, seen: str) -> None:
    release = (
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web, namespace: shop}\nspec:\n"
        "  chart: {spec: {chart: x, sourceRef: {kind: HelmRepository, name: x}}}\n"
        "  valuesFrom: [{kind: Secret, name: web-values}]\n"
        f"  values: {{env: [{{name: A, valueFrom: {{secretKeyRef: {{name: {name}, key: a}}}}}}], {values[1:]}\n"
    )
    found = dict(outcome(tmp_path, APPS | {"apps/pod.yaml": release}))
    assert found == {"web-values": "missing", name: seen}


def test_secrets_of_custom_resources() -> None:
    cluster = kube_object(
        yaml.safe_load(
            "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: db, namespace: shop}\nspec:\n"
            "  superuserSecret: {name: a}\n  managed: {roles: [{name: r, passwordSecret: {name: b}}]}\n"
            "  backup: {barmanObjectStore: {s3Credentials: {accessKeyId: {name: c, key: k}}}}\n"
        ),
        "db.yaml",
    )
    monitor = kube_object(
        yaml.safe_load(
            "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: m, namespace: shop}\nspec:\n"
            "  endpoints: [{basicAuth: {username: {name: d, key: u}}, tlsConfig: {ca: {configMap: {name: e, key: c}}}}]\n"
        ),
        "m.yaml",
    )
    ingress = kube_object(
        yaml.safe_load(
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i, namespace: shop, annotations: "
            "{nginx.ingress.kubernetes.io/auth-secret: auth/f}}\n"
        ),
        "i.yaml",
    )
    found = [(need.namespace, need.name) for obj in (cluster, monitor, ingress) if obj for need in needs_of(obj)]
    assert sorted(found) == [("", "a"), ("", "b"), ("", "c"), ("", "d"), ("auth", "f")]


def test_the_common_chart_makes_no_secret_of_its_own(tmp_path: Path) -> None:
    release = (
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web, namespace: shop}\nspec:\n"
        "  chartRef: {kind: OCIRepository, name: common}\n"
        "  values: {envFrom: [{secretRef: {name: web}}]%s}\n---\n"
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata: {name: common, namespace: shop}\n"
        "spec: {url: oci://example.com/charts/app-template, interval: 1h}\n"
    )
    assert outcome(tmp_path / "1", APPS | {"apps/pod.yaml": release % ""}) == [("web", "missing")]
    assert outcome(tmp_path / "2", APPS | {"apps/pod.yaml": release % ", secrets: {a: {}}"}) == [("web", "opaque")]
