"""The diary itself: a day, a week, and what is done with an appointment in it."""

from datetime import date

from django.urls import path, register_converter

from bookings.diary import appointments, blocks, calls, feed, money, moving, planner, week


class Day:
    """2026-12-01"""

    regex = r"20\d\d-[01]\d-[0-3]\d"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


register_converter(Day, "day")

app_name = "planner"
urlpatterns = [
    path("", planner.today, name="today"),
    path("new/", calls.new, name="new"),
    path("<day:day>/", planner.day, name="day"),
    path("<day:day>/feed/", feed.feed, name="feed"),
    path("<day:day>/week/<slug:slug>/", week.week, name="week"),
    path("appointments/<int:pk>/", appointments.appointment, name="appointment"),
    path("appointments/<int:pk>/move/", moving.change, name="change"),
    path("appointments/<int:pk>/undo/", moving.put_back, name="put_back"),
    path("appointments/<int:pk>/tell/", moving.tell, name="tell"),
    path("appointments/<int:pk>/mark/", appointments.mark, name="mark"),
    path("appointments/<int:pk>/cancel/", appointments.cancel, name="cancel"),
    path("appointments/<int:pk>/late/", appointments.late, name="late"),
    path("appointments/<int:pk>/note/", appointments.note, name="note"),
    path("appointments/<int:pk>/price/", money.price, name="price"),
    path("appointments/<int:pk>/pay/", money.pay, name="pay"),
    path("appointments/<int:pk>/take-back/", money.take_back, name="take_back"),
    path("receipts/<int:number>/", money.receipt, name="receipt"),
    path("<day:day>/takings/", money.takings, name="takings"),
    path("<day:day>/takings.csv", money.takings_file, name="takings_file"),
    path("blocks/", blocks.blocks, name="blocks"),
    path("blocks/<slug:kind>/new/", blocks.new_block, name="new_block"),
    path("blocks/<slug:kind>/<int:pk>/", blocks.block, name="block"),
    path("blocks/<slug:kind>/<int:pk>/remove/", blocks.remove_block, name="remove_block"),
]
