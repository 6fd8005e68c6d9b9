"""The therapists' pages, and what runners tell of their health."""

from django.urls import path

from bookings.web import days  # noqa: F401 - <day:…> in routes
from bookings.web.access import DESK, EVERYONE, OWNER, SIGNED_IN, STAFF, THERAPIST, protected
from therapists.pages import devices, notices
from therapists.pages.health import (
    accesses,
    confirm,
    health,
    in_the_room,
    kept_records,
    questions,
)
from therapists.pages.notes import brief, history, letter, note, photos, templates, to_write
from therapists.pages.scheduling import (
    busy_calendar,
    checkout,
    feed,
    my_time_off,
    offline,
    time_off_requests,
    today,
)

app_name = "therapists"
# What each shows is further asked of the visit: who treats this client?
urlpatterns = [
    *protected(
        THERAPIST,
        path("today/", today.today, name="today"),
        path("today/offline/", offline.page, name="offline"),
        path("today/<day:day>/", today.today, name="day"),
        path("today/<day:day>/sheet/", today.sheet, name="sheet"),
        path("today/visits/<int:pk>/mark/", today.mark, name="mark"),
        path("today/late/", checkout.late, name="late"),
        path("today/visits/<int:pk>/pay/", checkout.pay, name="pay"),
        path("today/visits/<int:pk>/again/", checkout.book_again, name="book_again"),
        path("today/visits/<int:pk>/unbook/", checkout.unbook, name="unbook"),
        path("visits/<int:pk>/", brief.brief, name="brief"),
        path("visits/<int:pk>/clear/", brief.clear, name="clear"),
        path("visits/<int:pk>/ask/", in_the_room.ask, name="ask"),
        path("visits/<int:pk>/hand-over/", in_the_room.hand_over, name="hand_over"),
        path("visits/<int:pk>/note/draft/", note.draft, name="draft"),
        path("visits/<int:pk>/photos/", photos.add, name="add_photo"),
        path("photos/<int:pk>/remove/", photos.remove, name="remove_photo"),
        path("visits/<int:pk>/letter/", letter.write, name="letter"),
        path("notes/templates/", templates.page, name="templates"),
        path("notes/templates/<int:pk>/", templates.page, name="template"),
        path("notes/templates/<int:pk>/remove/", templates.remove, name="remove_template"),
        path("notes/", to_write.page, name="to_write"),
        path("my-time/", my_time_off.own_time, name="own_time"),
        path("my-time/habits/", my_time_off.habits, name="habits"),
        path("my-time/calendar/", busy_calendar.page, name="busy_calendar"),
        path("my-time/calendar/remove/", busy_calendar.remove, name="remove_busy_calendar"),
        path("my-time/<int:pk>/withdraw/", my_time_off.withdraw, name="withdraw"),
    ),
    *protected(
        THERAPIST | OWNER,
        path("visits/<int:pk>/note/", note.note, name="note"),
        path("clients/<int:pk>/history/", history.history, name="history"),
        path("clients/<int:pk>/confirm/", confirm.confirm, name="confirm"),
    ),
    *protected(
        STAFF,
        path("notices/", notices.page, name="notices"),
        path("notices/devices/", devices.add, name="add_device"),
        path("notices/devices/<int:pk>/end/", devices.end, name="end_device"),
    ),
    *protected(
        OWNER,
        path("health/accesses/", accesses.accesses, name="accesses"),
        path("health/kept/", kept_records.kept_records, name="kept_records"),
        path("health/kept/<int:pk>/", kept_records.kept_record, name="kept_record"),
        path("office/questions/", questions.overview, name="questions"),
        path("office/questions/<slug:key>/", questions.edit, name="question"),
        path("office/questions/<slug:key>/try/", questions.tried, name="question_tried"),
    ),
    *protected(
        DESK,
        path("desk/time-off/", time_off_requests.waiting, name="times_off"),
        path("desk/time-off/<int:pk>/answer/", time_off_requests.answer, name="answer_time_off"),
    ),
    *protected(
        SIGNED_IN,
        path("calendar/", feed.calendar, name="calendar"),
        path("photos/<int:pk>.jpg", photos.picture, name="photo"),
        path("letters/<int:pk>.pdf", letter.pdf, name="letter_pdf"),
        path("health/", health.signed_in, name="health"),
    ),
    # The address of a feed, and the link of a mail, are secrets of their own.
    *protected(
        EVERYONE,
        path("calendar/<token>.ics", feed.feed, name="feed"),
        path("appointments/<token>/health/", health.by_link, name="health_by_link"),
    ),
    *protected(
        THERAPIST, path("today/<day:day>/follow/", today.follow, name="follow_day"), by_itself=True
    ),
    # A program and its description, the same for all.
    *protected(
        EVERYONE,
        path("today/worker.js", offline.worker, name="worker"),
        path("staff.webmanifest", devices.manifest, name="manifest"),
        by_itself=True,
    ),
]
