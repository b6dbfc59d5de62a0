"""Work in forked children: answers come as they are made, turns are taken once, a child that dies loses its rest."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from masgitops_lint.repo.child_process import Turns, start

pytestmark = pytest.mark.forks


def test_answers_of_any_size_arrive_in_order() -> None:
    answers = [b"", b"a", b"b" * 3_000_000, b"c"]
    child = start(lambda: answers)
    assert child is not None
    assert list(child.last_answers()) == answers


def test_answers_can_be_taken_while_the_child_works() -> None:
    reading, writing = os.pipe()

    def produce() -> Iterator[bytes]:
        yield b"early"
        os.read(reading, 1)
        yield b"late"

    child = start(produce)
    assert child is not None
    early: list[bytes] = []
    while not early:
        early += child.answers()
    assert early == [b"early"]
    assert list(child.answers()) == []
    os.write(writing, b"x")
    assert list(child.last_answers()) == [b"late"]
    os.close(reading)
    os.close(writing)


@pytest.mark.parametrize("how", ["error", "exit", "signal"])
def test_what_a_dying_child_has_answered_counts(how: str) -> None:
    def produce() -> Iterator[bytes]:
        yield b"first"
        if how == "error":
            raise ValueError("unforeseen")
        if how == "exit":
            os._exit(3)
        os.kill(os.getpid(), 9)
        yield b"never"

    child = start(produce)
    assert child is not None
    assert list(child.last_answers()) == [b"first"]


@pytest.mark.parametrize("_again", range(20))
def test_every_turn_is_taken_once(_again: int) -> None:
    turns = Turns(range(1000))
    children = [start(lambda: (b"%d" % number for number in turns)) for _ in range(3)]
    own = list(turns)
    taken = [int(answer) for child in children if child is not None for answer in child.last_answers()]
    turns.close()
    assert sorted(own + taken) == list(range(1000))


def test_a_child_without_its_parent_takes_no_more_turns() -> None:
    reading, writing = os.pipe()
    # the process in the middle ends at once; its child, an orphan then, must not go on
    middle = os.fork()
    if middle == 0:
        turns = Turns(range(1000))
        if os.fork() == 0:
            while os.getppid() == turns._owner:
                pass
            os.write(writing, b"%d" % len(list(turns)))
        os._exit(0)
    os.waitpid(middle, 0)
    os.close(writing)
    assert os.read(reading, 10) == b"0"
    os.close(reading)
