"""The runner's pages."""

from django.urls import path

from bookings.online import (
    account,
    appointments,
    booking,
    cancelling,
    coming,
    home,
    moving,
    plan,
    telling,
    times,
)

app_name = "online"
urlpatterns = [
    path("", home.home, name="home"),
    path("terms/", home.terms, name="terms"),
    path("account/", account.account, name="account"),
    path("plan/", plan.plan, name="plan"),
    path("plan/efforts/", telling.effort, name="effort"),
    path("plan/sessions/", telling.session, name="session"),
    path("plan/<day>/", plan.race, name="race"),
    path("book/<slug:slug>/", times.times, name="times"),
    path("book/<slug:slug>/hold/", booking.hold, name="hold"),
    path("book/<slug:slug>/details/", booking.details, name="details"),
    path("appointments/<token>/", appointments.appointment, name="appointment"),
    path("appointments/<token>/move/", moving.move, name="move"),
    path("appointments/<token>/coming/", coming.coming, name="coming"),
    path("appointments/<token>/cancel/", cancelling.cancel, name="cancel"),
    path("appointments/<token>/plan/", plan.my_plan, name="my_plan"),
    path("appointments/<token>/plan/keep/", plan.keep, name="keep_plan"),
    path("appointments/<token>/plan/efforts/", telling.my_effort, name="my_effort"),
    path("appointments/<token>/plan/sessions/", telling.my_session, name="my_session"),
    path("appointments/<token>/plan/<day>/", plan.my_race, name="my_race"),
    path("appointments/<token>/calendar.ics", appointments.calendar, name="calendar"),
    path("appointments/<token>/thats-me/", appointments.prove, name="prove"),
]
