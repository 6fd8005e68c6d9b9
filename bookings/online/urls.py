"""The runner's pages."""

from django.urls import path

from bookings.online import (
    account,
    answering_mails,
    appointments,
    basket,
    booking,
    cancelling,
    coming,
    embed,
    home,
    legal,
    moving,
    of_age,
    offered,
    plan,
    preferences,
    protocol,
    race_change,
    telling,
    times,
)
from bookings.online.whose_plan import behind_the_mails_link, of_this_browser

# Under plan/, and again under appointments/<token>/plan/ with my_ before the name.
PLAN = (
    ("", plan.plan, "plan"),
    ("keep/", plan.keep, "keep"),
    ("habits/", plan.habits, "habits"),
    ("efforts/", telling.effort, "effort"),
    ("sessions/", telling.session, "session"),
    ("choose/", basket.choose, "choose"),
    ("times/<slug:slug>/", times.plan_times, "plan_times"),
    ("times/<slug:slug>/choose/", basket.choose_time, "choose_time"),
    ("book/", basket.basket, "basket"),
    ("book/change/", basket.change, "change_basket"),
    ("<day>/", race_change.race, "race"),
)

app_name = "online"
urlpatterns = [
    path("", home.home, name="home"),
    path("terms/", legal.terms, name="terms"),
    path("privacy/", legal.privacy, name="privacy"),
    path("legal/<kind>/versions/<int:number>/", legal.version, name="legal_version"),
    path("protocol/", protocol.protocol, name="protocol"),
    path("account/", account.account, name="account"),
    path("account/age/", of_age.signed_in, name="my_age"),
    path("account/end-links/", account.withdraw_links, name="withdraw_links"),
    path("embed/", embed.embed, name="embed"),
    *(path(f"plan/{route}", of_this_browser(view), name=name) for route, view, name in PLAN),
    path("book/<slug:slug>/", times.times, name="times"),
    path("book/<slug:slug>/hold/", booking.hold, name="hold"),
    path("book/<slug:slug>/details/", booking.details, name="details"),
    path("times/<token>/", offered.offered, name="offered"),
    path("not-this-time/<token>/", answering_mails.not_this_time, name="not_this_time"),
    path("after-the-race/<token>/", answering_mails.after_race, name="after_race"),
    path("mails/<token>/", preferences.preferences, name="preferences"),
    path("unsubscribe/<token>/", preferences.unsubscribe, name="unsubscribe"),
    path("appointments/<token>/", appointments.appointment, name="appointment"),
    path("appointments/<token>/move/", moving.move, name="move"),
    path("appointments/<token>/coming/", coming.coming, name="coming"),
    path("appointments/<token>/cancel/", cancelling.cancel, name="cancel"),
    path("appointments/<token>/calendar.ics", appointments.calendar, name="calendar"),
    path("appointments/<token>/age/", of_age.by_link, name="age"),
    path("appointments/<token>/thats-me/", appointments.prove, name="prove"),
    *(
        path(f"appointments/<token>/plan/{route}", behind_the_mails_link(view), name=f"my_{name}")
        for route, view, name in PLAN
    ),
]
