"""Every word a page shows is there in Chinese, and the compiled catalogues are what their sources say."""

import re
from gettext import GNUTranslations
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.pofile import read_po
from django.utils import translation

from conversations.access.commands import KeyRevoked
from conversations.console import keys, wording
from integrations.webhooks.console import wording as webhooks
from tenants.domains import refusals as domains
from tenants.domains.wording import JOINT, SENTENCES, say_problem
from tenants.factors import refusals as factors
from tenants.members import refusals as members
from tenants.members import rules as rules_of_members
from tenants.members.invitations import refusals as invitations
from tenants.provisioning import refusals as company
from tenants.provisioning import rules
from tenants.provisioning.refusals import SlugTaken
from tenants.refusals import FieldError, Refusal
from tenants.settings_pages import PLACES
from tenants.sso import refusals as sso

SHOWN_ON_PAGES = (company, domains, factors, invitations, members, rules_of_members, sso)
WORDS_OF_WEBHOOKS = (
    *(webhooks.STATES, webhooks.WHY_OFF, webhooks.DELIVERIES, webhooks.SCOPES),
    *(webhooks.DONE, webhooks.FIELDS, webhooks.CODES, webhooks.TROUBLES),
)
ROOT = Path(__file__).resolve().parents[2]
CATALOGUES = sorted(ROOT.glob("*/locale/*/LC_MESSAGES/django.po"))
TEMPLATES = sorted(
    path for app in ("tenants", "conversations", "integrations") for path in (ROOT / app / "templates").rglob("*.*")
)
QUOTED = re.compile(r"""{% translate (?:"([^"]+)"|'([^']+)')""")
BLOCK = re.compile(r"{% blocktranslate.*?%}(.*?){% endblocktranslate %}", re.DOTALL)


def words(template: Path) -> set[str]:
    """The messages that a template asks for, blocks in the form of gettext."""
    text = template.read_text()
    quoted = {first or second for first, second in QUOTED.findall(text)}
    return quoted | {re.sub(r"{{ (\w+) }}", r"%(\1)s", block) for block in BLOCK.findall(text)}


def sources(catalogue: Path) -> dict[str, str]:
    with catalogue.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


def chinese() -> dict[str, str]:
    return {source: word for path in CATALOGUES for source, word in sources(path).items()}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_every_word_of_a_page_is_translated(template: Path) -> None:
    assert words(template) - {source for source, word in chinese().items() if word} == set()


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: path.parts[-5])
def test_the_compiled_catalogue_is_fresh(catalogue: Path) -> None:
    """If not: pybabel compile -D django -d <app>/locale."""
    with catalogue.with_suffix(".mo").open("rb") as file:
        compiled = GNUTranslations(file)
    assert {source: compiled.gettext(source) for source in sources(catalogue)} == sources(catalogue)


def test_every_place_of_the_settings_has_a_chinese_name() -> None:
    assert {place.words for place in PLACES} <= set(chinese())


def test_what_sign_up_refuses_is_said_in_chinese() -> None:
    errors: list[FieldError] = [*SlugTaken().errors]
    errors += [error for slug in ("", "1ab", "www") for error in rules.slug_errors(slug=slug)]
    errors += [error for name in ("", "a\nb") for error in rules.name_errors(name=name)]
    errors += [error for password in ("", "x" * 201) for error in rules.password_length_errors(password=password)]
    assert {error["detail"] for error in errors} <= set(chinese())


def test_what_is_wrong_with_a_domain_is_said_in_chinese() -> None:
    assert {*SENTENCES, JOINT} <= set(chinese())
    with translation.override("zh-hans"):
        said = say_problem(problem="there is no TXT record, and its file is not there (HTTP 404)")
        assert said == "没有 TXT 记录，并且其文件不存在 (HTTP 404)"
        assert say_problem(problem=SENTENCES[0]) == chinese()[SENTENCES[0]]


def test_what_is_wrong_in_a_form_is_said_in_chinese() -> None:
    said = {
        wording.OTHER,
        wording.ORIGIN,
        *wording.INBOX.values(),
        *wording.KEY.values(),
        *wording.ROUTING.values(),
        *keys.OVERLAPS.values(),
        *(sentence for words in WORDS_OF_WEBHOOKS for sentence in words.values()),
    }
    assert said | {KeyRevoked().detail} <= set(chinese())


@pytest.mark.parametrize("room", SHOWN_ON_PAGES, ids=lambda room: room.__name__)
def test_what_the_settings_refuse_is_said_in_chinese(room: ModuleType) -> None:
    kinds = [kind for kind in vars(room).values() if isinstance(kind, type) and issubclass(kind, Refusal)]
    assert {kind().detail for kind in kinds if kind.__module__ == room.__name__} <= set(chinese())
