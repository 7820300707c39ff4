"""The order in which objects are made: each after those it needs."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from .objects import (
    Objects,
    kind_of,
    mentions,
    name_of,
    needful,
    parts_of_tables,
    path_of,
)

# an object that another one needs comes before it whatever their kinds are
RANKS = (
    "schema",
    "extension",
    "type",
    "sequence",
    "function",
    "table",
    "column",
    "constraint",
    "index",
    "foreign key",
    "view",
    "trigger",
    "policy",
    "rule",
)


MADE_WITH_TABLE = ("column", "constraint")
PARTS = (*MADE_WITH_TABLE, "index", "trigger", "policy", "rule")


def arranged(
    subjects: Iterable[str], side: Objects, within: Sequence[str] = MADE_WITH_TABLE
) -> list[str]:
    """The subjects, needed ones first; where two need each other, by kind.

    A table needs what its parts of the kinds `within` need.
    """
    ranked = sorted(subjects, key=lambda subject: (rank(subject, side), subject))
    known, parts = called(ranked), parts_of_tables(side)
    placed: dict[str, None] = {}
    started: set[str] = set()

    def place(subject: str) -> None:
        if subject not in started:
            started.add(subject)
            held = parts.get(name_of(subject), {}) if kind_of(subject) == "table" else {}
            texts = [needful(p) for s, p in held.items() if kind_of(s) in within]
            text = "\n".join([name_of(subject), needful(side[subject]), *texts])
            for needed in needs(text, known):
                place(needed)
            placed[subject] = None

    for subject in ranked:
        place(subject)
    return list(placed)


def rank(subject: str, side: Objects) -> int:
    foreign = "references" in side[subject]
    return RANKS.index("foreign key" if foreign else kind_of(subject))


def called(subjects: Iterable[str]) -> Mapping[str, list[str]]:
    """The subjects by the name under which others mention them; a column by its table too."""
    known = defaultdict(list)
    for subject in subjects:
        known[".".join(path_of(subject))].append(subject)
    return known


def needs(text: str, known: Mapping[str, list[str]]) -> Iterator[str]:
    """What a text mentions; a column counts where its table is mentioned too."""
    names = mentions(text)
    for name in sorted(names & known.keys()):
        yield from known[name]
    relations = sorted(name for name in names if "." in name)
    for column in sorted(names.difference(relations)):
        for relation in relations:
            yield from known.get(f"{relation}.{column}", ())
