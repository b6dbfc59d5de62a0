"""Which Argo CD features the charts of a source checkout rely on, and where."""

from __future__ import annotations

import os

from masgitops_lint.argocd.uses import uses_in_template

_FIRST = ("ibm-mas-account-root", "ibm-mas-cluster-root", "ibm-mas-instance-root")
_GROUPS = ("root-applications", "cluster-applications", "instance-applications", "sls-applications", "sub-charts")


def argocd_uses(directory: str) -> dict[str, list[str | int]]:
    """Feature -> [first template that relies on it, its line, number of such templates], top of the tree first."""
    found: dict[str, list[str | int]] = {}
    for group in _GROUPS:
        for folder, folders, names in os.walk(os.path.join(directory, group)):
            folders.sort(key=lambda name: (_FIRST.index(name) if name in _FIRST else len(_FIRST), name))
            if f"{os.sep}templates" not in folder:
                continue
            for name in sorted(names):
                if name.endswith((".yaml", ".yml", ".tpl")):
                    path = os.path.join(folder, name)
                    with open(path, encoding="utf-8", errors="replace") as stream:
                        text = stream.read()
                    relative = os.path.relpath(path, directory).replace(os.sep, "/")
                    for feature, line in uses_in_template(text):
                        entry = found.setdefault(feature.id, [relative, line, 0])
                        entry[2] = int(entry[2]) + 1
    return dict(sorted(found.items()))
