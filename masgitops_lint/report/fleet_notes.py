"""The sentences under a report that depend on the accounts and shards that were looked at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..model.report import Charts, Part
from .text import count

_NAMED = 5


def charts_by_choice(choices: Iterable[tuple[str, str]]) -> Charts:
    """`(account, what stands for its charts)` turned round: each choice with its accounts, by the accounts' names."""
    found: dict[str, list[str]] = {}
    for account, choice in sorted(choices):
        found.setdefault(choice, []).append(account)
    return tuple((choice, tuple(accounts)) for choice, accounts in found.items())


def chart_notes(charts: Charts) -> tuple[str, ...]:
    """Which charts or release profile serve which accounts, a sentence a choice."""
    return tuple(f"charts: {choice} for {_names(accounts)}" for choice, accounts in charts)


def part_note(part: Part) -> str:
    """What a run was narrowed to: `only shard 3/8 of 2 accounts (a, b) was checked`; "" for everything."""
    accounts = f"{count(len(part.accounts), 'account')} ({_names(part.accounts)})" if part.accounts else ""
    shard = f"shard {part.shard[0]}/{part.shard[1]}" if part.shard else ""
    what = " of ".join(text for text in (shard, accounts) if text)
    verb = "were" if not shard and len(part.accounts) > 1 else "was"
    return f"only {what} {verb} checked" if what else ""


def _names(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
