"""The desk makes and ends a client's series from an appointment's panel."""

from bookings.core.scheduling.statuses import Status
from bookings.models import Mail, MailKind, Series
from bookings.queries.series.scope import visits_of
from tests import factories

RULE = {"every_weeks": "2", "ends": "count", "count": "5", "therapist": "", "until": ""}


def test_the_desk_repeats_silently_and_cancels_this_and_later(desks, booked):
    panel = f"/diary/appointments/{booked.pk}/"
    assert "Repeat…" in desks.get(panel).content.decode()
    assert f"{panel}repeat/" in desks.get(f"/desk/clients/{booked.client_id}/").content.decode()
    form = desks.get(f"{panel}repeat/", RULE).context["dates_form"]
    chosen = {line.name: line.chosen for line in form.lines}
    desks.post(f"{panel}repeat/", {**RULE, **chosen, "key": form["key"].value()})
    visits = visits_of(Series.objects.get())
    assert len(visits) == 5
    assert all(one.not_told and one.vouched_for for one in visits[1:])
    assert not Mail.objects.filter(kind=MailKind.PLAN_BOOKED).exists()
    assert "Cancel or move several" in desks.get(panel).content.decode()
    third = f"/diary/appointments/{visits[2].pk}/series/cancel/"
    page = desks.get(third, {"scope": "later"})
    sent = {"scope": "later", "seen": page.context["found"].digest, "tell": "yes", "wish": "clinic"}
    desks.post(third, sent)
    gone = [one.status == Status.CANCELLED for one in visits_of(Series.objects.get())]
    assert gone == [False, False, True, True, True]
    assert Mail.objects.get(kind=MailKind.SERIES_CHANGED).due_at > Series.objects.get().made_at


def test_a_page_of_a_series_asks_as_much_for_many_as_for_one(
    desks, booked, django_assert_max_num_queries
):
    series = factories.make_series(booked)
    url = f"/diary/appointments/{booked.pk}/series/"
    desks.get(url)
    for days in range(7, 70, 7):
        factories.make_appointment(
            starts_at=booked.starts_at + factories.timedelta(days=days),
            treatment=booked.treatment, therapist=booked.therapist, room=booked.room,
            client=booked.client, series=series,
        )  # fmt: skip
    for page in ("", "cancel/?scope=all", "move/?scope=all&weekday=4&at=11:00"):
        with django_assert_max_num_queries(40):
            assert desks.get(f"{url}{page}").status_code == 200
