"""Who asks, found before the view runs, by the view's own authentication."""

from django.http import HttpRequest
from rest_framework.exceptions import APIException
from rest_framework.views import APIView

from tenants.refusals import Refusal


def find_user(*, shape: type[APIView], request: HttpRequest) -> object:
    """Answer who asks; None for nobody, whom the view itself will refuse or serve."""
    try:
        user: object = shape().initialize_request(request).user
    except (APIException, Refusal):
        return None
    return user
