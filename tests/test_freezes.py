"""Which ApplicationSets freeze is known without running the generators of a repo whose merge keys all differ."""

from __future__ import annotations

import pytest

from masgitops_lint.app import Request, open_session
from masgitops_lint.mas.config import MasConfig

from .conftest import MakeRepo

FILE = "dev/cluster1/ibm-dro.yaml"
SAME = 'merge-key: "dev/cluster1"\nibm_dro: {}\n'


def config(make_repo: MakeRepo, files: dict[str, str]) -> MasConfig:
    return open_session(Request(path=str(make_repo(files)))).context.mas


def test_a_clean_repo_needs_no_generators(make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    mas = config(make_repo, {})
    assert mas.meant
    monkeypatch.setattr(MasConfig, "generations", None)
    assert mas.freezes == ()


@pytest.mark.parametrize("files", [{"dev/cluster2/ibm-dro.yaml": SAME}, {"dev/cluster1/deep/ibm-dro.yaml": SAME}])
def test_the_same_key_twice_freezes(files: dict[str, str], make_repo: MakeRepo) -> None:
    mas = config(make_repo, {FILE: SAME, **files})
    assert mas.meant
    assert [freeze for _, freeze in mas.freezes] == [
        freeze for generation in mas.generations() for freeze in generation.freezes
    ]
    assert {file.path for _, freeze in mas.freezes for file in freeze.files} == {FILE, *files}


def test_keys_that_are_missing_are_the_same(make_repo: MakeRepo) -> None:
    without = "ibm_dro: {}\n"
    mas = config(make_repo, {FILE: without, "dev/cluster2/ibm-dro.yaml": without})
    assert mas.meant
    assert {freeze.key for _, freeze in mas.freezes} == {"null"}
