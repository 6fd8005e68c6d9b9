"""The front desk's pages."""

from django.urls import path

from bookings.diary import days, protocol

app_name = "diary"
urlpatterns = [
    path("", days.home, name="home"),
    path("clients/<int:pk>/same-person/", days.same_person, name="same_person"),
    path("protocol/", protocol.overview, name="protocol"),
    path("protocol/phases/<slug:key>/", protocol.phase, name="protocol_phase"),
    path("protocol/sessions/<slug:key>/", protocol.session_type, name="protocol_session"),
    path("protocol/versions/<int:number>/", protocol.version, name="protocol_version"),
    path("protocol/versions/<int:number>/file/", protocol.download, name="protocol_file"),
    path("protocol/import/", protocol.import_file, name="protocol_import"),
    path("protocol/reset/", protocol.reset, name="protocol_reset"),
]
