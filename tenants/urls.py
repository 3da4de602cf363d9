"""What every host has: choosing the language."""

from django.urls import path
from django.views.i18n import set_language

from tenants.closing import while_closed

urlpatterns = [path("language", while_closed(set_language), name="language")]
