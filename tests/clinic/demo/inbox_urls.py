"""The site map with the demo's pages."""

from django.urls import include, path

from clinic.urls import urlpatterns as of_the_site

urlpatterns = [*of_the_site, path("demo/", include("clinic.demo.inbox"))]
