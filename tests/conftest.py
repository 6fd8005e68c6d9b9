"""What holds for every test."""

import gc
import os
from functools import partial

import pytest
from _pytest import runner
from django.conf import settings
from hypothesis import HealthCheck
from hypothesis import settings as drawing
from xdist.scheduler import LoadFileScheduling

from clinic.operations.call_stack import with_room
from tests.cast import *  # noqa: F403 - fixtures
from tests.clock import not_todays, starts_programs
from tests.emptying import empty_quickly
from tests.languages import *  # noqa: F403 - fixtures
from tests.template_names import refuse_names_of_nothing

# EXAMPLES=20000 draws each property so often; none fails because a machine is busy.
drawing.register_profile(
    "asked",
    max_examples=int(os.environ.get("EXAMPLES", "100")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
drawing.load_profile("asked")


def without_locks_that_would_stop_every_test():
    """Staff sign in without a second factor and nobody asks too often; tests of that say so."""
    settings.STAFF_NEED_A_SECOND_FACTOR = False
    settings.LIMITS = {}
    settings.SECONDS_TO_ANSWER_ABOUT_AN_ADDRESS = 0


without_locks_that_would_stop_every_test()
refuse_names_of_nothing()
empty_quickly()


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """What is gathered stays: nobody looks through it meanwhile for what may go."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_modifyitems(config, items):
    """What takes long comes first, so that nobody who shares the work has it alone at the end."""
    for test in items:
        if starts_programs(test.path):
            test.add_marker("real_clock")
    if left_out := set(not_todays(items)):
        items[:] = [test for test in items if test not in left_out]
        config.hook.pytest_deselected(items=left_out)
    items.sort(key=lambda test: (not is_browsers(test.nodeid), not has_the_real_clock(test)))


def has_the_real_clock(test):
    return test.get_closest_marker("real_clock") is not None


def pytest_collection_finish():
    """Thousands of tests stay to the end: they are not looked through again for what may go."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    """Pytest's own calls fill a chunk of the stack: a tenth of the time went into the next ones."""
    return with_room(partial(runner.pytest_runtest_protocol, item, nextitem))


SECOND_HALF = "tests/browser/test_p"
WALKED = ("tests/roles/", "tests/attacks/")  # share a walk over all pages (tests/roles/walk.py)


def is_browsers(nodeid: str) -> bool:
    return nodeid.startswith("tests/browser/")


class ByFile(LoadFileScheduling):
    """A file's tests stay together. The browser's are two halves that take about as long: each
    shares a site, which is started, filled and stopped in half a minute."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(WALKED):
            return "every page"
        if not is_browsers(nodeid):
            return super()._split_scope(nodeid)
        return "browser, A to O" if nodeid < SECOND_HALF else "browser, P to Z"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return ByFile(config, log) if config.getoption("dist") == "loadfile" else None
