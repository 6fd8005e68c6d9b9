"""The owner's office: what the clinic is, and what it offers."""

from django.urls import path

from bookings.office import checklist, clinic, rooms, therapists, treatments
from bookings.office.rota.routes import ROUTES as ROTA
from bookings.web.access import OWNER, protected

app_name = "office"
urlpatterns = protected(
    OWNER,
    path("", checklist.checklist, name="checklist"),
    path("clinic/", clinic.settings, name="clinic"),
    path("treatments/", treatments.listed, name="treatments"),
    path("treatments/new/", treatments.new, name="new_treatment"),
    path("treatments/<int:pk>/", treatments.edit, name="treatment"),
    path("rooms/", rooms.listed, name="rooms"),
    path("rooms/new/", rooms.new, name="new_room"),
    path("rooms/<int:pk>/", rooms.edit, name="room"),
    path("therapists/", therapists.listed, name="therapists"),
    path("therapists/new/", therapists.new, name="new_therapist"),
    path("therapists/<int:pk>/", therapists.edit, name="therapist"),
    path("therapists/<int:pk>/photo/", therapists.photo, name="photo"),
    *ROTA,
)
