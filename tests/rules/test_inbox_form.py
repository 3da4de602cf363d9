"""The form before the first message: what it may ask, and which answers fit."""

import pytest

from conversations.definitions.inbox.body import INBOX
from conversations.definitions.inbox.form import Choice, FormField, Labels, check_answers
from conversations.definitions.kinds import check_body
from tenants.refusals import Invalid

WORDS = Labels(en="Topic", zh="主题")
FORM = (
    FormField(key="email", labels=WORDS, type="email", required=True),
    FormField(key="order", labels=WORDS, type="number"),
    FormField(key="topic", labels=WORDS, type="choice", choices=(Choice(key="bill", labels=WORDS),)),
)


def wrong(answers: dict[str, str]) -> set[tuple[str, str]]:
    with pytest.raises(Invalid) as refusal:
        check_answers(form=FORM, answers=answers)
    return {(error["field"], error["code"]) for error in refusal.value.errors}


def test_answers_come_in_the_order_of_the_form_and_without_what_is_empty() -> None:
    given = check_answers(form=FORM, answers={"topic": "bill", "order": " ", "email": " a@b.example "})
    assert list(given.items()) == [("email", "a@b.example"), ("topic", "bill")]


def test_every_mistake_is_named() -> None:
    assert wrong({}) == {("answers.email", "required")}
    assert wrong({"email": "a b", "order": "1e3", "topic": "other", "more": "x"}) == {
        ("answers.email", "invalid"),
        ("answers.order", "invalid"),
        ("answers.topic", "invalid"),
        ("answers.more", "invalid"),
    }
    assert wrong({"email": f"a@{'b' * 600}"}) == {("answers.email", "invalid")}


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        ([{"key": "a", "labels": {"en": "A", "zh": "A"}}] * 2, ["form.0.key", "form.1.key"]),
        ([{"key": "a", "labels": {"en": "A", "zh": "A"}, "type": "choice"}], ["form.0.choices"]),
        (
            [
                {
                    "key": "a",
                    "labels": {"en": "A", "zh": "A"},
                    "choices": [{"key": "b", "labels": {"en": "B", "zh": "B"}}],
                }
            ],
            ["form.0.choices"],
        ),
    ],
)
def test_a_form_that_nobody_could_fill_in_is_refused(form: list[object], fields: list[str]) -> None:
    with pytest.raises(Invalid) as refusal:
        check_body(kind=INBOX, body={"name": "Shop", "form": form})
    assert [error["field"] for error in refusal.value.errors] == fields
