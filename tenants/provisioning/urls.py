"""Routes of sign-up, on the platform host."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
