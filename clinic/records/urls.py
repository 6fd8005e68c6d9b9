"""A client's data as a whole: for themselves, and for the desk that erases it."""

from django.urls import path

from bookings.web.access import DESK, EVERYONE, OWNER, SIGNED_IN, protected
from clinic.records.pages import all_clients, erasure_requests, merge, own_data

app_name = "records"
urlpatterns = [
    *protected(
        SIGNED_IN,
        path("account/data/", own_data.account, name="account"),
    ),
    *protected(
        SIGNED_IN,
        path("account/data.json", own_data.account_json, name="account_json"),
        path("account/data/wish/", own_data.wish, name="wish"),
        asks_again=True,
    ),
    *protected(
        OWNER,
        path("office/clients.csv", all_clients.all_clients, name="all_clients"),
        asks_again=True,
    ),
    # The link of a mail; what is downloaded has one that is good for a day.
    *protected(
        EVERYONE,
        path("your-data/<token>/", own_data.your_data, name="your_data"),
        path("your-data/<token>/all/", own_data.download, name="download"),
        path("your-data/<token>/all.json", own_data.download_json, name="download_json"),
    ),
    *protected(
        DESK,
        path("desk/erasures/", erasure_requests.listed, name="requests"),
        path("desk/erasures/<int:pk>/", erasure_requests.detail, name="request"),
        path("desk/clients/<int:pk>/erase/", erasure_requests.start, name="start"),
        path("desk/clients/<int:pk>/merge/", merge.choose, name="merge_choose"),
        path("desk/clients/<int:pk>/merge/<int:other>/", merge.merge, name="merge"),
    ),
]
