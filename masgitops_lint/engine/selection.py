"""Which rules run, how severe their findings are, and in which files they are dropped.

Rules are named by code (`CFG003`), prefix of a code (`CFG`, `CFG0`), name (`merge-key-mismatch`) or `ALL`. Where
`select` and `ignore` both cover a rule the more exact entry wins, and between equals `ignore`. `--select` on the
command line takes the place of both lists of the settings; `--ignore` adds to what is in force.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from masgitops_lint.model.finding import Finding, Severity
from masgitops_lint.model.report import Suppressed
from masgitops_lint.settings.load import SettingPlace
from masgitops_lint.settings.patterns import PathPatterns

if TYPE_CHECKING:
    from masgitops_lint.settings import Settings

EVERYTHING = "ALL"


class RuleIdentity(Protocol):
    """What names a rule."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...


class ConfigurableRule(RuleIdentity, Protocol):
    """A rule with its options and their defaults."""

    @property
    def options(self) -> Mapping[str, Any]: ...


class HasRule(Protocol):
    """A loaded rule: its identity is in `rule`."""

    @property
    def rule(self) -> ConfigurableRule: ...


_Loaded = TypeVar("_Loaded", bound=HasRule)


class SelectionError(ValueError):
    """A list of rules or a rule's option that makes no sense; the message says where it is written."""


class UnknownRuleError(SelectionError):
    """A code or name that no rule has. `where` says who named it: an option, or a line of the settings."""

    def __init__(self, token: str, where: object, near: Sequence[str] = ()) -> None:
        self.token = token
        self.where = str(where)
        self.near = tuple(near)
        hint = f": did you mean {' or '.join(near)}?" if near else "; `mas-lint rules` lists them"
        super().__init__(f"{self.where}: no rule is called `{token}`{hint}")


class RuleOptionError(SelectionError):
    """An option that a rule does not have, or a value of the wrong type for it."""


class RuleIndex:
    """Codes, prefixes and names of the known rules."""

    def __init__(self, rules: Iterable[RuleIdentity]) -> None:
        self.names = {rule.code: rule.name for rule in rules}
        self._codes = {name: code for code, name in self.names.items()}

    def code(self, token: str) -> str | None:
        """The code of the rule whose code (in any case) or name is `token`."""
        upper = token.upper()
        return upper if upper in self.names else self._codes.get(token.lower())

    def codes(self, token: str) -> frozenset[str]:
        """The codes that a code, prefix, name or `ALL` covers; empty when there is no such rule."""
        exact = self.code(token)
        if exact is not None:
            return frozenset((exact,))
        upper = token.upper()
        if upper == EVERYTHING:
            return frozenset(self.names)
        return frozenset(code for code in self.names if code.startswith(upper)) if upper else frozenset()

    def exactness(self, token: str, code: str) -> int:
        """How exactly `token` names `code`: 0 for `ALL`, the length of a prefix, more than any prefix for the rule."""
        if self.code(token) == code:
            return 1000
        return 0 if token.upper() == EVERYTHING else len(token)

    def near(self, token: str) -> tuple[str, ...]:
        """Up to two codes or names that `token` may have been meant to be."""
        import difflib

        by_code = difflib.get_close_matches(token.upper(), self.names, n=2, cutoff=0.75)
        by_name = difflib.get_close_matches(token.lower().replace("_", "-"), self._codes, n=2, cutoff=0.6)
        return tuple((by_name + by_code if "-" in token or "_" in token else by_code + by_name)[:2])

    def require(self, token: str, where: object) -> frozenset[str]:
        """The codes that `token` covers; raises `UnknownRuleError` when there are none."""
        found = self.codes(token)
        if not found:
            raise UnknownRuleError(token, where, self.near(token))
        return found


class FilePattern(NamedTuple):
    """Codes whose findings are dropped in the files that one pattern matches."""

    pattern: str
    paths: PathPatterns
    codes: frozenset[str]


class Selection(NamedTuple):
    """The outcome of `select`, `ignore`, `severity` and `per-file-ignores` for the known rules."""

    codes: frozenset[str]
    severities: Mapping[str, Severity] = {}
    per_file: tuple[FilePattern, ...] = ()

    @classmethod
    def build(
        cls,
        rules: Iterable[HasRule],
        settings: Settings,
        select: Sequence[str] = (),
        ignore: Sequence[str] = (),
    ) -> Selection:
        """Resolve the settings and the command line's lists.

        Raises `UnknownRuleError` for a name no rule has and `RuleOptionError` for an option its rule does not have.
        """
        by_code = {loaded.rule.code: loaded.rule for loaded in rules}
        index = RuleIndex(by_code.values())
        path = settings.path
        chosen = _entries(index, select, "--select")
        dropped = _entries(index, ignore, "--ignore")
        from_file = (_listed(index, settings.select, path, "select"), _listed(index, settings.ignore, path, "ignore"))
        if not select:
            chosen, dropped = from_file[0], _merge(dropped, from_file[1])
        for token, options in settings.rules.items():
            code = index.code(token)
            if code is None:
                raise UnknownRuleError(token, SettingPlace(path, ("rules", token), "key"), index.near(token))
            _check_options(by_code[code], options, path, ("rules", token))
        return cls(
            codes=frozenset(code for code in index.names if _wanted(code, chosen, dropped, bool(chosen))),
            severities=_severities(index, settings),
            per_file=tuple(
                FilePattern(
                    pattern,
                    PathPatterns((pattern,)),
                    frozenset(_listed(index, tokens, path, "per-file-ignores", pattern)),
                )
                for pattern, tokens in settings.per_file_ignores.items()
            ),
        )

    def rules(self, rules: Iterable[_Loaded]) -> tuple[_Loaded, ...]:
        """Those of the loaded rules that run."""
        return tuple(loaded for loaded in rules if loaded.rule.code in self.codes)

    def apply(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings of selected rules with their severity remapped. Per-file ignores are `split`'s job."""
        return [
            replace(finding, severity=self.severities[finding.rule]) if finding.rule in self.severities else finding
            for finding in findings
            if finding.rule in self.codes
        ]

    def split(self, findings: Iterable[Finding]) -> tuple[list[Finding], list[Suppressed]]:
        """Findings that stay, and those that a per-file ignore drops (its pattern is the reason)."""
        if not self.per_file:
            return list(findings), []
        kept: list[Finding] = []
        dropped: list[Suppressed] = []
        for finding in findings:
            pattern = next(
                (p.pattern for p in self.per_file if finding.rule in p.codes and p.paths.matches(finding.path)), None
            )
            if pattern is None:
                kept.append(finding)
            else:
                dropped.append(Suppressed(finding, "per-file-ignore", pattern))
        return kept, dropped


def _check_options(rule: ConfigurableRule, options: Mapping[str, Any], path: str | None, keys: tuple[str, ...]) -> None:
    for name, value in options.items():
        if name not in rule.options:
            import difflib

            near = difflib.get_close_matches(name, rule.options, n=1)
            known = f"did you mean `{near[0]}`?" if near else f"it has {', '.join(sorted(rule.options)) or 'none'}"
            place = SettingPlace(path, (*keys, name), "key")
            raise RuleOptionError(f"{place}: {rule.code} has no option `{name}`: {known}")
        wanted = _option_kind(rule.options[name])
        if wanted != _option_kind(value) and rule.options[name] is not None:
            raise RuleOptionError(
                f"{SettingPlace(path, (*keys, name))}: option `{name}` of {rule.code} must be {wanted}"
            )


def _option_kind(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "text"
    return "a mapping" if isinstance(value, Mapping) else "a list"


def _entries(index: RuleIndex, tokens: Iterable[str], where: object) -> dict[str, int]:
    """Code -> how exactly the most exact of `tokens` names it. An item may hold several names with commas."""
    found: dict[str, int] = {}
    for token in (part.strip() for item in tokens for part in item.split(",")):
        if token:
            for code in index.require(token, where):
                found[code] = max(found.get(code, -1), index.exactness(token, code))
    return found


def _listed(index: RuleIndex, tokens: Sequence[str], path: str | None, *keys: str) -> dict[str, int]:
    """The same for a list in the settings at `keys`; an unknown entry is reported at its own line."""
    found: dict[str, int] = {}
    for position, token in enumerate(tokens):
        found = _merge(found, _entries(index, (token,), SettingPlace(path, (*keys, position))))
    return found


def _merge(first: dict[str, int], second: dict[str, int]) -> dict[str, int]:
    return {code: max(first.get(code, -1), second.get(code, -1)) for code in first.keys() | second.keys()}


def _wanted(code: str, chosen: dict[str, int], dropped: dict[str, int], choosing: bool) -> bool:
    selected = chosen.get(code, -1) if choosing else 0
    return selected >= 0 and dropped.get(code, -1) < selected if code in dropped else selected >= 0


def _severities(index: RuleIndex, settings: Settings) -> dict[str, Severity]:
    best: dict[str, tuple[int, Severity]] = {}
    for token, name in settings.severity.items():
        for code in index.require(token, SettingPlace(settings.path, ("severity", token), "key")):
            exactness = index.exactness(token, code)
            if exactness >= best.get(code, (-1, None))[0]:
                best[code] = (exactness, Severity(name))
    return {code: severity for code, (_, severity) in best.items()}
