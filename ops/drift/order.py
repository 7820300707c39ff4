"""The order in which objects are made: each after those it needs."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from .objects import (
    Objects,
    default_of,
    kind_of,
    mentions,
    name_of,
    needful,
    parts_of_tables,
    path_of,
)
from .rare import MAKERS, USERS

# an object that another one needs comes before it whatever their kinds are
RANKS = (
    "schema",
    "default privileges",
    "extension",
    "accessmethod",
    "foreigndatawrapper",
    "server",
    "usermapping",
    "language",
    "collation",
    "type",
    "sequence",
    "function",
    "cast",
    "transform",
    "conversion",
    "textsearchparser",
    "textsearchtemplate",
    "textsearchdictionary",
    "textsearchconfiguration",
    "operator",
    "operatorfamily",
    "operatorclass",
    "table",
    "column",
    "constraint",
    "index",
    "statistics",
    "foreign key",
    "view",
    "trigger",
    "policy",
    "rule",
    "publication",
    "subscription",
    "eventtrigger",
    "grant",
)


MADE_WITH_TABLE = ("column", "constraint")
PARTS = (*MADE_WITH_TABLE, "index", "statistics", "trigger", "policy", "rule")


def arranged(
    subjects: Iterable[str], side: Objects, within: Sequence[str] = MADE_WITH_TABLE
) -> list[str]:
    """The subjects, needed ones first; where two need each other, by kind.

    A table needs what its parts of the kinds `within` need.
    """
    ranked = sorted(subjects, key=lambda subject: (rank(subject, side), subject))
    known = called(subject for subject in ranked if kind_of(subject) != "grant")
    parts = parts_of_tables(side)
    placed: dict[str, None] = {}
    started: set[str] = set()

    def place(subject: str) -> None:
        if subject not in started:
            started.add(subject)
            held = parts.get(name_of(subject), {}) if kind_of(subject) == "table" else {}
            texts = [needful(p) for s, p in held.items() if kind_of(s) in within]
            names = mentions(name_of(subject)) - {".".join(path_of(subject))}
            names |= mentions("\n".join([needful(side[subject]), *texts]))
            for needed in needs(names, known):
                if may_need(subject, needed):
                    place(needed)
            placed[subject] = None

    for subject in ranked:
        place(subject)
    return list(placed)


def rank(subject: str, side: Objects) -> int:
    if "references" in side[subject]:
        return RANKS.index("foreign key")
    defaults = kind_of(subject) == "grant" and default_of(subject)
    return RANKS.index("default privileges" if defaults else kind_of(subject))


def called(subjects: Iterable[str]) -> Mapping[str, list[str]]:
    """The subjects by the name under which others mention them; a column by its table too."""
    known = defaultdict(list)
    for subject in subjects:
        known[".".join(path_of(subject))].append(subject)
    return known


def may_need(subject: str, other: str) -> bool:
    """Whether one can be built on the other; rare kinds give the same names to their objects."""
    return kind_of(other) not in MAKERS or kind_of(subject) in USERS.get(kind_of(other), ())


def needs(names: set[str], known: Mapping[str, list[str]]) -> Iterator[str]:
    """What is mentioned; a column counts where its table is mentioned too."""
    for name in sorted(names & known.keys()):
        yield from known[name]
    relations = sorted(name for name in names if "." in name)
    for column in sorted(names.difference(relations)):
        for relation in relations:
            yield from known.get(f"{relation}.{column}", ())
