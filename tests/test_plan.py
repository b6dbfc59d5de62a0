"""The parts of a plan: values compared, consequences, renames paired, and no input that crashes it."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from masgitops_lint.argocd.versions import at_version
from masgitops_lint.charts.profile import load, releases
from masgitops_lint.context import Context
from masgitops_lint.model.application import Application, Resource
from masgitops_lint.model.place import Place, Span
from masgitops_lint.plan import consequences as module
from masgitops_lint.plan.consequences import Consequences
from masgitops_lint.plan.model import ABSENT
from masgitops_lint.plan.pairing import pair
from masgitops_lint.plan.stakes import stakes_of, stateful_kind
from masgitops_lint.plan.values import differences
from masgitops_lint.repo.repository import Repository
from masgitops_lint.report.plan import FORMATS, PlanView, render_plan
from masgitops_lint.report.plan.view import HIDDEN, shown
from masgitops_lint.settings import Settings
from masgitops_lint.settings.load import parse_settings

from .generated_config import files, full_repo, mutate

FINALIZER = ("resources-finalizer.argocd.argoproj.io",)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, []),
        ({"a": 1}, {"a": 1.0}, []),
        ({"a": 1}, {"a": True}, [(("a",), 1, True)]),
        ({"a": 1}, {}, [(("a",), 1, ABSENT)]),
        ({}, {"a": {"b": 1}}, [(("a", "b"), ABSENT, 1)]),
        ({"a": [1, 2]}, {"a": [1]}, [(("a", 1), 2, ABSENT)]),
        ({"a": None}, {"a": ""}, [(("a",), None, "")]),
        ([{"name": "x", "v": 1}, {"name": "y", "v": 2}], [{"name": "y", "v": 2}], [((0, "name"), "x", ABSENT), ((0, "v"), 1, ABSENT)]),
        ([{"name": "x", "v": 1}, {"name": "y"}], [{"name": "y"}, {"name": "x", "v": 2}], [((1, "v"), 1, 2)]),
        ([{"name": "x", "v": 1}], [{"name": "z", "v": 1}], [((0, "name"), "x", "z")]),
    ],
)  # fmt: skip
def test_values_are_compared_key_by_key(before: Any, after: Any, expected: Any) -> None:
    assert list(differences(before, after)) == expected


def _application(name: str, parent: str | None, kind: str = "Application", **more: Any) -> Application:
    values: dict[str, Any] = {
        "wave": 0, "path": "chart", "server": "s", "namespace": "n", "prune": True, "finalizers": FINALIZER,
        "source": Place("f.yaml"), "scope": "dev/c/i", "account": "dev", **more,
    }  # fmt: skip
    return Application(kind, name, parent, **values)  # type: ignore[arg-type]


def _effects(
    objects: list[Application],
    gone: set[str],
    *,
    automatic: bool = True,
    version: str = "3.4.0",
    frozen: Mapping[str, Any] | None = None,
    errors: tuple[Any, ...] = (),
    monkeypatch: pytest.MonkeyPatch,
) -> dict[str, str]:
    monkeypatch.setattr(module, "argocd_of", lambda subject, account: at_version(version))
    subject = SimpleNamespace(account=lambda account: SimpleNamespace(flag=lambda name: automatic))
    old = {one.name: one for one in objects}
    new = {one.name: one for one in objects if one.name not in gone}
    deployment = SimpleNamespace(errors=errors, applications=tuple(new.values()))
    head: Any = SimpleNamespace(subject=subject, frozen=frozen or {}, deployment=deployment, scopes=())
    answers = Consequences(head, old, new)
    return {name: answers.of(old[name]).effect for name in sorted(gone)}


TREE = [
    _application("root", "set"),
    _application("leaf", "root"),
    _application("bare", "root", finalizers=()),
    _application("inner", "root", "ApplicationSet", finalizers=()),
    _application("below", "inner"),
    _application("guarded", "root", sync_options=("Delete=false",)),
    _application("asked", "root", sync_options=("Delete=confirm",)),
]
SET = _application("set", None, "ApplicationSet")


@pytest.mark.parametrize(
    ("version", "automatic", "policy", "expected"),
    [
        ("3.4.0", True, "", ["blocked", "orphaned", "pruned", "kept", "pruned", "pruned"]),
        ("2.10.0", True, "", ["pruned", "orphaned", "pruned", "kept", "pruned", "pruned"]),
        ("2.6.0", True, "", ["pruned", "orphaned", "pruned", "pruned", "pruned", "pruned"]),
        ("3.4.0", False, "", ["kept"] * 6),
        ("2.7.0", False, "", ["pruned", "orphaned", "pruned", "kept", "pruned", "pruned"]),
        ("3.4.0", True, "create-only", ["kept"] * 6),
        ("3.4.0", False, "create-delete", ["blocked", "orphaned", "pruned", "kept", "pruned", "pruned"]),
    ],
)
def test_a_root_takes_its_tree_along(
    version: str, automatic: bool, policy: str, expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    objects = [_application("set", None, "ApplicationSet", policy=policy), *TREE]
    gone = {one.name for one in TREE}
    found = _effects(objects, gone, version=version, automatic=automatic, monkeypatch=monkeypatch)
    assert [found[name] for name in ("asked", "bare", "below", "guarded", "leaf", "root")] == expected


@pytest.mark.parametrize(
    ("version", "prune", "options", "finalizers", "expected"),
    [
        ("3.4.0", True, (), FINALIZER, "pruned"),
        ("3.4.0", True, (), ("resources-finalizer.argocd.argoproj.io/background",), "pruned"),
        ("3.4.0", True, (), ("post-delete-finalizer.argocd.argoproj.io",), "orphaned"),
        ("3.4.0", None, (), FINALIZER, "kept"),
        ("3.4.0", False, (), FINALIZER, "kept"),
        ("3.4.0", True, ("Prune=false",), FINALIZER, "kept"),
        ("3.4.0", True, ("Prune=confirm",), FINALIZER, "blocked"),
        ("2.10.0", True, ("Prune=confirm",), FINALIZER, "pruned"),
        ("3.4.0", True, ("prune=false",), FINALIZER, "pruned"),
    ],
)
def test_a_leaf_goes_as_its_parent_prunes(
    version: str, prune: bool | None, options: tuple[str, ...], finalizers: Any, expected: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    objects = [SET, _application("root", "set", prune=prune)]
    objects.append(_application("leaf", "root", sync_options=options, finalizers=finalizers))
    assert _effects(objects, {"leaf"}, version=version, monkeypatch=monkeypatch) == {"leaf": expected}


def test_what_is_frozen_or_fails_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    frozen = {"set": SimpleNamespace(reason="frozen", place=Place("x"))}
    assert _effects([SET, *TREE], {"leaf"}, frozen=frozen, monkeypatch=monkeypatch) == {"leaf": "blocked"}
    failure = SimpleNamespace(root=True, application="root", message="nil pointer", place=Place("x"))
    assert _effects([SET, *TREE], {"leaf"}, errors=(failure,), monkeypatch=monkeypatch) == {"leaf": "blocked"}


def test_a_rename_is_told_from_a_new_application() -> None:
    content = {"a": {"x": 1, "y": 2, "z": 3}, "b": {"x": 1, "y": 2, "z": 4}, "c": {"p": 1, "q": 2, "r": 3}}
    a, b, c = (_application(name, "root") for name in "abc")
    assert pair([a], [b, c], lambda one, _: content[one.name]) == {"a": "b"}
    assert pair([a], [c], lambda one, _: content[one.name]) == {}


def test_stateful_kinds_and_their_protection() -> None:
    assert stateful_kind("Db2uInstance") is not None
    assert stateful_kind("ManageWorkspace") is not None
    assert stateful_kind("ConfigMap") is None
    assert stateful_kind("Postgres", ("Postgres",)) is not None
    objects = (
        Resource("Namespace", "a", "", sync_options=("Prune=false",)),
        Resource("PersistentVolumeClaim", "b", "n"),
        Resource("Job", "c", "n"),
        Resource("Suite", "d", "n", hooks=("PreSync",)),
    )
    assert [(one.kind, one.protected) for one in stakes_of(objects)] == [
        ("Namespace", True),
        ("PersistentVolumeClaim", False),
    ]


@pytest.mark.parametrize(
    ("keys", "value", "expected"),
    [
        (("db2_cpu_limits",), 6, 6),
        (("icr_password",), "geheim", HIDDEN),
        (("pin_password",), 123456, HIDDEN),
        (("icr_password",), "<path:arn:aws:x:secret:dev/c/i#password>", "<path:arn:aws:x:secret:dev/c/i#password>"),
        (("note",), "AKIAIOSFODNN7EXAMPLE", HIDDEN),
        (("note",), "plain", "plain"),
        (("note",), float("nan"), "(nan)"),
        (("note",), ABSENT, None),
    ],
)
def test_values_are_shown_but_secrets_are_not(keys: tuple[str, ...], value: Any, expected: Any) -> None:
    assert shown(value, keys) == expected


class _Files:
    """A snapshot out of a dictionary."""

    label, root, skipped = "x", "/", ()

    def __init__(self, content: Mapping[str, str]) -> None:
        self.content = content

    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(self.content))

    def read(self, path: str) -> bytes:
        return self.content[path].encode()

    def oid(self, path: str) -> str:
        return hashlib.sha1(self.read(path)).hexdigest()

    def close(self) -> None:
        pass


def _contexts(base: Mapping[str, str], head: Mapping[str, str], settings: Settings) -> Context:
    newer = Repository(_Files(head))
    return Context(newer, settings, Context(Repository(_Files(base), None, newer), settings))


@pytest.mark.parametrize("seed", range(12))
def test_no_repo_crashes_it_and_the_same_repo_is_no_change(seed: int) -> None:
    rng = random.Random(seed)
    profile = load(rng.choice(releases()))
    before = full_repo(profile)
    after = before
    for _ in range(3):
        after, _ = mutate(after, rng)
    texts = files(after)
    if seed % 3 == 0:
        texts[rng.choice(sorted(texts))] = "a: ["
    text = (
        f"accounts:\n  dev:\n    auto_delete: {'true' if seed % 2 else 'false'}\nsource:\n  charts: {profile.release}\n"
    )
    settings = parse_settings("settings.yaml", text.encode())
    for base, head in ((files(before), texts), (texts, files(before)), (texts, texts)):
        context = _contexts(base, head, settings)
        view = PlanView(context.plan, lambda place, side: Span())
        for name in FORMATS:
            render_plan(name, view)
        assert list(context.causes) == sorted(
            context.causes, key=lambda one: (one.place.path, str(one.place.keys), one.kind)
        )
    assert context.plan.empty


def test_the_markdown_fits_a_comment_however_large_the_plan() -> None:
    profile = load(releases()[0])
    repo = files(full_repo(profile))
    head: dict[str, str] = {}
    base = {
        path.replace("inst1", f"inst{number}"): text.replace("inst1", f"inst{number}")
        for number in range(40)
        for path, text in repo.items()
    }
    context = _contexts(
        base, head | {"dev/cl1/ibm-mas-cluster-base.yaml": repo["dev/cl1/ibm-mas-cluster-base.yaml"]}, Settings()
    )
    view = PlanView(context.plan, lambda place, side: Span())
    text = render_plan("markdown", view)
    assert 0 < len(text) < 65_000
    assert text.splitlines()[0].startswith("**mas-lint plan:**")
