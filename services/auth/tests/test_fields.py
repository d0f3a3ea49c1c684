"""What may be typed into each field."""

import time
from collections.abc import Callable

import pytest
from servicekit.caller import Role
from servicekit.errors import InvalidError

from services.auth.domain import fields


@pytest.mark.parametrize("value", ["ada@example.com", "  Ada.L+x@Example.co.uk ", "budi@büro.example", "admin@localhost"])
def test_an_email_is_taken(value: str) -> None:
    assert fields.email(value) == value.strip()


@pytest.mark.parametrize(
    "value",
    [
        *("", "ada", "@example.com", "ada@", "a b@example.com", "ada@exa mple.com", "ada@@example.com", "ada@example..com", "ada@example.com."),
        *("a\x00@example.com", "a\ud800@example.com", "a@" + "x" * 260, '{"$gt": ""}', "<b>@example.com", "x" * 65 + "@example.com"),
    ],
)
def test_what_is_no_email_is_refused_by_name(value: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        fields.email(value)
    assert refusal.value.field == "email"


@pytest.mark.parametrize(
    "check", [lambda text: fields.name("field", text), lambda text: fields.new_password("field", text), lambda text: fields.required("field", text)]
)
def test_a_megabyte_of_combining_marks_is_refused_before_it_is_normalized(check: Callable[[str], str]) -> None:
    began = time.process_time()
    with pytest.raises(InvalidError) as refusal:
        check("a" + "\u0316\u0301" * 262_144)
    assert refusal.value.field == "field"
    assert time.process_time() - began < 1


def test_emails_that_differ_in_case_or_composition_are_the_same() -> None:
    assert fields.fold_email("ADA@Example.com ") == fields.fold_email("ada@example.COM")
    assert fields.fold_email("re\u0301@example.com") == fields.fold_email("ré@example.com")


@pytest.mark.parametrize("value", ["", "   ", "x" * 101, "a\x00b", "a\nb", "a\ud800", "a\u2028b"])
def test_a_name_that_cannot_be_shown_is_refused_by_name(value: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        fields.name("display_name", value)
    assert refusal.value.field == "display_name"


@pytest.mark.parametrize("value", ["Budi", "শেখ", "👩‍👩‍👧", '{"$gt": ""}', "x" * 100])
def test_a_name_of_any_script_is_taken(value: str) -> None:
    assert fields.name("name", value) == value


@pytest.mark.parametrize("value", ["", "x" * 11, "x" * 129, "x" * 12 + "\x00", "x" * 12 + "\udfff"])
def test_a_password_too_short_too_long_or_unstorable_is_refused(value: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        fields.new_password("password", value)
    assert refusal.value.field == "password"


def test_a_password_is_the_same_however_its_letters_are_composed() -> None:
    assert fields.new_password("password", "cafe\u0301 cafe\u0301 thé") == fields.normal_password("café café thé")


@pytest.mark.parametrize("value", [0, 4, -1])
def test_a_role_that_is_none_is_refused(value: int) -> None:
    with pytest.raises(InvalidError):
        fields.role(value)
    assert fields.role(3) is Role.ADMINISTRATOR


def test_a_browsers_own_words_are_cut_and_never_refused() -> None:
    assert fields.user_agent("a\x00b\ud800" + "x" * 1000) == "ab" + "x" * 296
