"""The therapists' pages, and what runners tell of their health."""

from django.urls import path

from therapists.views import (
    audit,
    brief,
    feed,
    health,
    history,
    kept,
    note,
    offline,
    own_time,
    times_off,
    today,
)

app_name = "therapists"
urlpatterns = [
    path("today/", today.today, name="today"),
    path("today/offline/", offline.page, name="offline"),
    path("today/worker.js", offline.worker, name="worker"),
    path("today/<day>/", today.today, name="day"),
    path("today/<day>/sheet/", today.sheet, name="sheet"),
    path("today/visits/<int:pk>/mark/", today.mark, name="mark"),
    path("visits/<int:pk>/", brief.brief, name="brief"),
    path("visits/<int:pk>/clear/", brief.clear, name="clear"),
    path("visits/<int:pk>/note/", note.note, name="note"),
    path("visits/<int:pk>/note/draft/", note.draft, name="draft"),
    path("clients/<int:pk>/history/", history.history, name="history"),
    path("health/accesses/", audit.accesses, name="accesses"),
    path("health/kept/", kept.kept_records, name="kept_records"),
    path("health/kept/<int:pk>/", kept.kept_record, name="kept_record"),
    path("my-time/", own_time.own_time, name="own_time"),
    path("my-time/habits/", own_time.habits, name="habits"),
    path("my-time/<int:pk>/withdraw/", own_time.withdraw, name="withdraw"),
    path("desk/time-off/", times_off.waiting, name="times_off"),
    path("desk/time-off/<int:pk>/answer/", times_off.answer, name="answer_time_off"),
    path("calendar/", feed.calendar, name="calendar"),
    path("calendar/<token>.ics", feed.feed, name="feed"),
    path("health/", health.signed_in, name="health"),
    path("appointments/<token>/health/", health.by_link, name="health_by_link"),
]
