"""The Content-Security-Policy of each page. Scripts and styles are our own files; markup is never made from strings."""

from typing import Final

_SELF: Final = "'self'"
_OWN: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self';"
    " base-uri 'none'; form-action 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
)
_FRAME: Final = _OWN.replace("frame-src 'self'; ", "").replace("form-action 'self'", "form-action 'none'")

PAGE: Final = f"{_OWN}; frame-ancestors 'none'"


def for_form_to(*, url: str) -> str:
    """Answer the policy of a page whose form goes to another of our hosts, and to nowhere else."""
    return PAGE.replace("form-action 'self'", f"form-action {url}")


def for_frame(*, origins: tuple[str, ...]) -> str:
    """Answer the policy of a page that `origins` may embed; our own try page always may."""
    return f"{_FRAME}; frame-ancestors {' '.join((_SELF, *origins))}"
