"""What an export takes along of the integrations' tables. A table that is not named here fails a test."""

from collections.abc import Mapping
from typing import Final

from tenants.belongings import Table

TABLES: Final[Mapping[str, Table]] = {
    "inbound_install": Table(
        sealed={"sealed": "inbound install"},
        note="Secrets are sealed: whoever signs by one calls the restored company, too. Those that the key ring does"
        " not open do not come back.",
    ),
    "webhook_delivery": Table(left_out="went out, or will, from where the company is"),
    "webhook_endpoint": Table(
        sealed={"sealed": "webhook endpoint"},
        returns={"off_at": "now", "off_why": "restored", "told_at": "now"},
        note="They come back switched off, so that partners do not hear of two companies: resume those that are wanted."
        " Secrets and headers are sealed. Those that the key ring does not open do not come back.",
    ),
}
