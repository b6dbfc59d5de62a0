"""Everything a rule may import.

A rule is one file in `rules/`: a docstring that is its page, a `RULE`, `BAD` and `GOOD` examples, and
`check(context)` that yields drafts. Rules point at places; they never count lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from masgitops_lint.context import Context, is_unfilled
from masgitops_lint.mas.scope import ConfigFile, Scope, contains, go_text
from masgitops_lint.model.finding import Affects, Draft, Edit, Fix, Replacement, Severity
from masgitops_lint.model.late_pattern import late_pattern
from masgitops_lint.model.place import Keys, Place, Span
from masgitops_lint.rule import Drafts, Example, Rule

if TYPE_CHECKING:
    from decimal import Decimal

    from masgitops_lint.argocd.placeholders import Placeholder, Suspect
    from masgitops_lint.argocd.plaintext import Plaintext
    from masgitops_lint.argocd.waves import Misread
    from masgitops_lint.charts.expected import Lacking
    from masgitops_lint.charts.formats import Misfit
    from masgitops_lint.charts.literal import LiteralUse
    from masgitops_lint.charts.profile import ReleaseProfile
    from masgitops_lint.charts.unread import Unread
    from masgitops_lint.plan.causes import Cause
    from masgitops_lint.repo.yaml import Document

Check: TypeAlias = Callable[["Context"], Iterable[Draft]]


def release_at_least(release: str, wanted: str) -> bool:
    """Whether one release of the source repo is another one or newer."""
    from masgitops_lint.charts.profile import version_key

    return version_key(release) >= version_key(wanted)


def dotted(keys: Keys) -> str:
    """A route as people write it: `ibm_mas_suite_configs[1].jdbc_type`; "" for a whole file."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).removeprefix(".")


def misfit(keys: Keys, value: Any) -> Misfit | None:
    """Why a value has not the form that its key's name calls for, or None."""
    from masgitops_lint.charts.formats import misfit as find

    return find(keys, value)


def has_format(keys: Keys) -> bool:
    """Whether a key's name calls for a form that `misfit` knows."""
    from masgitops_lint.charts.formats import format_at

    return format_at(keys) is not None


def lacking(scope: Scope, profile: ReleaseProfile) -> Iterator[Lacking]:
    """Values that every deployment needs though no chart demands them, where a scope's blocks lack them."""
    from masgitops_lint.charts.expected import lacking as find

    return find(scope, profile)


def slip_of(word: str, known: Iterable[str]) -> str:
    """The known word that another one is a slip of the pen of, or ""."""
    from masgitops_lint.charts.slips import slip_of as find

    return find(word, known)


def misspelt_fields(values: Mapping[str, Any]) -> Iterator[tuple[Keys, str]]:
    """Routes of fields in passed-on specs whose names are slips of the pen, with the names that were meant."""
    from masgitops_lint.charts.fields import misspelt_fields as find

    return find(values)


def effect_of_lack(scope: Scope, keys: Keys) -> str:
    """What happens without such a value; "" for a value that is not needed there."""
    from masgitops_lint.charts.expected import effect_of_lack as find

    block = scope.get(*keys[:-1])
    return find(keys, block) if isinstance(block, dict) else ""


def successor(unread: Unread) -> str:
    """What a key that nothing reads became, or which key is probably meant; "" when nothing is near."""
    from masgitops_lint.charts.unread import successor as find

    return find(unread)


def read_only_after(unread: Unread, meant: str) -> str:
    """The release whose successors alone read what a key became; "" where the charts at hand read it."""
    from masgitops_lint.charts.unread import read_only_after as find

    return find(unread, meant)


def instead_of(name: str, meant: str) -> str:
    """What to do about a key that became another, or was meant to be it."""
    from masgitops_lint.charts.unread import instead_of as find

    return find(name, meant)


def removal_severity(cause: Cause) -> str:
    """How bad a removal is: an error when something is really deleted, else a warning, a note when it is held up."""
    return {"pruned": "error", "orphaned": "warning", "kept": "warning", "blocked": "note"}[cause.effect]


def removal_text(cause: Cause, limit: int = 4) -> str:
    """What is at stake and what Argo CD does, for the end of a message: `... : pruned: <reason>`."""
    stakes = [f"{one.kind} `{one.name}`" if one.name not in ("", "?") else one.kind for one in cause.stakes]
    state = ", ".join(stakes[:limit]) + (f" and {len(stakes) - limit} more" if len(stakes) > limit else "")
    worst = next((one for one in cause.tops if one.effect == cause.effect), None)
    done = f"{cause.effect}: {worst.reason}" if worst is not None else ""
    return "; ".join(part for part in (f"at stake: {state}" if state else "", done) if part)


def quantity(value: Any) -> Decimal | None:
    """A Kubernetes quantity in bytes, cores or pieces; None when it is malformed."""
    from masgitops_lint.charts.quantities import quantity as read

    return read(value)


def nearest(word: str, known: Iterable[str], cutoff: float = 0.7) -> str:
    """The known word that `word` is most likely a misspelling of, or ""."""
    return _nearest(word, tuple(known), cutoff)


@lru_cache(maxsize=4096)
def _nearest(word: str, known: tuple[str, ...], cutoff: float) -> str:
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, known, n=1, cutoff=cutoff)), "")


_STAGES = (
    ("sandbox", "sbx", "poc", "lab"),
    ("dev", "development", "devel"),
    ("test", "tst", "qa", "sit", "int", "integration"),
    ("stage", "staging", "stg", "uat", "preprod", "pre-prod", "ppd", "nonprod", "non-prod", "acc", "acceptance"),
    ("prod", "production", "prd", "live"),
)
_RANKS = {word: rank for rank, words in enumerate(_STAGES) for word in words}
_STAGE = late_pattern(rf"(?<![a-z])(?<!pre-)(?<!non-)(?:{'|'.join(_RANKS)})(?![a-z])")


@lru_cache(maxsize=4096)
def stage(name: str) -> int | None:
    """How late in the row from sandbox to production a name stands (0 to 4); None where it does not tell."""
    found = {_RANKS[word] for word in _STAGE.findall(name.lower())}
    return found.pop() if len(found) == 1 else None


def sync_wave(manifest: Mapping[str, Any]) -> int:
    """The sync wave of an object as Argo CD reads its annotations."""
    from masgitops_lint.argocd.waves import wave

    return wave(manifest)


def misread_text(wrong: Misread) -> str:
    """What comes of an annotation that Argo CD does not read as written, as a clause."""
    word = wrong.word or wrong.text
    return {
        "never": f"{word!r} is no hook type: the object is a hook of no phase and is never applied",
        "part": f"{word!r} is no hook type and counts for nothing beside the others",
        "wave": f"{wrong.text!r} is no whole number: the object is in wave 0",
        "policy": f"{word!r} is no delete policy of hooks: Argo CD ignores it",
        "text": f"the annotation `{wrong.annotation}` is no text: the API server refuses the object",
    }[wrong.effect]


def misread_help(wrong: Misread) -> str:
    """How to mend such an annotation."""
    if wrong.effect in ("wave", "text"):
        return (
            'write the number in quotes, such as "5"' if wrong.annotation.endswith(("wave", "weight")) else "quote it"
        )
    if wrong.meant:
        return f"write {wrong.meant}"
    return (
        "write HookSucceeded, HookFailed or BeforeHookCreation"
        if wrong.effect == "policy"
        else ("write PreSync, Sync, PostSync, SyncFail, PostDelete or Skip")
    )


def meant_application(scope: Scope, application: Any) -> str:
    """The application that an id which names none is a misspelling of, or ""."""
    from masgitops_lint.mas.bindings import meant_application as meant

    return meant(scope, application)


def known_applications(scope: Scope) -> frozenset[str]:
    """Ids of the applications that the release can install, from the blocks its files are read for."""
    from masgitops_lint.mas.bindings import known_applications as known

    return known(scope)


def orphans_of_suite(scope: Scope) -> tuple[Keys, ...]:
    """Configurations, workspaces and applications of an instance that has no suite."""
    from masgitops_lint.mas.suite import orphans_of_suite as find

    return find(scope)


def unbound_applications(scope: Scope) -> tuple[tuple[Keys, dict[str, Any]], ...]:
    """Entries of `ibm_mas_masapp_configs` that are bound to a JDBC configuration which is not there."""
    from masgitops_lint.mas.bindings import unbound

    return tuple(unbound(scope))


def jdbc_configurations(scope: Scope) -> tuple[tuple[Keys, dict[str, Any]], ...]:
    """The suite configurations of databases, each with its route."""
    from masgitops_lint.mas.bindings import jdbc_configurations as find

    return tuple(find(scope))


def placeholders(text: str) -> tuple[Placeholder, ...]:
    """The vault placeholders in a text."""
    from masgitops_lint.argocd.placeholders import scan

    return scan(text)


def placeholder_suspects(text: str) -> tuple[Suspect, ...]:
    """What was meant as a vault placeholder and is none, or cannot be resolved."""
    from masgitops_lint.argocd.placeholders import suspects

    return suspects(text)


def plaintext_secrets(text: str) -> tuple[Plaintext, ...]:
    """Secrets written in clear in a text: kinds and beginnings, never values."""
    from masgitops_lint.argocd.plaintext import find

    return find(text)


def may_be_shown(keys: Keys, value: Any) -> bool:
    """Whether a message may quote the value at a route: nothing about it looks like a secret."""
    from masgitops_lint.argocd.plaintext import may_be_shown

    name = next((key for key in reversed(keys) if isinstance(key, str)), "")
    return may_be_shown(name, value)


def literal_use(context: Context, scope: Scope, keys: Keys) -> LiteralUse | None:
    """How the root chart of a scope uses a key itself, where the vault plugin does not run; None where it does not."""
    from masgitops_lint.charts.literal import literal_use

    return literal_use(context.profile_of(scope), scope.level, keys)


__all__ = [
    "Affects",
    "ConfigFile",
    "Context",
    "Document",
    "Draft",
    "Drafts",
    "Edit",
    "Example",
    "Fix",
    "Keys",
    "Place",
    "Replacement",
    "Rule",
    "Scope",
    "Severity",
    "Span",
    "contains",
    "dotted",
    "effect_of_lack",
    "go_text",
    "has_format",
    "instead_of",
    "is_unfilled",
    "jdbc_configurations",
    "known_applications",
    "lacking",
    "literal_use",
    "may_be_shown",
    "misfit",
    "misread_help",
    "misread_text",
    "misspelt_fields",
    "nearest",
    "placeholder_suspects",
    "placeholders",
    "plaintext_secrets",
    "quantity",
    "read_only_after",
    "release_at_least",
    "removal_severity",
    "removal_text",
    "slip_of",
    "stage",
    "successor",
    "sync_wave",
]
