"""The site map as it is in the demo."""

from django.urls import include, path

from clinic import urls

urlpatterns = [*urls.urlpatterns, path("demo/", include("clinic.demo.inbox"))]
