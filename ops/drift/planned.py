"""What is to be done with which object, and what of it has to wait for a person."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from .captive import captives
from .causes import Tie, explain
from .granting import lost, on_any, remade
from .likeness import pairs
from .objects import kind_of, mentions, path_of
from .rebuild import rebuilt, replaced
from .sides import Sides, parents
from .spelling import Step
from .statements import rename

TOGETHER = "only together with what has data at stake"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done with which object."""

    sides: Sides
    anew: frozenset[str]  # there and in Git; dropped first and made again later
    create: frozenset[str]
    drop: frozenset[str]
    loose: frozenset[str]  # columns whose default stands in the way for a while
    twins: Mapping[str, str]  # missing -> what it is perhaps called here
    captive: frozenset[str]  # can change only together with what has data at stake
    made: frozenset[str]  # whatever is made, be it missing, anew or in another's place
    displaced: frozenset[str]  # tables and sequences whose very name is another kind's in Git


def plan(sides: Sides, known: Mapping[str, str]) -> Plan:
    """`known`: what is perhaps here under a name that is unlike, known by what it is."""
    anew, moved, tables = rebuilt(sides), moved_with_parent(sides), replaced(sides)
    twins = {**pairs(sides), **known}
    placed = in_place_of(sides)
    create, captive = (
        (sides.missing - moved) | (tables - sides.changed) | gone_along(tables, sides),
        captives(tables, twins, placed.keys(), sides),
    )
    made = create | anew | tables | remade(sides)
    again = lost(made, sides)
    return Plan(
        sides,
        anew,
        create | again,
        sides.surplus - moved,
        frozenset(loosened(anew, sides)),
        twins,
        captive | on_any(captive, create | again, sides),
        made,
        frozenset(placed.values()),
    )


def in_place_of(sides: Sides) -> dict[str, str]:
    """What is missing, and the table or sequence that has its very name and is not in Git."""
    there = {path_of(s): s for s in sides.surplus if kind_of(s) in ("table", "sequence")}
    kinds = ("table", "sequence", "view") if there else ()
    made = {subject: path_of(subject) for subject in sides.missing if kind_of(subject) in kinds}
    return {subject: there[path] for subject, path in made.items() if path in there}


def gone_along(tables: frozenset[str], sides: Sides) -> frozenset[str]:
    """Of tables that are made anew: those that were dropped as partitions of another one."""
    above = {s: f"table {sides.observed[s].get('partition_of')}" for s in tables & sides.changed}
    return frozenset(subject for subject, parent in above.items() if parent in tables)


def held(subject: str, plan: Plan, step: Step) -> Step:
    """The step, as a comment if it can only be taken together with one that is a comment."""
    twin, git = plan.twins.get(subject), plan.sides.declared
    if twin and plan.twins.keys().isdisjoint(parents(subject, git[subject], git)):
        kept = rename(twin, subject, {})
        return replace(step, note=f"to keep its data, rename instead: {kept}", destroys=True)
    if subject not in plan.captive or step.destroys:
        return step
    return replace(step, note=TOGETHER, destroys=True)


def moved_with_parent(sides: Sides) -> frozenset[str]:
    """Parts that come and go as their table is attached to a parent or detached from it."""
    return frozenset(
        subject
        for subject, cause in explain(sides).items()
        if cause.tie is Tie.PART and cause.subject in sides.changed
    )


def loosened(anew: frozenset[str], sides: Sides) -> Iterator[str]:
    """Columns whose default calls a function that is made anew."""
    names = {".".join(path_of(subject)) for subject in anew if kind_of(subject) == "function"}
    for subject, properties in sides.observed.items() if names else ():
        called = mentions(properties.get("default", ""))
        if kind_of(subject) == "column" and subject in sides.declared and names & called:
            yield subject
