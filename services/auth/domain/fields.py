"""What people may type into each field: InvalidError names the field and says the rule."""

import re
import unicodedata

from servicekit.caller import Role
from servicekit.errors import InvalidError

MAX_EMAIL = 254
MAX_NAME = 100
MIN_PASSWORD = 12
MAX_PASSWORD = 128
MAX_USER_AGENT = 300
# Of anything, before it is normalized: the time that Unicode normalization takes may grow with the square of the length.
MAX_GIVEN = 1024

_EMAIL = re.compile(r"[^\s@<>()\[\]\\,;:\"]{1,64}@[^\s@<>()\[\]\\,;:\"_]+")


def _is_text(value: str) -> bool:
    """Whether it can be stored and shown: no control character (NUL, line ends), no lone surrogate."""
    return not any(unicodedata.category(char) in {"Cc", "Cs"} or char in "\u2028\u2029" for char in value)


def fold_email(email: str) -> str:
    """Return the form under which an e-mail is unique in the installation and looked up at login. Never fails."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", email.strip()).casefold())


def email(value: str) -> str:
    """Return the e-mail as it is stored and shown."""
    value = _composed("email", value)
    if len(value) > MAX_EMAIL or not _is_text(value) or not _EMAIL.fullmatch(value) or ".." in value or value.endswith("."):
        raise InvalidError("email", f"must be an e-mail address of at most {MAX_EMAIL} characters")
    return value


def name(field: str, value: str) -> str:
    """Return a name as it is stored: trimmed, composed (NFC), one line."""
    value = _composed(field, value)
    if not value or len(value) > MAX_NAME or not _is_text(value):
        raise InvalidError(field, f"must have 1 to {MAX_NAME} characters and no control characters")
    return value


def fold_name(value: str) -> str:
    """Return the form under which a workspace's name is unique."""
    return unicodedata.normalize("NFC", value.casefold())


def normal_password(value: str) -> str:
    """Return the form that is hashed, so that the same password typed on another keyboard is the same (NFKC, as RFC 8265 has it). Never fails."""
    return unicodedata.normalize("NFKC", value)


def new_password(field: str, value: str) -> str:
    """Return a password fit to be set, in the form that is hashed. Length alone is asked for (NIST SP 800-63B)."""
    value = normal_password(bounded(field, value))
    if not MIN_PASSWORD <= len(value) <= MAX_PASSWORD or not _is_text(value):
        raise InvalidError(field, f"must have {MIN_PASSWORD} to {MAX_PASSWORD} characters and no control characters")
    return value


def required(field: str, value: str) -> str:
    """Return what was given; InvalidError if nothing was, or more than anybody types."""
    if not value:
        raise InvalidError(field, "must be given")
    return bounded(field, value)


def bounded(field: str, value: str) -> str:
    """Return what was given; InvalidError if it is longer than anything here may be."""
    if len(value) > MAX_GIVEN:
        raise InvalidError(field, f"must have at most {MAX_GIVEN} characters")
    return value


def _composed(field: str, value: str) -> str:
    return unicodedata.normalize("NFC", bounded(field, value).strip())


def role(value: int) -> Role:
    """Return the role that a number of the contract stands for."""
    try:
        return Role(value)
    except ValueError:
        raise InvalidError("role", "must be agent, supervisor or administrator") from None


def user_agent(value: str) -> str:
    """Return what is kept of a browser's own words: never refused, cut and without what cannot be shown."""
    return "".join(char for char in value[:MAX_USER_AGENT] if _is_text(char))
