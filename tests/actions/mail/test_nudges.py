"""Which mails a plan leads to, as rows; asking again adds nothing."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from bookings.actions.mail import nudges, preferences
from bookings.actions.training import races as racing
from bookings.models import Distance, Mail, MailGroup, MailKind, MailState, Outcome, Race
from tests import factories
from tests.clock import TODAY, day_of
from tests.factories import NOW
from tests.reading import present

RACE_DAY = TODAY + timedelta(weeks=20, days=6 - TODAY.weekday())  # a Sunday
YEAR = timedelta(days=365)
AUTUMN = RACE_DAY + timedelta(weeks=24)

pytestmark = pytest.mark.usefixtures("ana_wants_nudges")


@pytest.fixture
def enter(ana):
    def _enter(client=ana, now=NOW, wants_nudges=False, **fields) -> Race:
        fields = {"race_date": RACE_DAY, "distance": Distance.MARATHON, **fields}
        return racing.enter(client, Race(**fields), wants_nudges=wants_nudges, now=now)

    return _enter


def owed(client, kind=MailKind.NUDGE) -> list[tuple[str, date]]:
    rows = Mail.objects.filter(client=client, kind=kind, state=MailState.SCHEDULED)
    return [(mail.about.get("topic"), day_of(mail.due_at)) for mail in rows.order_by("due_at")]


def at_noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def days_before(days: int) -> date:
    return RACE_DAY - timedelta(days=days)


def test_a_race_owes_the_plan_mail_and_the_nudges_of_the_rules(ana, enter):
    enter()
    assert len(owed(ana, MailKind.PLAN)) == 1
    block = [(topic, day) for topic, day in owed(ana) if topic.startswith("race_block")]
    assert block == [
        ("race_block", days_before(27)),
        ("race_block_followup", days_before(17)),
        ("race_block_last_call", days_before(7)),
    ]
    assert owed(ana, MailKind.RACE_CHECK) == [("post_race_check", days_before(-1))]


def test_nudges_are_due_at_nine_and_the_check_at_ten_in_the_clinics_zone(ana, enter, clinic):
    enter()
    nudge, check = (
        present(Mail.objects.filter(kind=kind).order_by("-due_at").first())
        for kind in (MailKind.NUDGE, MailKind.RACE_CHECK)
    )
    assert nudge.due_at.astimezone(clinic.tz).hour == 9
    assert check.due_at.astimezone(clinic.tz).hour == 10
    assert day_of(check.due_at) == RACE_DAY + timedelta(days=1)


def test_nobody_is_owed_anything_without_the_tick(clinic, enter):
    bo = factories.make_client("Bo Demo")
    enter(bo)
    nudges.plan_for_everybody(now=NOW)
    assert not bo.mails.exists()


def test_the_tick_on_the_race_form_is_enough(clinic, enter):
    bo = factories.make_client("Bo Demo")
    enter(bo, wants_nudges=True)
    assert owed(bo, MailKind.PLAN)


def test_planning_again_adds_and_changes_nothing(ana, enter):
    enter()
    before = list(Mail.objects.order_by("pk").values())
    for hours in (0, 1, 24):
        nudges.plan_for(ana, now=NOW + timedelta(hours=hours))
        nudges.plan_for_everybody(now=NOW + timedelta(hours=hours))
    assert list(Mail.objects.order_by("pk").values()) == before


def test_what_would_have_been_due_before_the_plan_is_not_owed(ana, enter):
    enter(race_date=TODAY + timedelta(days=20))
    assert [topic for topic, _ in owed(ana)][:2] == ["race_block_followup", "race_block_last_call"]


def test_a_changed_date_withdraws_what_was_owed_and_tells_of_the_new_plan(ana, enter):
    later = RACE_DAY + timedelta(days=14)
    race = enter()
    racing.change(race, race_date=later, now=NOW + timedelta(days=10))
    plan_mail = Mail.objects.get(kind=MailKind.PLAN, state=MailState.SCHEDULED)
    assert (plan_mail.about["was"], plan_mail.about["race"]) == (
        RACE_DAY.isoformat(),
        later.isoformat(),
    )
    races = {mail.about["race"] for mail in Mail.objects.filter(kind=MailKind.NUDGE).not_gone_out()}
    assert races == {later.isoformat()}


def test_a_name_and_how_it_went_are_no_new_plan(ana, enter):
    race = enter()
    racing.change(race, name="Spring", now=NOW)
    racing.change(race, outcome=Outcome.FINISHED, now=NOW)
    assert Mail.objects.filter(kind=MailKind.PLAN).count() == 1
    assert set(Mail.objects.not_gone_out().values_list("revision", flat=True)) == {3}


@pytest.mark.parametrize("outcome", [Outcome.DNS, Outcome.CANCELLED])
def test_a_race_that_is_not_run_leads_to_no_mail(outcome, ana, enter):
    racing.change(enter(), outcome=outcome, now=NOW)
    assert not Mail.objects.not_gone_out().exists()


def test_taking_that_back_owes_them_again(ana, enter):
    race = enter()
    before = owed(ana)
    race = racing.change(race, outcome=Outcome.DNS, now=NOW)
    racing.change(race, outcome=Outcome.EXPECTED, now=NOW)
    assert owed(ana) == before


def test_a_withdrawn_race_takes_its_mails_along_and_leaves_the_others(ana, enter):
    enter()
    autumn = enter(race_date=AUTUMN)
    racing.withdraw(autumn, now=NOW)
    races = {mail.about["race"] for mail in Mail.objects.filter(kind=MailKind.NUDGE).not_gone_out()}
    assert races == {RACE_DAY.isoformat()}


def test_several_races_kept_at_once_are_told_of_in_one_mail(ana):
    races = [
        Race(race_date=RACE_DAY, distance=Distance.MARATHON),
        Race(race_date=date(2020, 1, 1), distance=Distance.HALF),
        Race(race_date=AUTUMN, distance=Distance.HALF),
    ]
    habits = {"long_run_weekday": 5, "weekly_volume_km": 40}
    answers = racing.enter_all(ana, races, habits=habits, now=NOW)
    assert [bool(answer) for answer in answers] == [False, True, False]
    assert Mail.objects.filter(kind=MailKind.PLAN).count() == 1


def test_stopping_keeps_the_rows_and_sending_asks_again(ana, enter):
    enter()
    preferences.choose(ana, MailGroup.NUDGES, wanted=False, how="link", now=NOW)
    ana.refresh_from_db()
    assert not ana.wants_nudges
    racing.change(ana.races.get(), race_date=RACE_DAY + timedelta(weeks=1), now=NOW)
    assert Mail.objects.filter(kind=MailKind.PLAN).count() == 1


def test_off_season_mails_are_owed_when_their_time_is_near(ana, enter):
    enter()
    assert owed(ana, MailKind.OFF_SEASON) == []
    nudges.plan_for(ana, now=NOW + timedelta(weeks=26))
    first = RACE_DAY + timedelta(days=36 + 28)
    assert [day for _, day in owed(ana, MailKind.OFF_SEASON)] == [first]


def test_who_has_neither_raced_nor_been_here_for_a_year_is_planned_for_no_more(
    ana, enter, massage, kim, room
):
    """Else each of them costs every hour, for ever, and a mail every six weeks that never goes."""
    race = enter()
    for days, goes_on in ((300, True), (400, False)):
        Mail.objects.all().delete()
        late = at_noon(race.race_date + timedelta(days=days))
        nudges.plan_for_everybody(now=late)
        assert bool(owed(ana, MailKind.OFF_SEASON) or owed(ana, MailKind.PLAN)) is goes_on
    factories.make_appointment(
        client=ana, treatment=massage, therapist=kim, room=room, starts_at=late - timedelta(days=9)
    )
    nudges.plan_for_everybody(now=late)
    assert owed(ana, MailKind.PLAN)


def test_what_is_still_owed_for_an_old_race_is_looked_after(ana, enter):
    race = enter()
    Mail.objects.filter(kind=MailKind.NUDGE).update(due_at=at_noon(race.race_date) + 2 * YEAR)
    Race.objects.update(outcome=Outcome.CANCELLED)
    nudges.plan_for_everybody(now=at_noon(race.race_date) + YEAR + timedelta(days=9))
    assert owed(ana) == []
