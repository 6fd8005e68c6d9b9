"""Whoever waits for other processes hears of it when one has died."""

import os
import signal
import sys
import time

import pytest

from clinic.demo.processes import Child, wait_until
from tests.processes import Died, at_once, check_they_live

SOON = 20  # seconds; far less than any patience


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


def test_a_program_that_has_died_is_named_with_the_end_of_its_log(tmp_path):
    log = tmp_path / "sender.log"
    command = [sys.executable, "-c", "import sys; sys.exit('no such table')"]
    child = Child.start("A sender", command, log=log)
    assert wait_until(lambda: not child.is_running(), seconds=SOON, alive=lambda: True)
    with pytest.raises(Died, match="A sender ended with 1:\nno such table"):
        check_they_live([child])
