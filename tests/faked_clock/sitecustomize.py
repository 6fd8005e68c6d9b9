"""Loaded by every Python whose clock is faked (tests/servers.py), before anything else.

libfaketime 0.9.10, which is Debian 12's, lets clock_nanosleep fail where the monotonic clock is
left alone, and that is how time.sleep sleeps. Waiting for nothing takes as long.
"""

import select
import time
from typing import SupportsIndex


def sleep(seconds: float | SupportsIndex, /) -> None:
    select.select([], [], [], float(seconds))


time.sleep = sleep
