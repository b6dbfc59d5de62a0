"""The page of `mas-lint graph`: its logic by itself, and the whole of it in a browser where there is one."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from masgitops_lint.cli import group
from masgitops_lint.report.graph import page

from .conftest import CLEAN, ROOT, MakeRepo

MODEL = ROOT / "masgitops_lint" / "graph" / "page" / "model.js"
NODE = shutil.which("node")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
MANAGE = "Application:dev/main.manage.cluster1.inst1"


def html(path: Path, *arguments: str) -> str:
    result = CliRunner().invoke(group, ["graph", "--output-format", "html", "--isolated", *arguments, str(path)])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_page_stands_alone() -> None:
    text = html(CLEAN)
    body = text.replace(re.search(r'<script type="application/json".*?</script>', text, re.S)[0], "")  # type: ignore[index]
    assert not re.search(r'(?:src|href)\s*=\s*["\'](?!#)', body)
    assert "default-src 'none'" in body
    assert not re.search(r"/\*(?:STYLE|MODEL|VIEW|DATA)\*/", text)


def test_no_secret_value_gets_into_the_page(make_repo: MakeRepo) -> None:
    root = make_repo()
    file = root / "dev/cluster1/ibm-dro.yaml"
    file.write_text(
        re.sub(r'ibm_entitlement_key: ".*"', 'ibm_entitlement_key: "s3cr3t-value-in-clear"', file.read_text())
    )
    text = html(root, "--no-findings")
    assert "s3cr3t-value-in-clear" not in text
    assert page.MASK in text


def test_data_cannot_break_out_of_its_element() -> None:
    text = page.render({"x": "</script><script>alert(1)</script><!--"}, "a <b>")
    assert "<script>alert" not in text
    assert "a &lt;b>" in text


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_the_logic_without_a_browser(tmp_path: Path) -> None:
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', html(CLEAN), re.S)
    assert data is not None
    (tmp_path / "data.json").write_text(data[1])
    script = f"""
const G = require({json.dumps(str(MODEL))});
const model = G.index(JSON.parse(require("fs").readFileSync({json.dumps(str(tmp_path / "data.json"))}, "utf8")));
const none = {{text: "", cluster: "", instance: "", wave: "", finding: ""}};
const names = (ids) => [...ids].map((id) => model.nodes.get(id).label);
const dro = "secret:dev/cluster1/dro";
const all = G.matches(model, none);
const plan = G.layout(model, all, new Set());
const overlap = plan.lanes.some((l) => l.boxes.some((a, i) => l.boxes.slice(i + 1).some((b) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height)));
console.log(JSON.stringify({{
  up: names(G.upstream(model, {json.dumps(MANAGE)})), down: names(G.downstream(model, dro)),
  before: G.beforehand(model, {json.dumps(MANAGE)}).groups.map((g) => [g.scope, g.wave]),
  writers: G.origin(model, model.nodes.get(dro)).writers.map((n) => n.label),
  hand: G.origin(model, model.nodes.get("secret:dev/cluster1/ibm_entitlement")).text,
  all: all.size, drawn: plan.lanes.reduce((sum, lane) => sum + lane.boxes.length, 0), overlap,
  cluster2: names(G.matches(model, {{...none, cluster: "cluster2"}})),
  found: names(G.matches(model, {{...none, text: "main manage"}})),
  wave: names(G.matches(model, {{...none, wave: "030"}})),
}}));
"""
    result = subprocess.run([str(NODE), "-e", script], capture_output=True, text=True, check=True)
    seen = json.loads(result.stdout)
    assert {"suite.cluster1.inst1", "dro.cluster1", "manage.cluster1.inst1", "dev/cluster1/dro"} <= set(seen["up"])
    assert not any("inst2" in name or "cluster2" in name for name in seen["up"])
    assert "inst1-bas-system.cluster1" in seen["down"]
    assert seen["before"] == sorted(seen["before"], key=lambda one: (one[0].count("/"), one[1]))
    assert seen["writers"] == ["dro.cluster1"]
    assert "by hand" in seen["hand"]
    assert not seen["overlap"]
    assert seen["drawn"] > 60
    assert all("cluster1" not in name for name in seen["cluster2"])
    assert "main.manage.cluster1.inst1" in seen["found"]
    assert {"dro.cluster1", "dro.cluster2"} <= set(seen["wave"])


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
def test_in_a_browser(tmp_path: Path) -> None:
    file = tmp_path / "graph.html"
    file.write_text(html(CLEAN))
    result = subprocess.run(
        [
            str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}",
            "--virtual-time-budget=3000", "--dump-dom", f"{file.as_uri()}#{MANAGE}",
        ],
        capture_output=True, text=True, timeout=90, check=True,
    )  # fmt: skip
    dom = result.stdout
    assert "<h2>main.manage.cluster1.inst1</h2>" in dom
    assert "Must be ready before it" in dom
    picked = re.findall(r'<g class="[^"]*\bpick\b[^"]*" data-id="([^"]+)"', dom)
    assert picked == [MANAGE]
    assert len(re.findall(r'<g class="[^"]*\bup\b', dom)) > 10


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
def test_a_thousand_applications_in_a_browser(tmp_path: Path) -> None:
    fleet = tmp_path / "fleet"
    for number in range(55):
        cluster = f"c{number // 5:02d}"
        for source in (CLEAN / "dev" / "cluster1").iterdir():
            target = fleet / "dev" / cluster / (f"i{number:02d}" if source.name == "inst1" else source.name)
            for file in source.iterdir() if source.name == "inst1" else [source] if source.is_file() else []:
                text = file.read_text().replace("cluster1", cluster).replace("inst1", f"i{number:02d}")
                place = target / file.name if source.is_dir() else target
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(text)
    file = tmp_path / "graph.html"
    file.write_text(html(fleet, "--no-findings"))
    result = subprocess.run(
        [
            str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}",
            "--virtual-time-budget=3000", "--dump-dom", f"{file.as_uri()}#Application:dev/main.manage.c07.i37",
        ],
        capture_output=True, text=True, timeout=90, check=True,
    )  # fmt: skip
    dom = re.sub(r'<script type="application/json".*?</script>', "", result.stdout, flags=re.S)
    assert "<h2>main.manage.c07.i37</h2>" in dom
    assert 'data-id="Application:dev/db2-db.c07.i37.manage"' in dom
    # one instance is open, not fifty-five
    assert len(re.findall(r'<g class="[^"]*\bbox\b', dom)) < 150
