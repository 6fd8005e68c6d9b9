"""The owner's office: what the clinic is, what it offers, and how it does."""

from django.urls import path

from bookings.core.roles import who_changes
from bookings.office import checklist, clinic, prices, room_loans, rooms, treatments, zone
from bookings.office.forecast import pages as forecast
from bookings.office.imports import pages as imports
from bookings.office.people import leave, people, person, therapists
from bookings.office.races import pages as races
from bookings.office.reports import files, pages
from bookings.office.rota.routes import ROUTES as ROTA
from bookings.office.watch import mail_setup
from bookings.office.watch import pages as watch
from bookings.office.wording import embeds, legal, looks, mails
from bookings.web import days  # noqa: F401 - <day:…> in routes
from bookings.web.access import DESK, OWNER, protected

app_name = "office"
urlpatterns = (
    protected(
        OWNER,
        path("reports/<slug:name>/rows.csv", files.rows_file, name="report_rows_file"),
        asks_again=True,
    )
    + protected(
        OWNER,
        path("", checklist.checklist, name="checklist"),
        path("test-mail/", checklist.test_mail, name="test_mail"),
        path("watch/", watch.page, name="watch"),
        path("watch/try/", watch.try_second_way, name="try_second_way"),
        path("mail-setup/", mail_setup.page, name="mail_setup"),
        path("mail-setup/arrived/", mail_setup.arrived, name="test_mail_arrived"),
        path("looks/", looks.page, name="looks"),
        path("looks/colour/", looks.colour, name="colour"),
        path("looks/logo/", looks.logo, name="logo"),
        path("embed/", embeds.page, name="embeds"),
        path("mails/", mails.overview, name="mails"),
        path("mails/<slug:name>/", mails.edit, name="mail"),
        path("mails/<slug:name>/try/", mails.tried, name="mail_tried"),
        path("texts/", legal.overview, name="texts"),
        path("texts/<kind>/", legal.edit, name="text"),
        path("texts/<kind>/try/", legal.tried, name="text_tried"),
        path("import/", imports.listed, name="imports"),
        path("import/<int:pk>/", imports.one, name="import"),
        path("import/<int:pk>/columns/", imports.columns, name="import_columns"),
        path("import/<int:pk>/start/", imports.start, name="start_import"),
        path("import/<int:pk>/remind/", imports.remind, name="remind_import"),
        path("import/<int:pk>/undo/", imports.undo, name="undo_import"),
        path("import/<int:pk>/drop/", imports.drop, name="drop_import"),
        path("import/<int:pk>/rows.csv", imports.rows_file, name="import_rows"),
        path("races/", races.listed, name="races"),
        path("races/new/", races.new, name="new_race"),
        path("races/from-file/", races.from_file, name="races_from_file"),
        path("races/<int:pk>/", races.edit, name="listed_race"),
        path("races/<int:pk>/archive/", races.archive, name="archive_race"),
        path("reports/", pages.overview, name="reports"),
        path("reports/<slug:name>/", pages.report, name="report"),
        path("reports/<slug:name>/rows/", pages.report_rows, name="report_rows"),
        path("reports/<slug:name>/<slug:cut>.csv", files.report_file, name="report_file"),
    )
    + protected(
        who_changes("clinic"),
        path("clinic/", clinic.settings, name="clinic"),
        path("clinic/zone/", zone.zone, name="zone"),
    )
    + protected(
        who_changes("treatment"),
        path("treatments/", treatments.listed, name="treatments"),
        path("treatments/new/", treatments.new, name="new_treatment"),
        path("treatments/<int:pk>/", treatments.edit, name="treatment"),
        path("treatments/<int:pk>/move/", treatments.move, name="move_treatment"),
        path("prices/", prices.prices, name="prices"),
    )
    + protected(
        who_changes("room"),
        path("rooms/", rooms.listed, name="rooms"),
        path("rooms/new/", rooms.new, name="new_room"),
        path("rooms/<int:pk>/", rooms.edit, name="room"),
    )
    + protected(
        who_changes("roomloan"),
        path("rooms/<int:pk>/lend/", room_loans.lend, name="lend_room"),
        path("rooms/loans/<int:pk>/take-back/", room_loans.take_back, name="take_room_back"),
    )
    + protected(
        who_changes("user"),
        path("people/", people.listed, name="people"),
        path("people/invite/", people.invite, name="invite"),
        path("people/<int:pk>/", person.person, name="person"),
        path("people/<int:pk>/invite-again/", person.invite_again, name="invite_again"),
        path("people/<int:pk>/withdraw/", person.withdraw, name="withdraw_invitation"),
        path("people/<int:pk>/leave/", leave.leave, name="leave"),
        path("people/<int:pk>/stay/", person.stay, name="stay"),
        path("people/<int:pk>/back/", person.come_back, name="come_back"),
    )
    + protected(
        who_changes("therapist"),
        path("therapists/", therapists.listed, name="therapists"),
        path("therapists/new/", therapists.new, name="new_therapist"),
        path("therapists/<int:pk>/", therapists.edit, name="therapist"),
        path("therapists/<int:pk>/move/", therapists.move, name="move_therapist"),
        path(
            "therapists/<int:pk>/calendar/remove/",
            therapists.remove_calendar,
            name="remove_own_calendar",
        ),
    )
    + protected(
        who_changes("portrait"),
        path("therapists/<int:pk>/photo/", therapists.photo, name="photo"),
    )
    + protected(who_changes("weeklyshift"), *ROTA)
    + protected(
        DESK,
        path("forecast/", forecast.page, name="forecast"),
        path("forecast/forecast.csv", forecast.file, name="forecast_file"),
        path("forecast/<day:day>/", forecast.week, name="forecast_week"),
    )
)
