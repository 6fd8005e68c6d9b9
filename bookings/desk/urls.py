"""The front desk's pages."""

from django.urls import path

from bookings.desk import home, moved, search
from bookings.desk.clients import clients, not_back
from bookings.desk.mail import mails
from bookings.desk.races import board, news, ring, twins
from bookings.desk.records import history
from bookings.desk.training import protocol
from bookings.desk.training.plan import of_a_client
from bookings.desk.waiting_list import join, waiting_list
from bookings.web.access import DESK, OWNER, STAFF, protected
from bookings.web.training.urls import DESKS_PLAN, mounted

app_name = "desk"
urlpatterns = [
    *protected(
        STAFF,
        path("", home.home, name="home"),
        path("protocol/", protocol.overview, name="protocol"),
        path("protocol/versions/<int:number>/", protocol.version, name="protocol_version"),
        path("protocol/versions/<int:number>/file/", protocol.download, name="protocol_file"),
    ),
    *protected(STAFF, path("follow/", home.follow, name="follow_home"), by_itself=True),
    *protected(
        DESK,
        path("search/", search.search, name="search"),
        path("clients/", clients.listed, name="clients"),
        path("clients/new/", clients.new, name="new_client"),
        path("clients/not-back/", not_back.page, name="not_back"),
        path("clients/<int:pk>/", clients.record, name="client"),
        path("clients/<int:pk>/edit/", clients.edit, name="edit_client"),
        path("clients/<int:pk>/preferences/", clients.preferences, name="client_preferences"),
        path("strangers/cancel/", home.cancel_strangers, name="cancel_strangers"),
        path("clients/<int:pk>/two-people/", home.two_people, name="two_people"),
        *mounted(DESKS_PLAN, "clients/<int:pk>/plan/", of_a_client, "client_"),
        path("clients/<int:pk>/mails/", mails.of_client, name="mails_of_client"),
        path("clients/<int:pk>/end-links/", clients.withdraw_links, name="withdraw_links"),
        path("clients/<int:pk>/wait/", join.join, name="wait"),
        path("waiting-list/find/", join.find, name="wait_find"),
        path("waiting-list/new/", join.join_new, name="wait_new"),
        path("waiting-list/", waiting_list.waiting_list, name="waiting_list"),
        path("waiting-list/<int:pk>/offer/", waiting_list.offer_by_hand, name="offer_by_hand"),
        path("waiting-list/<int:pk>/hand-over/", waiting_list.hand_over, name="hand_over"),
        path("waiting-list/<int:pk>/take-off/", waiting_list.take_off, name="take_off"),
        path("waiting-list/offers/<int:pk>/take/", waiting_list.take, name="take_offer"),
        path("waiting-list/offers/<int:pk>/withdraw/", waiting_list.withdraw, name="withdraw"),
        path("appointments/<int:pk>/mails/", mails.of_appointment, name="mails_of_appointment"),
        path("races/", board.page, name="race_board"),
        path("races/write/", board.write, name="write_to_runners"),
        path("races/ring/", ring.page, name="ring_runners"),
        path("races/typed/", twins.page, name="race_twins"),
        path("races/listed/<int:pk>/news/", news.race_news, name="race_news"),
        path("races/news/<int:pk>/", news.settle, name="settle_race_news"),
        path("mails/", mails.mails, name="mails"),
        path("mails/kinds/", mails.kinds, name="mail_kinds"),
        path("mails/kinds/<slug:name>/", mails.kind, name="mail_kind"),
        path("mails/kinds/<slug:name>/body/", mails.kind_body, name="mail_kind_body"),
        path("mails/<int:pk>/", mails.mail, name="mail"),
        path("mails/<int:pk>/body/", mails.body, name="mail_body"),
        path("mails/<int:pk>/decide/", mails.decide, name="decide_mail"),
    ),
    *protected(
        DESK,
        path("clients/not-back.csv", not_back.file, name="not_back_file"),
        asks_again=True,
    ),
    *protected(
        OWNER,
        path("mails/pause/", mails.pause, name="pause_mail"),
        path("history/", history.history, name="history"),
        path("texts/", moved.texts, name="texts"),
        path("texts/<kind>/", moved.text, name="text"),
        path("protocol/phases/<slug:key>/", protocol.phase, name="protocol_phase"),
        path("protocol/sessions/<slug:key>/", protocol.session_type, name="protocol_session"),
        path("protocol/import/", protocol.import_file, name="protocol_import"),
        path("protocol/reset/", protocol.reset, name="protocol_reset"),
    ),
]
