"""Config repos made up from what a release profile says is read, and mutations of them."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

import yaml

from masgitops_lint.charts.profile import ReleaseProfile

Repo = dict[str, Any]
"""Parsed content by path."""

IDS = {"account": {"id": "dev"}, "region": {"id": "us-east-1"}, "cluster": {"id": "cl1", "url": "https://cl1:6443"}}
_LISTS = (
    "ibm_mas_suite_configs",
    "ibm_mas_workspaces",
    "ibm_db2u_databases",
    "ibm_dbs_rds_databases",
    "ibm_mas_masapp_configs",
)
_SPECIAL: dict[str, Any] = {
    "mas_channel": "9.1.x",
    "mas_app_channel": "9.1.x",
    "install": "true",
    "action": "install",
    "ibm_customer_number": "",
    "dro_cmm_setup": None,
    "custom_labels": {"team": "sre"},
    "mas_annotations": {"mas.ibm.com/operationalMode": "production"},
    "cluster_values": [{"x": "y"}],
    "mas_config_chart": "ibm-mas-bas-config",
    "mas_app_id": "manage",
    "db2_instance_name": "db2wh-inst1-manage",
}


def full_repo(profile: ReleaseProfile) -> Repo:
    """A repo with every config file of the release, and every value that its root charts read."""
    reads = _reads(profile)
    repo: Repo = {}
    places = {
        "cluster": ("dev/cl1", {}),
        "instance": ("dev/cl1/inst1", {"instance": {"id": "inst1"}}),
        "aiservice": ("dev/cl1/ai1", {"instance": {"id": "ai1"}}),
        "tenant": ("dev/cl1/ai1/t1", {"instance": {"id": "ai1"}, "tenant": {"id": "t1"}}),
        "sls": ("dev/icn/cl1/c1" if "{cluster}" in _prefix(profile, "sls") else "dev/icn/c1", {}),
    }
    for spec in profile.applicationsets:
        directory, ids = places[spec.level]
        for index, file in enumerate(spec.files):
            content: dict[str, Any] = {"merge-key": directory}
            if index == 0:
                content |= copy.deepcopy(IDS) | copy.deepcopy(ids)
                content["sm"] = {"aws_access_key_id": "<path:x#a>", "aws_secret_access_key": "<path:x#b>"}
            for key in file.keys:
                if spec.level == "aiservice" and key in ("custom_labels", "argocluster_instance"):
                    continue  # 8.4.2 writes broken YAML with these
                if key not in content and key != "cluster":
                    content[key] = _value(key, reads.get((spec.level, key), {}))
            repo[f"{directory}/{file.name}"] = content
    return repo


def _prefix(profile: ReleaseProfile, level: str) -> str:
    return next((spec.prefix for spec in profile.applicationsets if spec.level == level), "")


def _reads(profile: ReleaseProfile) -> dict[tuple[str, str], dict[str, Any]]:
    """Key trees below each top-level key that a level's root chart reads."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    expressions = profile.data["expressions"]
    for level, root in profile.data["roots"].items():
        for rows in root["templates"].values():
            _walk_rows(rows, expressions, {}, level, found)
    return found


def _walk_rows(rows: Any, expressions: Any, loops: dict[str, Any], level: str, found: Any) -> None:
    for row in rows:
        kind = row[0]
        numbers = {"set": [2], "leaf": [2], "put": [2], "do": [1], "let": [2], "if": [1], "with": [1], "each": [2]}
        for position in numbers.get(kind, []):
            _walk(expressions[row[position]], loops, level, found)
        if kind in ("if", "with"):
            _walk_rows(row[2], expressions, loops, level, found)
            _walk_rows(row[3], expressions, loops, level, found)
        elif kind == "each":
            inside = dict(loops)
            if row[1]:
                inside[row[1][-1]] = expressions[row[2]]
            _walk_rows(row[3], expressions, inside, level, found)


def _walk(expression: Any, loops: dict[str, Any], level: str, found: Any) -> None:
    keys: list[str] = []
    if expression[0] == "val":
        keys = expression[1:]
    elif expression[0] == "var" and expression[1] in loops and loops[expression[1]][0] == "val":
        keys = [*loops[expression[1]][1:], *expression[2:]]
    if keys:
        tree = found.setdefault((level, keys[0]), {})
        for key in keys[1:]:
            tree = tree.setdefault(key, {})
    for part in expression[1:]:
        if isinstance(part, list):
            _walk(part, loops, level, found)


def _value(key: str, tree: dict[str, Any]) -> Any:
    if key in _LISTS:
        item = _value("", tree)
        return [item if isinstance(item, dict) else {"db2_instance_name": "db2wh-inst1-manage"}]
    if key in _SPECIAL:
        return _SPECIAL[key]
    if not tree:
        return f"v-{key}".replace("_", "-")
    return {below: _value(below, inner) for below, inner in tree.items() if _SPECIAL.get(below, 0) is not None}


def routes(value: Any, prefix: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every route into a parsed document."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in items:
        yield (*prefix, key)
        yield from routes(below, (*prefix, key))


STRANGE: tuple[Any, ...] = (
    None,
    "",
    "x",
    "false",
    "true",
    True,
    False,
    0,
    7,
    9.1,
    1234567,
    [],
    {},
    ["x"],
    [None],
    {"x": "y"},
    "a: b",
    "Über",
    "9.2.x",
    "10.0.x",
    "stable",
    "db2wh-inst1-rds",
    "db2wh-inst1-sdb-manage",
    "iot",
    "ibm-mas-aicfg-config",
    "a b # c",
)


def mutate(repo: Repo, rng: random.Random) -> tuple[Repo, str]:
    """One random change, and what it was."""
    changed = copy.deepcopy(repo)
    path = rng.choice(sorted(changed))
    kind = rng.choice(("delete", "set", "set", "set", "set", "remove file", "duplicate"))
    if kind == "remove file" and not path.endswith("-base.yaml"):
        del changed[path]
        return changed, f"{path} removed"
    route = rng.choice([one for one in routes(changed[path]) if one != ("merge-key",)] or [()])
    if not route:
        return changed, "nothing"
    parent = changed[path]
    for key in route[:-1]:
        parent = parent[key]
    if kind == "delete":
        del parent[route[-1]]
        return changed, f"{path}:{route} deleted"
    if kind == "duplicate" and isinstance(parent, list):
        parent.append(copy.deepcopy(parent[route[-1]]))
        return changed, f"{path}:{route} duplicated"
    value = rng.choice(STRANGE)
    parent[route[-1]] = copy.deepcopy(value)
    return changed, f"{path}:{route} = {value!r}"


def files(repo: Repo) -> dict[str, str]:
    """The repo as text."""
    return {path: yaml.safe_dump(content, sort_keys=False, allow_unicode=True) for path, content in repo.items()}
