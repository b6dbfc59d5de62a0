"""What GitHub Actions workflows do to manifests and images."""

from __future__ import annotations

from pathlib import Path

import pytest

from .unit_repos import application, units

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n    - name: web\n      image: %s\n"
STEP = "on: push\njobs:\n  build:\n    steps:\n      - uses: actions/checkout@v5\n      - run: |\n          %s\n"


def files(image: str, command: str, more: str = "") -> dict[str, str]:
    return {
        "apps/web.yaml": application("web", "web"),
        "web/pod.yaml": POD % image,
        ".github/workflows/build.yml": STEP % command + more,
    }


@pytest.mark.parametrize(
    ("command", "more", "found"),
    [
        ("sed -i 's|IMAGE_TAG|${{ github.sha }}|g' web/pod.yaml", "", 1),
        ("sed -i 's|IMAGE_TAG|${{ github.sha }}|g' web/pod.yaml", "          git commit -am tag && git push\n", 0),
        ("sed -i 's|OTHER|${{ github.sha }}|g' web/pod.yaml", "", 0),
        ("sed -i 's|IMAGE_TAG|x|g' README.md", "", 0),
    ],
)
def test_replacements_that_stay_in_the_checkout(tmp_path: Path, command: str, more: str, found: int) -> None:
    graph = units(tmp_path, files("shop.azurecr.io/web:IMAGE_TAG", command, more))
    assert len(list(graph.local_replacements())) == found


@pytest.mark.parametrize(
    ("image", "command", "found"),
    [
        ("shop.azurecr.io/web:1", "docker push store.azurecr.io/web:1", 1),
        ("shop.azurecr.io/web:1", "docker push shop.azurecr.io/web:1", 0),
        ("shop.azurecr.io/web:1", "az acr build --registry store --image web:1 .", 1),
        ("shop.azurecr.io/web:1", "docker push store.azurecr.io/other:1", 0),
        ("docker.io/acme/web:1", "docker push store.azurecr.io/web:1", 0),
    ],
)
def test_images_from_another_registry(tmp_path: Path, image: str, command: str, found: int) -> None:
    assert len(list(units(tmp_path, files(image, command)).foreign_images())) == found


@pytest.mark.parametrize(
    ("command", "more", "path"),
    [
        ("kubectl apply -f k8s/pod.yaml", "", "k8s/pod.yaml"),
        ("kubectl -n shop apply -f web/pod.yaml", "", ""),
        ("kubectl apply -k deploy/web", "", "deploy/web"),
        ("yq -i '.spec.x = 1' manifests/pod.yaml", "", "manifests/pod.yaml"),
        ("kubectl apply -f k8s/unheard-of.yaml", "", ""),
        ("cd web && kubectl apply -f k8s/pod.yaml", "", ""),
        ("kubectl apply -f k8s/pod.yaml", "        working-directory: web\n", ""),
        ("kubectl apply -f https://example.net/k8s/pod.yaml", "", ""),
        ("kubectl apply -f k8s/$NAME.yaml", "", ""),
    ],
)
def test_paths_that_moved(tmp_path: Path, command: str, more: str, path: str) -> None:
    graph = units(tmp_path, files("shop.azurecr.io/web:1", command, more))
    assert [one.path for one in graph.absent_paths()] == ([path] if path else [])


@pytest.mark.parametrize(("name", "found"), [("default", 0), ("gcp", 1)])
def test_references_of_crossplane(tmp_path: Path, name: str, found: int) -> None:
    config = (
        "apiVersion: gcp.upbound.io/v1beta1\nkind: ProviderConfig\nmetadata: {name: default}\nspec: {projectID: a}\n"
    )
    package = "spec: {package: xpkg.upbound.io/upbound/provider-gcp-storage:v1}\n"
    provider = f"apiVersion: pkg.crossplane.io/v1\nkind: Provider\nmetadata: {{name: provider-gcp-storage}}\n{package}"
    bucket = "apiVersion: storage.gcp.upbound.io/v1beta1\nkind: Bucket\nmetadata: {name: b}\nspec:\n"
    graph = units(
        tmp_path,
        {
            "apps/infra.yaml": application("infra", "infra"),
            "infra/provider.yaml": provider,
            "infra/config.yaml": config,
            "infra/bucket.yaml": f"{bucket}  forProvider: {{location: EU}}\n  providerConfigRef: {{name: {name}}}\n",
        },
    )
    assert [one.kind for one in graph.crossplane_troubles()] == ["provider-config"] * found
