"""The runner's pages."""

from django.urls import path

from bookings.online import appointments, booking, cancelling, home, moving, times

app_name = "online"
urlpatterns = [
    path("", home.home, name="home"),
    path("terms/", home.terms, name="terms"),
    path("book/<slug:slug>/", times.times, name="times"),
    path("book/<slug:slug>/hold/", booking.hold, name="hold"),
    path("book/<slug:slug>/details/", booking.details, name="details"),
    path("appointments/<token>/", appointments.appointment, name="appointment"),
    path("appointments/<token>/move/", moving.move, name="move"),
    path("appointments/<token>/cancel/", cancelling.cancel, name="cancel"),
    path("appointments/<token>/calendar.ics", appointments.calendar, name="calendar"),
    path("appointments/<token>/thats-me/", appointments.prove, name="prove"),
]
