"""The owner's office: what the clinic is, and what it offers."""

from django.urls import path

from bookings.office import checklist, clinic, rooms, therapists, treatments
from bookings.office.wording import embeds, legal, looks, mails
from bookings.web.access import OWNER, protected

app_name = "office"
urlpatterns = protected(
    OWNER,
    path("", checklist.checklist, name="checklist"),
    path("clinic/", clinic.settings, name="clinic"),
    path("looks/", looks.page, name="looks"),
    path("looks/logo/", looks.logo, name="logo"),
    path("embed/", embeds.page, name="embeds"),
    path("mails/", mails.overview, name="mails"),
    path("mails/<slug:name>/", mails.edit, name="mail"),
    path("mails/<slug:name>/try/", mails.tried, name="mail_tried"),
    path("texts/", legal.overview, name="texts"),
    path("texts/<kind>/", legal.edit, name="text"),
    path("texts/<kind>/try/", legal.tried, name="text_tried"),
    path("treatments/", treatments.listed, name="treatments"),
    path("treatments/new/", treatments.new, name="new_treatment"),
    path("treatments/<int:pk>/", treatments.edit, name="treatment"),
    path("treatments/<int:pk>/move/", treatments.move, name="move_treatment"),
    path("rooms/", rooms.listed, name="rooms"),
    path("rooms/new/", rooms.new, name="new_room"),
    path("rooms/<int:pk>/", rooms.edit, name="room"),
    path("therapists/", therapists.listed, name="therapists"),
    path("therapists/new/", therapists.new, name="new_therapist"),
    path("therapists/<int:pk>/", therapists.edit, name="therapist"),
    path("therapists/<int:pk>/move/", therapists.move, name="move_therapist"),
    path("therapists/<int:pk>/photo/", therapists.photo, name="photo"),
)
