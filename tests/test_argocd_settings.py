"""Policies, roles, labels and finalizers as Argo CD reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from .unit_repos import application, units

_RBAC = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: argocd-rbac-cm, namespace: argocd}\ndata:\n  policy.csv: |\n"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("p, role:dev, applications, sync, shop/*, allow", ""),
        ("# p, role:dev", ""),
        ('p, "role:dev", applications, action/apps/Deployment/restart, shop/*, deny', ""),
        ("p, role:*, clusters, g*, *, allow", ""),
        ("g, acme:dev, role:admin", ""),
        ("p, role:dev, applications, sync, allow", "is no policy of the form"),
        ("g, acme:dev, role:dev, extra", "is no policy of the form"),
        ("p, role:dev, application, sync, shop/*, allow", "has no resource 'application'"),
        ("p, role:dev, applications, list, shop/*, allow", "has no action 'list'"),
        ("p, role:dev, applications, sync, shop/*, yes", "'yes' is no effect"),
        ("g, acme:dev, role:devs", "no policy gives role:devs anything"),
    ],
)
def test_policies(tmp_path: Path, line: str, text: str) -> None:
    graph = units(tmp_path, {"app.yaml": application("cd", "cd"), "cd/rbac.yaml": f"{_RBAC}    {line}\n"})
    found = [one.text for one in graph.setting_troubles()]
    assert len(found) == bool(text)
    assert all(text in one for one in found)


@pytest.mark.parametrize(
    ("finalizer", "known"),
    [
        ("resources-finalizer.argocd.argoproj.io", True),
        ("resources-finalizer.argocd.argoproj.io/background", True),
        ("acme.example.net/keep", True),
        ("resource-finalizer.argocd.argoproj.io", False),
        ("resources-finalizer.argoproj.io", False),
    ],
)
def test_finalizers(tmp_path: Path, finalizer: str, known: bool) -> None:
    text = f"""apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: cd, namespace: argocd, finalizers: [{finalizer}]}}
spec:
  project: default
  source: {{repoURL: https://git.example.net/acme/fleet.git, targetRevision: main, path: cd}}
  destination: {{server: https://kubernetes.default.svc, namespace: argocd}}
"""
    graph = units(tmp_path, {"root.yaml": text})
    assert (not list(graph.setting_troubles())) is known
