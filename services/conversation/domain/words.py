"""Search by word prefixes: which words of a user are kept, and which a search asks for."""

import re
import unicodedata

from services.conversation.domain.events import EndUser

# More than any name has; they bound what one row adds to the index.
MAX_WORDS = 40
MAX_WORD_LENGTH = 64
MAX_TERMS = 8


def words_of(user: EndUser) -> list[str]:
    """Return the user's words in search form: split at spaces, and again at punctuation, so that both "o'br" and "brien" find O'Brien."""
    found: dict[str, None] = {}
    for text in (user.id, user.name, user.email):
        folded = _fold(text)
        for word in (*folded.split(), *re.findall(r"\w+", folded)):
            found[word[:MAX_WORD_LENGTH]] = None
    return list(found)[:MAX_WORDS]


def terms_of(search: str) -> list[str]:
    """Return the prefixes that a search asks for; all must match. Those beyond the limit are left out."""
    return [term[:MAX_WORD_LENGTH] for term in _fold(search).split()[:MAX_TERMS]]


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
