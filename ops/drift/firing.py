"""Triggers of a table that fire at one and the same moment do so in the order of their names."""

import re
from typing import NamedTuple

from .objects import Objects, kind_of, last_of, relation_of

EVENT = re.compile(r"INSERT|UPDATE|DELETE|TRUNCATE")


class Moment(NamedTuple):
    timing: str  # BEFORE, AFTER or INSTEAD OF
    events: frozenset[str]
    each: str  # ROW or STATEMENT


def moment(trigger: str, definition: str) -> Moment:
    """When a trigger fires: `CREATE TRIGGER t AFTER UPDATE OF a OR DELETE ON public.users ...`."""
    start = definition.partition(f" TRIGGER {last_of(trigger)} ")[2]
    words, _, rest = start.partition(f" ON {relation_of(trigger, {})} ")
    timing, _, events = words.removeprefix("INSTEAD ").partition(" ")
    found = (EVENT.match(event) for event in events.split(" OR "))
    names = frozenset(event[0] for event in found if event)
    return Moment(timing, names, "ROW" if "FOR EACH ROW" in rest else "STATEMENT")


def rivals(trigger: str, side: Objects) -> list[str]:
    """The names of the other triggers of its table that fire when this one does."""
    own, table = moment(trigger, side[trigger]["definition"]), relation_of(trigger, {})
    others = (s for s in side if kind_of(s) == "trigger" and s != trigger)
    return sorted(
        last_of(other)
        for other in others
        if relation_of(other, {}) == table
        if together(own, moment(other, side[other]["definition"]))
    )


def together(one: Moment, other: Moment) -> bool:
    same = (one.timing, one.each) == (other.timing, other.each)
    return same and not one.events.isdisjoint(other.events)
