"""Room for calls within calls (docs/adr/0024-room-for-calls.md).

CPython keeps the frames of a thread's calls in chunks of 16 KB; one that is full is followed by
another, which is given back to the system as soon as the call that needed it returns. A page is
made dozens of calls deep, and whatever it repeats across such an edge asks the system for memory
each time. A frame that asks for more than half of a large chunk gets one, and leaves the rest of it
to all that is called from there.
"""

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
WORDS = 66_000  # of 8 bytes: of a chunk of 1 MB, half is left; what nobody writes to takes none


def with_room(call: Callable[[], T]) -> T:
    """Makes the call; all calls within it keep their frames in one place."""
    return call()


with_room.__code__ = with_room.__code__.replace(co_stacksize=WORDS)
