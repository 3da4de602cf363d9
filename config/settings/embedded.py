"""For `./dev up`: plain HTTP on this machine. `./dev` makes the secret key and keeps it beside the data."""

from config.settings.base import *  # noqa: F403 # settings are a namespace

SERVESTATIC_USE_FINDERS = True
SERVESTATIC_AUTOREFRESH = True
SERVESTATIC_MAX_AGE = 0
