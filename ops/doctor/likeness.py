"""Which symptom is meant by a few words: those they share, the rare ones before the common."""

import re
from collections import Counter
from collections.abc import Sequence

from ..names import nearest
from .entries import ENTRIES
from .shared import Entry

NEAREST = 3
ENOUGH = 0.4  # of the best one's score, to be told beside it
NOISE = re.compile(
    r"(an?|and|any|are|as|at|be|but|by|can|do|does|for|from|gets?|has|have|i|in|is|it|its|me|my"
    r"|of|on|or|our|so|than|that|the|their|there|they|this|to|us|we|what|when|which|who|why|will"
    r"|with|you|your)"
)
ENDINGS = ("ing", "ed", "es", "s", "e")


def tokens(text: str) -> set[str]:
    """The words that count, without their endings; `drop-down` and `e-mail` are one word each."""
    joined = re.sub(r"\b(drop|e|log|read|sign)-(?=\w)", r"\1", text.lower())
    return {stem(word) for word in re.findall(r"[a-z0-9]+", joined) if not NOISE.fullmatch(word)}


def stem(word: str) -> str:
    ending = next((e for e in ENDINGS if word.endswith(e) and len(word) - len(e) > 2), "")
    return word.removesuffix(ending)


def like(symptom: str, entries: Sequence[Entry] = ENTRIES) -> list[Entry]:
    """The entries that are most like the symptom, at most three, best first; perhaps none."""
    bags = {entry: tokens(f"{entry.id} {entry.symptom} {entry.words}") for entry in entries}
    known = Counter(word for bag in bags.values() for word in bag)
    asked = {word if word in known else meant(word, known) for word in tokens(symptom)}
    scores = {
        entry: sum(1 / known[word] for word in sorted(asked & bag)) for entry, bag in bags.items()
    }
    best = max(scores.values())
    ranked = sorted(entries, key=lambda entry: -scores[entry])
    return [entry for entry in ranked if scores[entry] > 0 and scores[entry] >= ENOUGH * best][
        :NEAREST
    ]


def meant(word: str, known: Counter[str]) -> str:
    """A slip of the keyboard is forgiven in words of some length."""
    return nearest(word, known, cutoff=0.85) if len(word) > 3 else ""
