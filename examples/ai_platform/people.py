"""Who writes and who answers: made-up end users, as a platform would know them, and its bots."""

import random
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

# Name and locale. The last ones have no name: they never told it.
_NAMES = (
    ("Siti Rahmawati", "id"),
    ("Budi Hartono", "id"),
    ("Dewi Lestari", "id"),
    ("Agus Setiawan", "id"),
    ("Putri Ayuningtyas", "id"),
    ("Rizky Pratama", "id"),
    ("Nurul Hidayah", "id"),
    ("Wayan Sudarsana", "id"),
    ("Maria Simanjuntak", "id"),
    ("Joko Susilo", "id"),
    ("Intan Permatasari", "id"),
    ("Suharto", "id"),
    ("Emma Thompson", "en"),
    ("Liam O'Connor", "en-GB"),
    ("Aisha Khan", "en"),
    ("Noah Williams", "en-US"),
    ("Olivia Brown", "en"),
    ("Chidi Okafor", "en"),
    ("Sofía Martínez", "en"),
    ("Łukasz Wójcik", "en"),
    ("Mei Lin Tan", "en-SG"),
    ("Arjun Patel", "en"),
    ("Zoë van der Berg", "en"),
    ("Hiroshi Tanaka", "en"),
    ("", "id"),
    ("", "en"),
    ("", ""),
)
_MAIL_DOMAINS = ("example.com", "example.org", "example.net")  # reserved: no mail ever reaches anyone
_SHARE_WITHOUT_EMAIL = 0.2


@dataclass(frozen=True)
class Person:
    """An end user; all but the id may be empty."""

    id: str
    name: str
    email: str
    locale: str


@dataclass(frozen=True)
class Bot:
    """A named AI agent of the platform."""

    id: str
    name: str


TRAVEL = Bot("travel-guide", "Tara")
LEISURE = Bot("leisure-guide", "Leo")
HOUSEHOLD = Bot("household-helper", "Ana")
_BOT_OF_SERVICE = dict.fromkeys(("Buses", "Flights", "Hotels", "RentalCars", "RideSharing", "Travel"), TRAVEL) | dict.fromkeys(
    ("Events", "Media", "Movies", "Music", "Restaurants"), LEISURE
)


def someone(chance: random.Random) -> Person:
    """Draw an end user; the same chance gives the same one."""
    name, locale = chance.choice(_NAMES)
    number = chance.randrange(1, 1000)
    if not name:
        return Person(f"guest-{number:04d}", "", "", locale)
    plain = unicodedata.normalize("NFKD", name.lower().replace("ł", "l")).encode("ascii", "ignore").decode()
    handle = "".join(letter for letter in plain.replace(" ", ".") if letter.isalnum() or letter == ".")
    email = "" if chance.random() < _SHARE_WITHOUT_EMAIL else f"{handle}{number}@{chance.choice(_MAIL_DOMAINS)}"
    return Person(f"user-{number:04d}-{handle}", name, email, locale)


def bot_for(services: Sequence[str]) -> Bot:
    """Return the bot that answers about these services (names as in the data: "Hotels_2")."""
    first = services[0].split("_")[0] if services else ""
    return _BOT_OF_SERVICE.get(first, HOUSEHOLD)
