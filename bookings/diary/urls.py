"""The front desk's pages."""

from django.urls import path

from bookings.diary import days

app_name = "diary"
urlpatterns = [
    path("", days.home, name="home"),
    path("clients/<int:pk>/same-person/", days.same_person, name="same_person"),
]
