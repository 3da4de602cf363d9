"""EMAIL_URL says where mails go."""

import pytest

from config.settings.mail import mail_settings


def test_a_server_with_a_password() -> None:
    said = mail_settings(url="smtp://us%40er:p%3Aw@mail.example:587?tls=1")
    assert (said["EMAIL_HOST"], said["EMAIL_PORT"]) == ("mail.example", 587)
    assert (said["EMAIL_HOST_USER"], said["EMAIL_HOST_PASSWORD"]) == ("us@er", "p:w")
    assert (said["EMAIL_USE_TLS"], said["EMAIL_USE_SSL"]) == (True, False)


def test_a_secure_server() -> None:
    said = mail_settings(url="smtps://mail.example")
    assert (said["EMAIL_PORT"], said["EMAIL_USE_SSL"]) == (465, True)


def test_a_folder() -> None:
    assert mail_settings(url="file:///a%20b/mails")["EMAIL_FILE_PATH"] == "/a b/mails"


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://", "mail.example", ""])
def test_anything_else_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="EMAIL_URL"):
        mail_settings(url=url)
