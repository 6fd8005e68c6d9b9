"""A client's data as a whole: for themselves, and for the desk that erases it."""

from django.urls import path

from clinic.privacy import desk, own

app_name = "privacy"
urlpatterns = [
    path("account/data/", own.account, name="account"),
    path("account/data.json", own.account_json, name="account_json"),
    path("account/data/wish/", own.wish, name="wish"),
    path("your-data/<token>/", own.your_data, name="your_data"),
    path("your-data/<token>/all/", own.download, name="download"),
    path("your-data/<token>/all.json", own.download_json, name="download_json"),
    path("desk/erasures/", desk.requests, name="requests"),
    path("desk/erasures/<int:pk>/", desk.request, name="request"),
    path("desk/clients/<int:pk>/erase/", desk.start, name="start"),
]
