"""What administrators may set: within which bounds, and how a change reads in the record of changes. InvalidError names the field as the contract has it."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import available_timezones

from servicekit.errors import InvalidError

from services.conversation.domain.policy import MINUTES_A_DAY, OpenHours, Policy
from services.conversation.domain.system_messages import AGENT, FIXED_CODES, STANDARD_TEXTS

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MAX_STRETCHES = 28
MAX_LANGUAGES = 20
MAX_SYSTEM_TEXT = 300
NOTHING = "-"
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_BOUNDS = {
    "grace": (timedelta(seconds=10), timedelta(hours=1)),
    "away": (timedelta(minutes=1), timedelta(hours=8)),
    "idle": (timedelta(hours=1), timedelta(days=30)),
    "unanswered": (timedelta(minutes=1), timedelta(days=1)),
}


@dataclass(frozen=True, slots=True)
class SettingsChange:
    """Who changed what: `changes` is by field, "before → after"."""

    at: datetime
    account_id: str
    account_name: str
    changes: dict[str, str]


@dataclass(frozen=True, slots=True)
class StoredSettings:
    """What is set, under which revision (0: nothing ever was), and the newest changes first."""

    policy: Policy
    revision: int = 0
    changes: tuple[SettingsChange, ...] = ()


def check(policy: Policy) -> None:
    """Raise InvalidError, naming the field, unless a workspace may have this."""
    for name, (least, most) in _BOUNDS.items():
        if not least <= getattr(policy, name) <= most:
            raise InvalidError(f"settings.{name}_seconds", f"must be between {least.total_seconds():.0f} and {most.total_seconds():.0f}")
    if policy.time_zone and policy.time_zone not in available_timezones():
        raise InvalidError("settings.time_zone", "must be the name of a time zone, as Asia/Jakarta")
    _check_hours(policy)
    _check_texts(policy)


def _check_hours(policy: Policy) -> None:
    hours = policy.hours
    if hours and not policy.time_zone:
        raise InvalidError("settings.time_zone", "must be given where there are hours")
    if len(hours) > MAX_STRETCHES:
        raise InvalidError("settings.hours", f"must have at most {MAX_STRETCHES} entries")
    for index, one in enumerate(hours):
        if not 0 <= one.weekday < len(DAYS) or not 0 <= one.opens < one.closes <= MINUTES_A_DAY:
            raise InvalidError(f"settings.hours[{index}]", "must open before it closes, on a day of the week, within 24 hours")
    for earlier, later in pairwise(hours):
        if later.weekday == earlier.weekday and later.opens < earlier.closes:
            raise InvalidError("settings.hours", f"must not overlap on {DAYS[later.weekday]}")


def _check_texts(policy: Policy) -> None:
    if len(policy.texts) > MAX_LANGUAGES:
        raise InvalidError("settings.texts", f"must have at most {MAX_LANGUAGES} languages")
    if policy.default_locale not in {*STANDARD_TEXTS, *policy.texts}:
        raise InvalidError("settings.default_language", "must be a language that has texts")
    for language, texts in policy.texts.items():
        if not _LANGUAGE.fullmatch(language):
            raise InvalidError("settings.texts", f"{language[:10]} is not the code of a language, as en")
        for code, text in texts.items():
            _check_text(language, code, text)


def _check_text(language: str, code: str, text: str) -> None:
    standard = STANDARD_TEXTS["en"]
    which = f"{code[:30]} ({language})"
    if code not in standard or code in FIXED_CODES:
        raise InvalidError("settings.texts", f"{which} is not a message whose words can be set")
    if not text.strip() or len(text) > MAX_SYSTEM_TEXT or not text.isprintable():
        raise InvalidError("settings.texts", f"{which} must have 1 to {MAX_SYSTEM_TEXT} characters on one line")
    if AGENT in text and AGENT not in standard[code]:
        raise InvalidError("settings.texts", f"{which} has no agent: {AGENT} cannot be used")


def difference(before: Policy, after: Policy) -> dict[str, str]:
    """Return what a change changes, in words, by field; empty when nothing."""
    old, new = _in_words(before), _in_words(after)
    return {field: f"{old.get(field, NOTHING)} → {new.get(field, NOTHING)}" for field in sorted({*old, *new}) if old.get(field) != new.get(field)}


def _in_words(policy: Policy) -> dict[str, str]:
    words = {f"{name}_seconds": f"{getattr(policy, name).total_seconds():.0f}" for name in _BOUNDS}
    words |= {"reopen": str(policy.reopen).lower(), "default_language": policy.default_locale, "time_zone": policy.time_zone or NOTHING}
    words["hours"] = ", ".join(_stretch(one) for one in policy.hours) or NOTHING
    return words | {f"text {language} {code}": text for language, texts in policy.texts.items() for code, text in texts.items()}


def _stretch(one: OpenHours) -> str:
    return f"{DAYS[one.weekday][:3]} {one.opens // 60:02}:{one.opens % 60:02}-{one.closes // 60:02}:{one.closes % 60:02}"
