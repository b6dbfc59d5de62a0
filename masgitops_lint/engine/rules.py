"""Finding and loading rule files. Rules ship as files and are loaded by path, never by import name."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import sys
from collections.abc import Iterable
from types import ModuleType
from typing import NamedTuple

from masgitops_lint.model.report import RuleInfo
from masgitops_lint.rule import Example, Rule
from masgitops_lint.sdk import Check


class RuleLoadError(Exception):
    """A rule file that cannot be used: it names the file and what is wrong with it."""


class LoadedRule(NamedTuple):
    """A rule with its page (Markdown, the module's docstring) and its examples."""

    rule: Rule
    check: Check
    page: str
    path: str
    bad: tuple[Example, ...]
    good: tuple[Example, ...]

    @property
    def title(self) -> str:
        """The first line of the page, without its full stop."""
        return self.page.strip().splitlines()[0].rstrip(".")

    def info(self) -> RuleInfo:
        """What reports need of it."""
        rule = self.rule
        return RuleInfo(rule.code, rule.name, rule.severity, self.title, self.page, rule.tags, rule.since)


def bundled_directory() -> str:
    """Where the rule files are: inside the installed package, else beside it in a checkout.

    The checkout is recognised by its `pyproject.toml`, so that a wheel which lost its rules cannot load a foreign
    `rules/` directory that happens to lie in site-packages.
    """
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    inside = os.path.join(package, "rules")
    if os.path.isdir(inside):
        return inside
    checkout = os.path.dirname(package)
    beside = os.path.join(checkout, "rules")
    if os.path.isfile(os.path.join(checkout, "pyproject.toml")) and os.path.isdir(beside):
        return beside
    raise RuleLoadError(f"no rules found: neither {inside} nor {beside} exists; reinstall masgitops-lint")


def _load_module(path: str) -> ModuleType:
    name = "masgitops_lint_rule_" + os.path.splitext(os.path.basename(path))[0]
    spec = importlib.util.spec_from_loader(name, importlib.machinery.SourceFileLoader(name, path))
    if spec is None or spec.loader is None:
        raise RuleLoadError(f"{path}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise RuleLoadError(f"{path}: {type(error).__name__}: {error}") from error
    return module


def load_rule(path: str) -> LoadedRule:
    """Load one rule file; raises `RuleLoadError` when it lacks `RULE`, `check` or a page."""
    module = _load_module(path)
    rule, check = getattr(module, "RULE", None), getattr(module, "check", None)
    if not isinstance(rule, Rule) or not callable(check):
        raise RuleLoadError(f"{path}: a rule file needs RULE = Rule(...) and a function check(context)")
    if not module.__doc__:
        raise RuleLoadError(f"{path}: a rule file needs a docstring; it is the rule's page")
    return LoadedRule(rule, check, module.__doc__, path, getattr(module, "BAD", ()), getattr(module, "GOOD", ()))


def load_rules(extra_directories: Iterable[str] = ()) -> tuple[LoadedRule, ...]:
    """All bundled rules and those of `--rules DIR`, by code. Duplicate codes or names raise `RuleLoadError`."""
    found: dict[str, LoadedRule] = {}
    names: dict[str, str] = {}
    for directory in (bundled_directory(), *extra_directories):
        try:
            entries = sorted(os.listdir(directory))
        except OSError as error:
            raise RuleLoadError(f"cannot read the rules directory {directory}: {error.strerror}") from error
        for entry in entries:
            if not entry.endswith(".py") or entry.startswith("_"):
                continue
            loaded = load_rule(os.path.join(directory, entry))
            rule = loaded.rule
            for key, other in ((rule.code, found.get(rule.code)), (rule.name, found.get(names.get(rule.name, "")))):
                if other is not None:
                    raise RuleLoadError(f"{loaded.path}: {key} is already taken by {other.path}")
            found[rule.code] = loaded
            names[rule.name] = rule.code
    return tuple(found[code] for code in sorted(found))
