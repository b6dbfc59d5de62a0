"""Every rule's examples, run: a bad one yields exactly the marked findings, a good one none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from masgitops_lint.app import Request, lint
from masgitops_lint.engine.rules import LoadedRule, load_rules
from masgitops_lint.rule import Example

from .conftest import lay

RULES = load_rules()
CONCERNS_NOBODY = {
    ("CFG101", "a manifest that nothing reads, indented with a tab"): "no unit reads the file",
    ("FLX010", "a release of the Helm Operator"): "no controller that still exists applies it",
    ("VER104", "no AppProject"): "it is about the installation of Argo CD itself, which nothing in the repo deploys",
}
"""Examples whose finding names no Application as affected, and why: everywhere else the blast radius is told."""
MARK = re.compile(r"#! (?P<codes>[A-Z0-9, ]+)$")


def _cases(kind: str) -> list[object]:
    return [
        pytest.param(loaded, example, id=f"{loaded.rule.code}-{index}")
        for loaded in RULES
        for index, example in enumerate(getattr(loaded, kind))
    ]


def _run(loaded: LoadedRule, example: Example, tmp_path: Path) -> set[tuple[str, int]]:
    from .conftest import CLEAN

    base = CLEAN if example.base == "mas" else None
    head = lay(tmp_path / "head", example.files, example.remove, base)
    before = None
    if example.before is not None or loaded.rule.needs_base:
        before = str(lay(tmp_path / "before", example.before or {}, example.before_remove, base))
    config = None
    if example.settings:
        config = str(tmp_path / "settings.yaml")
        Path(config).write_text(example.settings)
    # a suppression can only be judged when the rule that it names has run
    select = ("CFG", "LNT") if loaded.rule.code.startswith("LNT") else (loaded.rule.code,)
    report = lint(Request(path=str(head), base=before, select=select, config=config, isolated=config is None))
    assert not report.crashes, report.crashes[0].traceback
    if not loaded.rule.code.startswith("LNT"):
        silent = [f.message for f in report.findings if f.rule == loaded.rule.code and not f.affects.names]
        assert not silent or (loaded.rule.code, example.title) in CONCERNS_NOBODY, f"no Application is named: {silent}"
    return {(f.path, f.span.line) for f in report.findings if f.rule == loaded.rule.code}


def _marked(code: str, example: Example) -> set[tuple[str, int]]:
    marked = {
        (path, number)
        for path, text in example.files.items()
        for number, line in enumerate(text.split("\n"), start=1)
        if (match := MARK.search(line)) and code in match["codes"].replace(" ", "").split(",")
    }
    return marked | {(path, 1) for path in example.expect}


@pytest.mark.parametrize(("loaded", "example"), _cases("bad"))
def test_a_bad_example_is_found_at_its_marks(loaded: LoadedRule, example: Example, tmp_path: Path) -> None:
    assert _run(loaded, example, tmp_path) == _marked(loaded.rule.code, example)


@pytest.mark.parametrize(("loaded", "example"), _cases("good"))
def test_a_good_example_is_silent(loaded: LoadedRule, example: Example, tmp_path: Path) -> None:
    assert _run(loaded, example, tmp_path) == set()


@pytest.mark.parametrize("loaded", [pytest.param(r, id=r.rule.code) for r in RULES])
def test_a_rule_has_a_page_and_examples(loaded: LoadedRule) -> None:
    assert re.fullmatch(r"[A-Z]{3}\d{3}", loaded.rule.code)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", loaded.rule.name)
    assert loaded.rule.severity in ("error", "warning", "note")
    assert Path(loaded.path).name.startswith(loaded.rule.code.lower())
    assert "\n## " in loaded.page
    if not loaded.rule.code.startswith("LNT"):
        assert loaded.bad
        assert loaded.good
        assert all(_marked(loaded.rule.code, example) for example in loaded.bad)
