"""Morning, afternoon and evening."""

from bisect import bisect_right
from datetime import time

PARTS_BEGIN = (time(12), time(17))  # afternoon and evening


def part_of_day(clock: time) -> int:
    """0 in the morning, 1 in the afternoon, 2 in the evening."""
    return bisect_right(PARTS_BEGIN, clock)
