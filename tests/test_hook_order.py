"""Hooks that need what is not there yet, or no more."""

from __future__ import annotations

from collections.abc import Iterable

from masgitops_lint.argocd.hook_order import Item, Piece, Sibling, missing, missing_elsewhere

SA: Item = ("ServiceAccount", "shop", "cleaner")
SECRET: Item = ("Secret", "shop", "password")
ROLE: Item = ("Role", "shop", "cleaner")
AFTER = ("PostDelete",)


def job(hooks: tuple[str, ...] = AFTER, needs: Iterable[Item] = (SA,), wave: int = 0) -> Piece:
    return Piece(("Job", "shop", "clean"), wave, hooks, needs=tuple(needs))


def binding(hooks: tuple[str, ...] = ()) -> Piece:
    return Piece(("RoleBinding", "shop", "cleaner"), hooks=hooks, needs=(ROLE, SA))


def told(*pieces: Piece) -> list[tuple[str, Item]]:
    return [(one.phase, pieces[one.provider].item) for one in missing(pieces)]


def test_a_post_delete_hook_outlives_ordinary_objects() -> None:
    assert told(job(), Piece(SA)) == [("PostDelete", SA)]
    assert told(job(needs=[SA, SECRET]), Piece(SA), Piece(SECRET)) == [("PostDelete", SA), ("PostDelete", SECRET)]


def test_hooks_and_kept_objects_are_there() -> None:
    assert told(job(), Piece(SA, hooks=AFTER)) == []
    assert told(job(), Piece(SA, kept=True)) == []
    assert told(job()) == []
    assert told(job(), Piece(("ServiceAccount", "other", "cleaner"))) == []


def test_rights_go_too() -> None:
    account = Piece(SA, hooks=AFTER)
    assert told(job(), account, binding()) == [("PostDelete", ("RoleBinding", "shop", "cleaner"))]
    assert told(job(), account, binding(AFTER), Piece(ROLE)) == [("PostDelete", ROLE)]
    assert told(job(), account, binding(AFTER), Piece(ROLE, hooks=AFTER)) == []
    assert told(job(), account, binding(), binding(AFTER)) == []


def test_a_pre_sync_hook_comes_before_ordinary_objects() -> None:
    before = ("PreSync",)
    assert told(job(before), Piece(SA)) == [("PreSync", SA)]
    assert told(job(before), Piece(SA, hooks=before)) == []
    assert told(job(before), Piece(SA, 1, before)) == [("PreSync", SA)]
    assert told(job(before, wave=2), Piece(SA, 1, before)) == []
    assert told(job(("PostSync",)), Piece(SA)) == []


def test_siblings_are_taken_down_from_the_highest_wave() -> None:
    def across(own: int, other: int, provider: Piece) -> int:
        return len(list(missing_elsewhere([Sibling(own, [job()]), Sibling(other, [provider])])))

    assert across(30, 32, Piece(SA)) == 1
    assert across(32, 30, Piece(SA)) == 0
    assert across(30, 30, Piece(SA)) == 0
    assert across(30, 32, Piece(SA, kept=True)) == 0
