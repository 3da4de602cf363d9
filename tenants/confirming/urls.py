"""Routes of confirming an address, on a tenant's host."""

from django.urls import path

from tenants.confirming import pages

urlpatterns = [
    path("confirm", pages.page, name="confirm"),
    path("confirm/again", pages.again, name="confirm-again"),
]
