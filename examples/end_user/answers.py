"""The AI of the demo: a few answers of a coffee shop, written word by word as a model does, and a human for everything else."""

import asyncio
import random
from collections.abc import Awaitable, Callable

from baton_sdk import AiAgent, Availability, Question, Turn

WORD_SECONDS = 0.07

Words = dict[str, str]
# Any of the words, split by |, leads to the answer.
ANSWERS: dict[str, Words] = {
    "en": {
        "hello|hi |good morning|good evening": "Hello! I am the assistant of Kopi Kita. Ask me about your order, our opening hours, or the menu.",
        "order|deliver|parcel": "Orders leave our roastery the next morning and arrive within two working days. Could you tell me the number of your order?",
        "open|hours|close": "Our shops are open every day from eight to ten in the evening. The roastery can be visited on Saturdays.",
        "menu|coffee|drink|eat": "Today we have Gayo and Toraja as filter coffee, espresso drinks, and pandan cake. Everything can be had with oat milk.",
        "thank": "You are welcome! Is there anything else?",
    },
    "id": {
        "halo|hai|selamat": "Halo! Saya asisten Kopi Kita. Silakan tanya tentang pesanan, jam buka, atau menu kami.",
        "pesan|kirim|paket": "Pesanan berangkat dari tempat sangrai kami keesokan paginya dan tiba dalam dua hari kerja. Boleh saya tahu nomor pesanannya?",
        "buka|jam|tutup": "Kedai kami buka setiap hari dari pukul delapan pagi sampai sepuluh malam. Tempat sangrai bisa dikunjungi hari Sabtu.",
        "menu|kopi|minum|makan": "Hari ini ada Gayo dan Toraja seduh manual, aneka espreso, dan kue pandan. Semuanya bisa dengan susu oat.",
        "terima kasih|makasih": "Sama-sama! Ada lagi yang bisa saya bantu?",
    },
}
WANTS_HUMAN = "human|person|agent|someone|complain|manusia|orang|petugas|keluhan"
CALLING: Words = {
    "en": "I am asking a colleague to come. {there} Until then I am here.",
    "id": "Saya panggilkan rekan saya. {there} Sampai saat itu saya tetap di sini.",
}
UNKNOWN: Words = {
    "en": "That I do not know. I am asking a colleague. {there}",
    "id": "Itu saya tidak tahu. Saya tanyakan kepada rekan saya. {there}",
}
AI_AGENT = AiAgent("kopi-kita", "Kopi Kita assistant")


def language(locale: str) -> str:
    """Return which of our languages a locale reads."""
    return "id" if locale.lower().split("-")[0] in {"id", "in", "ms"} else "en"


def waiting(there: Availability, lang: str) -> str:
    """Say the truth about waiting, as Baton told it."""
    if there.next_opening is not None:
        day = there.next_opening.astimezone().strftime("%d.%m. %H:%M")
        return f"Our team is back on {day}." if lang == "en" else f"Tim kami kembali pada {day}."
    if there.agents_available:
        ahead = there.waiting_ahead
        return f"{ahead} are waiting before you." if lang == "en" else f"Ada {ahead} orang sebelum Anda."
    return (
        "Nobody is at the desk right now, but your question waits for them." if lang == "en" else "Saat ini belum ada petugas, tetapi pertanyaan Anda menunggu."
    )


def make_answer(locale_of: Callable[[str], str], *, word_seconds: float = WORD_SECONDS) -> Callable[[Turn, Question], Awaitable[None]]:
    """Return the bot's AI; `locale_of` tells which language a chat's user reads."""

    async def answer(turn: Turn, question: Question) -> None:
        lang = language(locale_of(question.conversation.chat_id))
        asked = f"{question.text.lower()} "
        if _has(asked, WANTS_HUMAN):
            there = await turn.ask_for_human("The user asks for a person.", by_user=True, summary=question.text)
            text = CALLING[lang].format(there=waiting(there, lang))
        else:
            known = next((text for words, text in ANSWERS[lang].items() if _has(asked, words)), "")
            text = known or UNKNOWN[lang].format(there=waiting(await turn.ask_for_human("The AI does not know.", summary=question.text), lang))
        await _write(turn, text, word_seconds)
        await turn.say(text)

    return answer


def _has(asked: str, words: str) -> bool:
    return any(word in asked for word in words.split("|"))


async def _write(turn: Turn, text: str, word_seconds: float) -> None:
    """Compose word by word: the agents read along, and a takeover ends it."""
    written = ""
    for word in text.split(" "):
        written = f"{written} {word}".strip()
        await turn.compose(written)
        await asyncio.sleep(word_seconds * random.uniform(0.5, 1.5))
