"""The page of one delivery: what it says, each attempt with its answer and how long it took; and sending it again."""

import json
from datetime import UTC, datetime
from uuid import UUID

import msgspec
from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from integrations.webhooks import queries, replaying
from integrations.webhooks.console.listing import PATH, get_manager
from integrations.webhooks.console.wording import DELIVERIES, TROUBLES
from integrations.webhooks.log_answers import show_details
from tenants.middleware import TenantRequest
from tenants.settings_pages import show_settings, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def page(request: TenantRequest, webhook: UUID, delivery: UUID) -> HttpResponse:
    """Show one; send it again."""
    by = get_manager(request=request)
    if request.method == "POST":
        replaying.replay_one(endpoint=webhook, delivery=delivery, by=by, now=datetime.now(UTC))
        return HttpResponseRedirect(f"{PATH}/{webhook}?done=replay")
    endpoint = queries.get_endpoint(endpoint=webhook)
    it = show_details(row=queries.get_delivery(endpoint=webhook, delivery=delivery), endpoint=endpoint, by=by)
    context = {
        "hook": endpoint,
        "it": it,
        "state": DELIVERIES[it.state],
        "body": None if it.request is None else json.dumps(it.request, ensure_ascii=False, indent=2),
        "tries": [
            {**msgspec.structs.asdict(one), "trouble": TROUBLES.get(one.error, one.error)} for one in reversed(it.tries)
        ],
    }
    return show_settings(request, template="webhooks/delivery.html", context=context)
