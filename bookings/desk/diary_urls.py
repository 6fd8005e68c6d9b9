"""The diary itself: a day, a week, and what is done with an appointment in it."""

from django.urls import path

from bookings.desk.money import payments
from bookings.desk.rota import blocks, stranded
from bookings.desk.scheduling import (
    appointment,
    checkout,
    day,
    feed,
    move,
    phone_booking,
    series,
    week,
)
from bookings.desk.waiting_list import instead, relay
from bookings.web import days  # noqa: F401 - <day:…> in routes
from bookings.web.access import DESK, protected

app_name = "diary"
urlpatterns = protected(
    DESK,
    path("", day.today, name="today"),
    path("new/", phone_booking.new, name="new"),
    path("<day:day>/", day.day, name="day"),
    path("<day:day>/week/", week.clinic_week, name="clinic_week"),
    path("<day:day>/week/<slug:slug>/", week.week, name="week"),
    path("appointments/<int:pk>/", appointment.appointment, name="appointment"),
    path("appointments/<int:pk>/move/", move.change, name="change"),
    path("appointments/<int:pk>/undo/", move.undo, name="undo"),
    path("appointments/<int:pk>/again/", checkout.book_again, name="again"),
    path("appointments/<int:pk>/repeat/", series.repeat, name="repeat"),
    path("appointments/<int:pk>/series/", series.series, name="series"),
    path("appointments/<int:pk>/series/cancel/", series.series_cancel, name="series_cancel"),
    path("appointments/<int:pk>/series/move/", series.series_move, name="series_move"),
    path("appointments/<int:pk>/keep/", move.keep, name="keep"),
    path("appointments/<int:pk>/tell/", move.tell, name="tell"),
    path("appointments/<int:pk>/mark/", appointment.mark, name="mark"),
    path("appointments/<int:pk>/cancel/", appointment.cancel, name="cancel"),
    path("appointments/<int:pk>/wait/", instead.wait_instead, name="wait_instead"),
    path("appointments/<int:pk>/pass-on/", relay.pass_on, name="pass_on"),
    path("appointments/<int:pk>/keep-time/", relay.keep, name="keep_time"),
    path("appointments/<int:pk>/vouch/", appointment.vouch, name="vouch"),
    path("appointments/<int:pk>/late/", appointment.late, name="late"),
    path("appointments/<int:pk>/note/", appointment.note, name="note"),
    path("appointments/<int:pk>/price/", payments.price, name="price"),
    path("appointments/<int:pk>/pay/", payments.pay, name="pay"),
    path("appointments/<int:pk>/take-back/", payments.take_back, name="take_back"),
    path("receipts/<int:number>/", payments.receipt, name="receipt"),
    path("<day:day>/takings/", payments.takings, name="takings"),
    path("<day:day>/takings.csv", payments.takings_file, name="takings_file"),
    path("stranded/", stranded.stranded, name="stranded"),
    path("stranded/away/", stranded.away, name="away"),
    path("blocks/", blocks.blocks, name="blocks"),
    path("blocks/<slug:kind>/new/", blocks.new_block, name="new_block"),
    path("blocks/<slug:kind>/<int:pk>/", blocks.block, name="block"),
    path("blocks/<slug:kind>/<int:pk>/remove/", blocks.remove_block, name="remove_block"),
) + protected(
    DESK,
    path("<day:day>/feed/", feed.feed, name="feed"),
    path("appointments/<int:pk>/follow/", appointment.follow, name="follow_appointment"),
    by_itself=True,
)
