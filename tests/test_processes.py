"""Whoever waits for other processes hears of it when one has died."""

import os
import signal
import sys
import time

import pytest

from clinic.demo.processes import Child
from tests import patience
from tests.processes import Died, at_once, none_may_die

SOON = patience.seconds()  # which nobody waits


@pytest.fixture(autouse=True)
def in_time():
    began = time.monotonic()
    yield
    assert time.monotonic() - began < SOON


def test_all_begin_together_and_answer():
    shares = at_once(3, lambda number: [number, number * 10])
    assert sorted(answer for share in shares for answer in share.answers) == [0, 0, 1, 2, 10, 20]
    assert max(share.began for share in shares) - min(share.began for share in shares) < SOON


def killed(number: int) -> list:
    if number == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return slow(number)


def broken(number: int) -> list:
    if number == 1:
        raise ValueError("no such column")
    return slow(number)


def slow(_number: int) -> list:
    time.sleep(SOON)
    return []


@pytest.mark.parametrize(("fate", "words"), [(killed, "was killed"), (broken, "no such column")])
@pytest.mark.parametrize(
    "pieces", [lambda fate: (fate, int), lambda fate: (slow, fate)], ids=["at work", "before it"]
)
def test_one_that_dies_ends_the_wait_with_its_error(fate, words, pieces):
    work, prepare = pieces(fate)
    with pytest.raises(Died, match=words):
        at_once(3, work, prepare=prepare)


def test_those_that_never_end_are_not_waited_for_beyond_patience():
    with pytest.raises(Died, match="2 processes had not ended in time"):
        at_once(2, slow, patience=0.5)


def a_sender(folder, seconds: float) -> Child:
    program = f"import sys, time; time.sleep({seconds}); sys.exit('no such table')"
    return Child.start("A sender", [sys.executable, "-c", program], log=folder / "sender.log")


@pytest.mark.parametrize("seconds", [0, 0.3])
def test_a_program_that_dies_ends_any_wait_with_the_end_of_its_log(tmp_path, seconds):
    sender = a_sender(tmp_path, seconds)
    with (
        pytest.raises(Died, match="A sender ended with 1:\nno such table"),
        none_may_die([sender]),
    ):
        time.sleep(SOON)


def test_a_program_that_was_taken_off_the_list_may_end(tmp_path):
    watched = [a_sender(tmp_path, SOON)]
    with none_may_die(watched):
        watched.pop().stop()
