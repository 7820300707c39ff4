"""What the repair cannot do by itself: where data is at stake, and what is tied to that."""

from collections.abc import Mapping, Set

from .alter import alter
from .objects import (
    NAMELESS,
    Objects,
    Properties,
    kind_of,
    last_of,
    mentions,
    name_of,
    needful,
    path_of,
    relation_of,
)
from .rebuild import needs_making_anew, reach
from .sides import Sides


def captives(
    tables: frozenset[str], twins: Mapping[str, str], placed: Set[str], sides: Sides
) -> frozenset[str]:
    """Tables and columns with data at stake, what is built on them, and what is tied to that."""
    stuck = {subject for subject in sides.changed if at_stake(subject, sides)} | tables
    stuck |= set(twins.values())
    built = reach(stuck, sides)
    while tied := {s for s in sides.changed - stuck if built and built & tied_to(s, sides)}:
        stuck |= tied
        built = reach(stuck, sides)
    old = {s for s in sides.surplus if belongs(s, set(twins.values()), sides.observed)}
    old |= of_types(frozenset(twins.values()), sides)
    return built | stuck | old | awaiting(tables | twins.keys() | placed, sides)


def of_types(types: Set[str], sides: Sides) -> frozenset[str]:
    """Casts and functions that Git does not know because their type has another name here."""
    names = [needed_as(subject) for subject in types if kind_of(subject) == "type"]
    work = [s for s in sides.surplus if names and kind_of(s) in ("cast", "function")]
    named = {s: mentions(name_of(s)) for s in work}
    return frozenset(s for s in work if any(name <= named[s] for name in names))


def awaiting(made: Set[str], sides: Sides) -> frozenset[str]:
    """What can be made or changed only after these are made: parts of them, what names them."""
    rest = (sides.missing | sides.changed) - made if made else frozenset()
    known = set(map(needed_as, made))
    found = {
        s
        for s in rest
        if belongs(s, made, sides.declared)
        or any(name <= named_by(s, sides.declared[s]) for name in known)
    }
    return awaiting(made | found, sides) if found else frozenset(made)


def needed_as(subject: str) -> frozenset[str]:
    """The names that stand together in the text of whatever needs the object."""
    if kind_of(subject) == "column":
        return frozenset({relation_of(subject, {}), last_of(subject)})
    return frozenset({".".join(path_of(subject))})


def named_by(subject: str, properties: Properties) -> set[str]:
    """A cast says in its name alone what it is of."""
    own = name_of(subject) if kind_of(subject) in NAMELESS else ""
    return mentions(f"{needful(properties)} {own}") | {relation_of(subject, properties)}


def belongs(subject: str, tables: Set[str], side: Objects) -> bool:
    return bool(tables) and f"table {relation_of(subject, side[subject])}" in tables


def tied_to(subject: str, sides: Sides) -> frozenset[str]:
    needed = kind_of(subject) in ("column", "type") and needs_making_anew(subject, sides)
    return reach({subject}, sides) if needed else frozenset()


def at_stake(subject: str, sides: Sides) -> bool:
    """Whether bringing a column to Git's type destroys data, so that it waits for a person."""
    git, here = sides.declared[subject], sides.observed[subject]
    steps = alter(subject, git, here, sides) if kind_of(subject) in ("column", "table") else ()
    return any(step.destroys for step in steps)
