"""Hours, days that are different, and closures: for the owner, as all of the office."""

from django.urls import path

from bookings.office.rota import closures, copying, day, hours, week

ROUTES = (
    path("rota/", week.week, name="rota"),
    path("rota/<int:pk>/", hours.hours, name="hours"),
    path("rota/<int:pk>/copy/", copying.copy, name="copy_hours"),
    path("rota/<int:pk>/<day:day>/", day.day, name="day"),
    path("closures/", closures.closures, name="closures"),
    path("closures/holidays/", closures.close_holidays, name="close_holidays"),
    path("closures/country/", closures.country, name="country"),
)
