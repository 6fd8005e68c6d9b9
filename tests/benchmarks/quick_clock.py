"""The project’s Celery, whose minutes last a second: all that it does, sixty times as often."""

from clinic.celery import app

A_MINUTE = 60

for bell in app.conf.beat_schedule.values():
    bell["schedule"] /= A_MINUTE
app.conf.beat_max_loop_interval /= A_MINUTE
app.conf.own_bell_interval /= A_MINUTE
