"""The runner's pages."""

from django.urls import path

from bookings.runner import embed, home
from bookings.runner.clients import account, age_consent, legal
from bookings.runner.mail import preferences
from bookings.runner.scheduling import (
    appointment,
    attendance_confirm,
    book_from_mail,
    booking,
    cancel,
    move,
    times,
)
from bookings.runner.training import mail_answers, protocol
from bookings.web.training import basket, feedback, plan, race_change
from bookings.web.training.plan_access import behind_the_mails_link, of_this_browser

# Under plan/, and again under appointments/<token>/plan/ with my_ before the name.
PLAN = (
    ("", plan.plan, "plan"),
    ("keep/", plan.keep, "keep"),
    ("habits/", plan.habits, "habits"),
    ("efforts/", feedback.effort, "effort"),
    ("sessions/", feedback.session, "session"),
    ("choose/", basket.choose, "choose"),
    ("times/<slug:slug>/", times.plan_times, "plan_times"),
    ("times/<slug:slug>/choose/", basket.choose_time, "choose_time"),
    ("book/", basket.basket, "basket"),
    ("book/change/", basket.change, "change_basket"),
    ("<day>/", race_change.race, "race"),
)

app_name = "runner"
urlpatterns = [
    path("", home.home, name="home"),
    path("terms/", legal.terms, name="terms"),
    path("privacy/", legal.privacy, name="privacy"),
    path("legal/<kind>/versions/<int:number>/", legal.version, name="legal_version"),
    path("protocol/", protocol.protocol, name="protocol"),
    path("account/", account.account, name="account"),
    path("account/age/", age_consent.signed_in, name="my_age"),
    path("account/end-links/", account.withdraw_links, name="withdraw_links"),
    path("embed/", embed.embed, name="embed"),
    *(path(f"plan/{route}", of_this_browser(view), name=name) for route, view, name in PLAN),
    path("book/<slug:slug>/", times.times, name="times"),
    path("book/<slug:slug>/hold/", booking.hold, name="hold"),
    path("book/<slug:slug>/details/", booking.details, name="details"),
    path("times/<token>/", book_from_mail.offered, name="offered"),
    path("not-this-time/<token>/", mail_answers.not_this_time, name="not_this_time"),
    path("after-the-race/<token>/", mail_answers.after_race, name="after_race"),
    path("mails/<token>/", preferences.preferences, name="preferences"),
    path("unsubscribe/<token>/", preferences.unsubscribe, name="unsubscribe"),
    path("appointments/<token>/", appointment.appointment, name="appointment"),
    path("appointments/<token>/move/", move.move, name="move"),
    path("appointments/<token>/coming/", attendance_confirm.coming, name="coming"),
    path("appointments/<token>/cancel/", cancel.cancel, name="cancel"),
    path("appointments/<token>/calendar.ics", appointment.calendar, name="calendar"),
    path("appointments/<token>/age/", age_consent.by_link, name="age"),
    path("appointments/<token>/thats-me/", appointment.prove, name="prove"),
    *(
        path(f"appointments/<token>/plan/{route}", behind_the_mails_link(view), name=f"my_{name}")
        for route, view, name in PLAN
    ),
]
