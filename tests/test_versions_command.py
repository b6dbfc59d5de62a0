"""`mas-lint versions` says what is needed, why, and what runs."""

from __future__ import annotations

import json
import re
from pathlib import Path

from click.testing import CliRunner

from masgitops_lint.cli.versions import command

from .conftest import lay
from .test_version_rules import ROOT


def test_a_config_repo(tmp_path: Path) -> None:
    files = {
        "root.yaml": ROOT,
        "argocd/kustomization.yaml": "images:\n- {name: quay.io/argoproj/argocd, newTag: v2.10.3}\n",
    }
    repo = str(lay(tmp_path, files))
    text = CliRunner().invoke(command, [repo, "--isolated"]).output
    assert text.startswith("Argo CD: needs 2.10.10 or newer\n")
    assert re.search(r"root\.yaml:\d+:\d+: `auto_delete: true` of account dev", text)
    assert "runs: Argo CD 2.10.3 (image quay.io/argoproj/argocd:v2.10.3 at argocd/kustomization.yaml:2:" in text
    assert "lacks: pruning in reverse order of sync waves" in text
    data = json.loads(CliRunner().invoke(command, [repo, "--isolated", "--output-format", "json"]).output)
    assert data["argocd"]["lowest"] == "2.10.10"
    (account,) = data["argocd"]["accounts"]
    assert account["runs"] == "2.10.3"
    assert account["lacks"] == ["reverse-wave-prune"]
    assert all(need["source"] for need in data["argocd"]["needs"])
    assert data["catalogs"]["clusters"][0]["catalog"] == "v9-260326-amd64"


def test_an_unknown_version_is_said_to_be_unknown(tmp_path: Path) -> None:
    text = CliRunner().invoke(command, [str(lay(tmp_path, {})), "--isolated"]).output
    assert "needs 2.10.0 or newer" in text
    assert "runs: unknown" in text


def test_nothing_there(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("x")
    assert CliRunner().invoke(command, [str(tmp_path)]).exit_code == 3


def test_a_version_that_is_none_is_refused(tmp_path: Path) -> None:
    refused = CliRunner().invoke(command, [str(lay(tmp_path, {})), "--argocd-version", "newest"])
    assert refused.exit_code == 2
    assert "`newest` is no version" in refused.output
