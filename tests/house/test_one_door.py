"""What several places need has one home, and nobody does it by hand."""

import re

import pytest

from tests.house.test_floors import APPS, ROOT

SHARED = {
    r"\.date\(\)|\.localdate\(": "Clinic.day_of",
    r"(?<![\w.])Mail\(": "bookings.actions.mail.outbox",
    r"forms\.Textarea\(": "bookings.web.forms.Textarea",
    r"\.isdecimal\(\)": "bookings.web.forms.whole_number",
    r"get_object_or_404\(\s*Client\b": "bookings.web.client_links.client_or_404",
    r"\bparse_datetime\(": "bookings.web.days.instant_in",
    r"require_http_methods\(\[.GET., .HEAD., .POST.\]\)": "bookings.web.responses.page_methods",
}
HOMES = {
    "bookings/actions/mail/outbox.py": "the home of what is owed",
    "bookings/actions/mail/reminders.py": "plans rows for the outbox",
    "bookings/actions/mail/against_plan.py": "plans rows for the outbox",
    "bookings/actions/mail/nudges.py": "plans rows for the outbox",
    "bookings/models/mail/mails.py": "the home of the row",
    "bookings/actions/scheduling/running_late.py": "a row for each press, of no revision",
    "bookings/web/mail/samples.py": "a sample, rolled back",
    "clinic/demo/data/mails.py": "what the demo says has been sent long ago",
    "bookings/models/clinic.py": "the home of day_of",
    "bookings/web/responses.py": "the home of page_methods",
    "bookings/api/openings.py": "reads a date, which has no zone",
    "bookings/web/days.py": "asks whether pages know a day",
    "bookings/dates.py": "words of an instant in the zone that it is given",
    "bookings/templatetags/clinic_words.py": "words of an instant in the zone that it is given",
    "bookings/templatetags/kept.py": "the day that the words of clinic_words go by",
    "bookings/management/commands/training_plan.py": "runs without a clinic, unless asked",
    "clinic/management/commands/load_demo_data.py": "runs before there is a clinic",
    "bookings/core/mail/reminder_times.py": "the core knows no clinic: it is given a zone",
    "bookings/core/records/busy_times.py": "the core knows no clinic: it is given a zone",
    "bookings/core/records/plan_files/lines.py": "the core knows no clinic: it is given a zone",
    "bookings/core/records/race_files.py": "the core knows no clinic: it is given a zone",
    "bookings/core/scheduling/openings.py": "the core knows no clinic: it is given a zone",
    "bookings/core/scheduling/when.py": "the core knows no clinic: it is given a zone",
    "bookings/core/scheduling/when_parser.py": "reads words of a sentence, not a request",
    "therapists/core/notice_times.py": "the core knows no clinic: it is given a zone",
    "bookings/queries/clients/search.py": "reads words of a sentence, not a request",
    "clinic/demo/__main__.py": "reads an environment variable",
    "therapists/pages/forms.py": "levels are read two hundred at a time",
}


def by_hand(pattern: str) -> set[str]:
    """The modules in which something stands as the pattern says, as paths from the top."""
    modules = (path for app in APPS for path in (ROOT / app).rglob("*.py"))
    found = (path for path in modules if re.search(pattern, path.read_text()))
    return {path.relative_to(ROOT).as_posix() for path in found}


@pytest.mark.parametrize("pattern", SHARED)
def test_what_has_a_home_is_not_done_by_hand(pattern):
    assert not by_hand(pattern) - set(HOMES), f"that is {SHARED[pattern]}"


def test_every_exception_is_still_one():
    assert set(HOMES) <= set().union(*map(by_hand, SHARED))


def test_no_test_takes_the_day_in_utc_for_the_clinics():
    """At half past midnight in summer they are two: tests.clock.day_of."""
    told = re.compile(r"(?:\bnow(?:\(\))?|_at|\.at)\.date\(\)|\(.*\bnow\b.*\)\.date\(\)")
    files = [path for path in (ROOT / "tests").rglob("*.py") if "simulation" not in path.parts]
    assert [path.name for path in files if told.search(path.read_text())] == []


def test_what_a_browser_shows_is_measured_once_it_has_its_styles():
    """By days.box_of: a page is seen, and measured, before its style sheets have come."""
    tests = (ROOT / "tests/browser").glob("*.py")
    by_themselves = [one.name for one in tests if ".bounding_box()" in one.read_text()]
    assert by_themselves == ["days.py"]
