"""Everything sign-up asks of its fields before it touches the database, as one list of errors."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from tenants.models import Person
from tenants.provisioning.rules import name_errors, password_length_errors, slug_errors
from tenants.refusals import FieldError, Invalid
from tenants.text import is_storable


def refuse_invalid_company(*, name: str, slug: str) -> None:
    """Raise Invalid for what a company cannot be called."""
    errors = name_errors(name=name) + slug_errors(slug=slug)
    if not is_storable(text=name):
        errors.append({"field": "name", "code": "shape", "detail": "Use printable characters."})
    if errors:
        raise Invalid(errors=errors)


def refuse_invalid(*, name: str, slug: str, email: str, password: str) -> None:
    """Raise Invalid with an error for each field that is wrong."""
    errors = name_errors(name=name) + slug_errors(slug=slug) + email_errors(email=email)
    errors += password_errors(password=password, email=email, name=name)
    for field, value in {"name": name, "email": email, "password": password}.items():
        if not is_storable(text=value) and not any(error["field"] == field for error in errors):
            errors.append({"field": field, "code": "shape", "detail": "Use printable characters."})
    if errors:
        raise Invalid(errors=errors)


def email_errors(*, email: str) -> list[FieldError]:
    """Answer what is wrong with an e-mail address."""
    try:
        validate_email(email)
    except ValidationError:
        return [{"field": "email", "code": "shape", "detail": "Enter an e-mail address."}]
    if len(email) > Person.EMAIL_LENGTH:
        return [{"field": "email", "code": "too_long", "detail": "The e-mail address is too long."}]
    return []


def password_errors(*, password: str, email: str, name: str) -> list[FieldError]:
    """Answer what is wrong with a password: its length first, then what Django's validators say."""
    errors = password_length_errors(password=password)
    if errors:
        return errors
    try:
        validate_password(password, user=Person(email=email, name=name))
    except ValidationError as refused:
        return [
            {"field": "password", "code": str(error.code), "detail": " ".join(error.messages)}
            for error in refused.error_list
        ]
    return []
