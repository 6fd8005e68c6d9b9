"""The runner's pages."""

from django.urls import path

from bookings.runner import embed, home, looks, therapists
from bookings.runner.clients import account, age_consent, legal, shared_device, week
from bookings.runner.mail import preferences
from bookings.runner.scheduling import (
    address,
    appointment,
    book_from_mail,
    booking,
    cancel,
    held,
    move,
    series,
    times,
    visits,
)
from bookings.runner.training import mail_answers, protocol, race_news
from bookings.runner.waiting_list import earlier, join, offer, pass_on, place
from bookings.web.access import EVERYONE, SIGNED_IN, protected
from bookings.web.training.listed import races as listed_races
from bookings.web.training.plan_access import behind_the_mails_link, of_this_browser
from bookings.web.training.urls import RUNNERS_PLAN, mounted

app_name = "runner"
urlpatterns = [
    *protected(
        EVERYONE,
        path("", home.home, name="home"),
        path("races/", listed_races.listed_races, name="listed_races"),
        path("race-answer/", home.race_answer, name="race_answer"),
        path("just-book/", home.just_book, name="just_book"),
        path("therapists/<slug:slug>/", therapists.therapist, name="therapist"),
        path("therapists/<slug:slug>/<slug:digest>.jpg", therapists.portrait, name="portrait"),
        path("looks/<slug:digest>.webp", looks.logo, name="logo"),
        path("looks/<slug:accent>.css", looks.colour, name="colour"),
        path("terms/", legal.terms, name="terms"),
        path("privacy/", legal.privacy, name="privacy"),
        path("legal/<kind>/versions/<int:number>/", legal.version, name="legal_version"),
        path("protocol/", protocol.protocol, name="protocol"),
        # In a frame of the web sites that the owner names.
        path("embed/", embed.embed, name="embed"),
        path("plan/forget-me/", shared_device.forget, name="forget"),
        *mounted(RUNNERS_PLAN, "plan/", of_this_browser),
        path("held/", held.held, name="held"),
        path("book/<slug:slug>/", times.times, name="times"),
        path("book/<slug:slug>/wait/", join.join, name="wait"),
        path("book/<slug:slug>/hold/", booking.hold, name="hold"),
        path("book/<slug:slug>/details/", booking.details, name="details"),
    ),
    *protected(
        SIGNED_IN,
        path("account/", account.account, name="account"),
        path("account/yours/", account.all_yours, name="all_yours"),
        path("account/yours/<int:pk>/", account.yours, name="yours"),
        path("account/age/", age_consent.signed_in, name="my_age"),
        path("account/week/", week.week, name="my_week"),
    ),
    *protected(
        SIGNED_IN,
        path("account/end-links/", account.withdraw_links, name="withdraw_links"),
        asks_again=True,
    ),
    # Behind an unguessable link, which is asked for its signature instead.
    *protected(
        EVERYONE,
        path("your-appointments/<token>/", visits.visits, name="visits"),
        path("times/<token>/", book_from_mail.offered, name="offered"),
        path("not-this-time/<token>/", mail_answers.not_this_time, name="not_this_time"),
        path("after-the-race/<token>/", mail_answers.after_race, name="after_race"),
        path("race-news/<token>/", race_news.race_news, name="race_news"),
        path("waiting/<token>/", place.place, name="waiting"),
        path("kept-for-you/<token>/", offer.offer, name="wait_offer"),
        path("mails/<token>/", preferences.preferences, name="preferences"),
        path("unsubscribe/<token>/", preferences.unsubscribe, name="unsubscribe"),
        path("appointments/<token>/", appointment.appointment, name="appointment"),
        path("appointments/<token>/move/", move.move, name="move"),
        path("appointments/<token>/earlier/", earlier.earlier, name="earlier"),
        path("appointments/<token>/pass-on/", pass_on.pass_on, name="pass_on"),
        path("appointments/<token>/repeat/", series.repeat, name="repeat"),
        path("appointments/<token>/series/", series.series, name="series"),
        path("appointments/<token>/series/cancel/", series.series_cancel, name="series_cancel"),
        path("appointments/<token>/series/move/", series.series_move, name="series_move"),
        path("appointments/<token>/coming/", appointment.coming, name="coming"),
        path("appointments/<token>/cancel/", cancel.cancel, name="cancel"),
        path("appointments/<token>/again/", visits.again, name="again"),
        path("appointments/<token>/undo/", cancel.undo, name="undo"),
        path("appointments/<token>/calendar.ics", appointment.calendar, name="calendar"),
        path("appointments/<token>/age/", age_consent.by_link, name="age"),
        path("appointments/<token>/send-again/", appointment.send_again, name="send_again"),
        path("appointments/<token>/address/", address.correct, name="correct_address"),
        path("appointments/<token>/thats-me/", appointment.prove, name="prove"),
        *mounted(RUNNERS_PLAN, "appointments/<token>/plan/", behind_the_mails_link, "my_"),
    ),
]
