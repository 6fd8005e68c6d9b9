"""Calls within calls take no memory from the system again and again."""

import resource
from threading import Thread

from clinic.operations.call_stack import with_room

DEPTHS = 150  # of calls: more than a chunk of 16 KB holds
TIMES = 200


def deep(calls):
    if calls:
        deep(calls - 1)
    else:
        for _ in range(TIMES):
            nothing()


def nothing():
    pass


def faults(calls):
    """Pages of memory that the system gave meanwhile."""
    before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
    deep(calls)
    return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before


def at_worst(told):
    told.append(max(faults(calls) for calls in range(DEPTHS)))


def in_a_thread(work):
    told: list[int] = []
    thread = Thread(target=lambda: work(told))
    thread.start()
    thread.join()
    return told[0]


def test_at_some_depth_python_asks_the_system_for_memory_at_each_call():
    """Else the room is for nothing, and may go."""
    assert in_a_thread(at_worst) >= TIMES


def test_with_room_no_depth_does():
    assert in_a_thread(lambda told: with_room(lambda: at_worst(told))) < TIMES / 10
