"""How long a test waits before it calls a thing hung: the one place for every test that waits.

Such a limit never decides what a test finds. It only ends a run that would hang, so it is
generous, and the more so the busier the machine is.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

QUIET = 120  # seconds, on a machine that has nothing else to do
PAUSE = 0.03  # seconds between two looks

Found = TypeVar("Found")


def slowness() -> float:
    """How many times slower than alone a program runs now: 1, or how many want each core."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def seconds() -> float:
    return QUIET * slowness()


def asleep(act: Callable[[], object]) -> float:
    """Seconds for which this thread waits in it by its own wish, and not for a processor."""
    before, began = _on_or_for_a_processor(), time.monotonic()
    act()
    return time.monotonic() - began - (_on_or_for_a_processor() - before)


def _on_or_for_a_processor() -> float:
    """Seconds so far; what a kernel without /proc has waited for one is not known."""
    try:
        ran, queued, _ = Path("/proc/thread-self/schedstat").read_text().split()
    except OSError:
        return time.thread_time()
    return (int(ran) + int(queued)) / 1e9


def wait_for(
    found: Callable[[], Found | None], *, otherwise: Callable[[], object] = lambda: ""
) -> Found:
    """What `found` returns once that is true; fails with what `otherwise` tells if it hangs."""
    until = time.monotonic() + seconds()
    while not (it := found()):
        assert time.monotonic() < until, f"waited in vain: {otherwise()}"
        time.sleep(PAUSE)
    return it
