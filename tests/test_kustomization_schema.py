"""What kustomize refuses and accepts: every outcome here was tried with kustomize 5.5."""

from __future__ import annotations

import pytest

from masgitops_lint.kubernetes.kustomization_schema import content_misfit, generator_misfits, misfits, patch_misfit

REFUSED = {
    "a number for a tag": {"images": [{"name": "a", "newTag": 1.0}]},
    "a boolean label": {"commonLabels": {"a": True}},
    "text for a flag": {"generatorOptions": {"disableNameSuffixHash": "true"}},
    "text for a count": {"replicas": [{"name": "x", "count": "2"}]},
    "a field of a patch": {"patches": [{"path": "p.yaml", "targets": {"kind": "Deployment"}}]},
    "a field of a target": {"patches": [{"path": "p.yaml", "target": {"kinds": "Deployment"}}]},
    "a list of file names as patches": {"patches": ["p.yaml"]},
    "text for a list": {"resources": "../base"},
    "an empty entry": {"resources": ["../base", None]},
    "a mapping among resources": {"resources": [{"path": "p.yaml"}]},
    "labels without pairs": {"labels": [{"a": "b"}]},
    "labels that are no list": {"labels": {"pairs": {"a": "b"}}},
    "another kind": {"kind": "Kustomisation"},
    "Flux's own group": {"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization"},
    "a component of v1beta1": {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Component"},
    "a field of a generator": {"configMapGenerator": [{"name": "a", "literal": ["a=b"]}]},
    "text for envs": {"configMapGenerator": [{"name": "a", "envs": "p.env"}]},
}
ACCEPTED = {
    "null": {"namespace": None, "images": None},
    "other case": {"images": [{"name": "a", "newtag": "1"}]},
    "options": {"patches": [{"path": "p.yaml", "target": {"kind": "A"}, "options": {"allowNameChange": True}}]},
    "labels": {"labels": [{"pairs": {"a": "b"}, "includeSelectors": True, "includeTemplates": False}]},
    "metadata": {"metadata": {"name": "x"}, "buildMetadata": ["originAnnotations"], "sortOptions": {"order": "fifo"}},
    "no identity": {"kind": "Component", "resources": ["a"]},
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_refused(data: dict[str, object]) -> None:
    assert list(misfits(data))


@pytest.mark.parametrize("data", ACCEPTED.values(), ids=ACCEPTED)
def test_accepted(data: dict[str, object]) -> None:
    assert not list(misfits(data))


def test_the_route_leads_to_the_value() -> None:
    (found,) = misfits({"images": [{"name": "a"}, {"name": "b", "newTag": 2}]})
    assert found.route == ("images", 1, "newTag")
    (found,) = misfits({"patches": [{"path": "p", "targets": {}}]})
    assert (found.route, found.field) == (("patches", 0, "targets"), "targets")


def test_generators() -> None:
    def texts(entry: dict[str, object]) -> list[str]:
        return [found.text for found in generator_misfits(entry, ("configMapGenerator", 0))]

    assert texts({"name": "a", "literals": ["a=b"], "files": ["x/a.conf", "b=x/b.conf"]}) == []
    assert texts({"literals": ["a=b"]}) == ["a generator must have a name"]
    assert texts({"name": "a", "literals": ["ab"]}) == ["a literal must have the form key=value"]
    assert texts({"name": "a", "files": ["k=a", "k=b"]}) == ["the key k is there twice"]


def test_patches() -> None:
    assert patch_misfit({"target": {"kind": "A"}})
    assert patch_misfit({"path": "a", "patch": "b"})
    assert not patch_misfit({"path": "a"})
    named = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}
    operation = [{"op": "add", "path": "/a", "value": 1}]
    assert not content_misfit([named, named], targeted=False)
    assert not content_misfit([named], targeted=True)
    assert not content_misfit([operation], targeted=True)
    assert content_misfit([named, named], targeted=True)
    assert content_misfit([operation], targeted=False)
    assert content_misfit([[{"op": "ad", "path": "/a"}]], targeted=True)
    assert content_misfit([{"kind": "ConfigMap"}], targeted=True)
    assert content_misfit([None], targeted=False)
