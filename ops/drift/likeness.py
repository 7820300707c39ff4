"""Which surplus object a missing one was perhaps meant to be: another spelling, or renamed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from .objects import Objects, kind_of, last_of, relation_of
from .sides import Sides

CLOSE = 0.75  # how much of two names must be alike, from 0 to 1
FEW = 50  # with more candidates than this, only another spelling counts

Kin = tuple[str, str]  # kind, and table or view


@dataclass(frozen=True, slots=True)
class Strangers:
    """What is here and not in Git, by what it could be mistaken for."""

    kin: dict[Kin, list[str]]
    spelt: dict[tuple[Kin, str], str]


def strangers(sides: Sides) -> Strangers:
    found = Strangers(defaultdict(list), {})
    for subject in sorted(sides.surplus):
        kin = kin_of(subject, sides.observed)
        found.kin[kin].append(subject)
        found.spelt[kin, plain(last_of(subject))] = subject
    return found


def kin_of(subject: str, side: Objects) -> Kin:
    return kind_of(subject), relation_of(subject, side[subject])


def lookalike(subject: str, sides: Sides, known: Strangers) -> str:
    """The surplus object whose name is most like the missing one's, or nothing."""
    kin, name = kin_of(subject, sides.declared), plain(last_of(subject))
    if twin := known.spelt.get((kin, name)):
        return twin
    others = known.kin.get(kin, [])
    return closest(name, others) if len(others) <= FEW else ""


def pairs(sides: Sides) -> dict[str, str]:
    """Missing tables and columns that perhaps are there under another name, and that name."""
    known = strangers(sides)
    holders = [subject for subject in sides.missing if kind_of(subject) in ("table", "column")]
    found = {subject: lookalike(subject, sides, known) for subject in holders}
    return {subject: twin for subject, twin in found.items() if twin}


def closest(name: str, others: Sequence[str]) -> str:
    score, other = max(scores(name, others), default=(0.0, ""))
    return other if score >= CLOSE else ""


def scores(name: str, others: Iterable[str]) -> list[tuple[float, str]]:
    return [(SequenceMatcher(None, name, plain(last_of(o))).ratio(), o) for o in others]


def plain(name: str) -> str:
    return name.strip('"').replace("_", "").lower()
