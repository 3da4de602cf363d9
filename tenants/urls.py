"""What every host has: choosing the language."""

from django.urls import path

from tenants.speaking import choose

urlpatterns = [path("language", choose, name="language")]
