"""Whether two messages say the same, whatever the language: from small sketches, so that the words themselves need not be kept.

A text is folded (NFKC, lower case) and cut into words; an ideograph, kana or Hangul syllable is a word of its own, since those scripts put no spaces. The
sketch is the k smallest 16-bit hashes of the distinct words. Two sketches tell how alike two sets of words are (Jaccard; exact up to k distinct words, an
estimate beyond; A. Broder, On the resemblance and containment of documents, 1997, section 2). The order of the words does not count.
"""

import re
import unicodedata
import zlib
from functools import lru_cache

# More than this of a message is not looked at: it bounds what an append costs.
MAX_CHARACTERS = 1_000
HASHES = 16
# What has fewer distinct words is said again by everybody: "ok", "hello there".
FEWEST_WORDS = 3
ALIKE = 0.8

_BYTES = 2
_WORDS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")


def fold(text: str) -> str:
    """Return the beginning of a text as it is compared."""
    return unicodedata.normalize("NFKC", text[:MAX_CHARACTERS]).casefold()


def words(folded: str) -> list[str]:
    """Return the words of a folded text in their order."""
    return _WORDS.findall(folded)


def sketch(said: list[str]) -> bytes:
    """Return what is kept of a message's words; empty for a message too short to count as repeated."""
    distinct = set(said)
    if len(distinct) < FEWEST_WORDS:
        return b""
    hashes = sorted({zlib.crc32(word.encode()) & 0xFFFF for word in distinct})[:HASHES]
    return b"".join(value.to_bytes(_BYTES, "big") for value in hashes)


def alike(one: bytes, other: bytes) -> bool:
    """Tell whether two sketches are of messages that say the same."""
    if not one or not other:
        return False
    a, b = _hashes(one), _hashes(other)
    either = sorted(a | b)
    if HASHES in {len(a), len(b)}:
        # A full sketch says nothing of what lies beyond its largest hash.
        either = either[:HASHES]
    return sum(value in a and value in b for value in either) >= ALIKE * len(either)


# A message is compared when it comes, as an event, as a row, and with each that follows.
@lru_cache(maxsize=4_096)
def _hashes(kept: bytes) -> frozenset[int]:
    return frozenset(int.from_bytes(kept[at : at + _BYTES], "big") for at in range(0, len(kept), _BYTES))
