"""Words of anger: a short list in English and Indonesian, capitals, and exclamation marks. A reason to look, never a verdict.

The list has words that hardly have another meaning in a talk with support. Whoever adds to it asks whether a calm user would write the word.
"""

import re

_ENGLISH = """
angry furious outraged livid ridiculous unacceptable outrageous disgusting disgraceful appalling pathetic useless idiot idiots stupid moron morons scam scammer
scammers bullshit wtf
"""
_INDONESIAN = """
marah kesal jengkel geram muak kecewa mengecewakan payah bodoh goblok tolol bego penipu penipuan menipu nipu tipu ngawur brengsek bangsat keparat
kurangajar
"""
_PHRASES = ("fed up", "sick of", "waste of time", "worst service", "kurang ajar", "tidak becus", "gak becus", "nggak becus", "buang waktu", "tidak masuk akal")
_WORDS = frozenset(_ENGLISH.split()) | frozenset(_INDONESIAN.split())

# Shouting is a sentence in capitals, not an abbreviation or an order number; scripts without capitals cannot shout.
FEWEST_CAPITALS = 12
FEWEST_SHOUTED_WORDS = 3
SHOUTED = 0.8
_MARKS = re.compile(r"!!!|\?!|!\?")


def is_angry(text: str, folded: str, words: list[str]) -> bool:
    """Tell whether a message has words or signs of anger; `words` are those of the folded text."""
    if not _WORDS.isdisjoint(words) or _MARKS.search(folded) is not None or _is_shouted(text):
        return True
    line = f" {' '.join(words)} "
    return any(f" {phrase} " in line for phrase in _PHRASES)


def _is_shouted(text: str) -> bool:
    cased = [letter for letter in text if letter.isupper() or letter.islower()]
    capitals = sum(letter.isupper() for letter in cased)
    shouted = sum(word.isupper() for word in text.split())
    return capitals >= FEWEST_CAPITALS and shouted >= FEWEST_SHOUTED_WORDS and capitals >= SHOUTED * len(cased)
