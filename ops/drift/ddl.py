"""The DDL that brings the live schema to Git's, for a person to read and to run.

What holds no data is dropped and made again where that is simplest. What destroys data is there
as a comment, so that running the text as it is never destroys any. So is what is perhaps there
under another name, with all that is built on it: an empty table must not take its place.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from .alter import alter, secured, set_default, set_identity, set_owner
from .causes import Tie, explain
from .declared import Snapshot
from .likeness import pairs
from .objects import (
    Objects,
    Properties,
    kind_of,
    last_of,
    mentions,
    name_of,
    needful,
    parts_of_tables,
    path_of,
    relation_of,
    schema_of,
    text_of,
)
from .order import PARTS, arranged
from .rebuild import needs_making_anew, reach, rebuilt, replaced
from .scope import Ignore, narrow
from .sides import Sides, listed_parent, match, parents
from .statements import Step, create, drop, rename, switch

DESTROYS = "-- DESTROYS DATA: "
CODE = ("rule", "policy", "trigger", "view", "index", "constraint")  # go first, and hold no data


def repair(
    declared: Snapshot,
    observed: Objects,
    *,
    pending: frozenset[str] = frozenset(),
    ignore: Sequence[Ignore] = (),
) -> str:
    """The statements in a safe order; those that destroy data commented out, each with the reason.

    Empty when there is nothing to do. With those lines made statements too, nothing differs after.
    """
    scope = narrow(declared, observed, pending, ignore)
    sides = match(scope.declared, scope.observed)
    rest = match(scope.declared, with_names_of_git(scope.observed, sides))
    texts = [written(step) for step in (*name_again(sides), *steps(plan(rest)))]
    head = ["set check_function_bodies = off;"] if texts else []
    return "".join(f"{text}\n" for text in head + texts)


def name_again(sides: Sides) -> Iterator[Step]:
    """Names first: after that, each object is known by the one that it has in Git."""
    for git, here in sorted(sides.renamed.items()):
        if not listed_parent(git, sides.declared[git], sides.declared):  # follows its parent
            yield Step(rename(here, git, sides.declared[git]))


def with_names_of_git(observed: Objects, sides: Sides) -> Objects:
    rest = {s: p for s, p in observed.items() if s not in sides.renamed.values()}
    return {**rest, **{git: sides.declared[git] for git in sides.renamed}}


def written(step: Step) -> str:
    """A step as text: with a semicolon, and as a comment if it destroys data."""
    note = f"-- {step.note}\n" if step.note else ""
    prefix = DESTROYS if step.destroys else ""
    return note + "\n".join(prefix + line for line in f"{step.sql};".split("\n"))


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


def plan(sides: Sides) -> Plan:
    anew, moved, tables = rebuilt(sides), moved_with_parent(sides), replaced(sides)
    twins = pairs(sides)
    return Plan(
        sides,
        anew,
        (sides.missing - moved) | (tables - sides.changed),
        sides.surplus - moved,
        frozenset(loosened(anew, sides)),
        twins,
        captives(tables, twins, sides),
    )


def captives(tables: frozenset[str], twins: Mapping[str, str], sides: Sides) -> frozenset[str]:
    """Tables and columns with data at stake, what is built on them, and what is tied to that."""
    stuck = {subject for subject in sides.changed if at_stake(subject, sides)} | tables
    stuck |= set(twins.values())
    built = reach(stuck, sides)
    while tied := {s for s in sides.changed - stuck if built and built & tied_to(s, sides)}:
        stuck |= tied
        built = reach(stuck, sides)
    old = {s for s in sides.surplus if belongs(s, set(twins.values()), sides.observed)}
    return built | stuck | old | awaiting(tables | twins.keys(), sides)


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
    return mentions(needful(properties)) | {relation_of(subject, properties)}


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


def steps(plan: Plan) -> Iterator[Step]:
    """First what stands in the way goes, then all is made, then what Git does not know goes."""
    yield from clear(plan)
    yield from make(plan)
    yield from finish(plan)
    yield from farewell(plan)


def held(subject: str, plan: Plan, step: Step) -> Step:
    """The step, as a comment if it can only be taken together with one that is a comment."""
    if twin := plan.twins.get(subject):
        kept = rename(twin, subject, {})
        return replace(step, note=f"to keep its data, rename instead: {kept}", destroys=True)
    if subject not in plan.captive or step.destroys:
        return step
    return replace(step, note="only together with what has data at stake", destroys=True)


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


def clear(plan: Plan) -> Iterator[Step]:
    """Drop what holds no data, the dependent first; what goes with its table is not mentioned."""
    here = plan.sides.observed
    subjects = plan.anew | {subject for subject in plan.drop if kind_of(subject) in CODE}
    taken = {f"{schema_of(subject)}.{last_of(subject)}" for subject in plan.create | plan.anew}
    gone = subjects | plan.drop
    yield from (set_default(subject, {}) for subject in sorted(plan.loose))
    for subject in reversed(arranged(subjects, here)):
        relation = relation_of(subject, here[subject])
        along = gone & {f"table {relation}", f"view {relation}"}
        if not along or f"{schema_of(subject)}.{last_of(subject)}" in taken:
            yield held(subject, plan, Step(drop(subject, here[subject])))


def make(plan: Plan) -> Iterator[Step]:
    """Create what is missing, alter what differs, in the order in which one needs the other."""
    sides, git = plan.sides, plan.sides.declared
    work = plan.anew | plan.create | plan.loose | sides.changed
    work |= {s for s in git if work.intersection(parents(s, git[s], git))}
    parts, fresh = parts_of_tables(git), plan.create | plan.anew
    for subject in arranged(work, git):
        if subject in fresh:
            steps = created(subject, sides, parts.get(name_of(subject), {}))
            yield from (held(subject, plan, step) for step in steps)
        else:
            here = before(subject, sides, subject in plan.loose)
            steps = alter(subject, git[subject], here, sides)
            yield from (held(subject, plan, step) for step in steps)


def created(subject: str, sides: Sides, parts: Objects) -> Iterator[Step]:
    git = sides.declared
    properties = git[subject]
    if kind_of(subject) == "column" and f"table {relation_of(subject, {})}" in sides.missing:
        return  # comes with its table
    if kind_of(subject) == "trigger" and listed_parent(subject, properties, git):
        yield Step(switch(subject, properties))  # comes with the parent's
        return
    yield from map(Step, create(subject, properties, parts))
    if kind_of(subject) == "table":
        yield from secured(subject, properties, set(properties))


def before(subject: str, sides: Sides, loose: bool) -> Properties:
    """What is there when the object's turn comes: a parent's repair has reached its children."""
    git = sides.declared
    above = next((s for s in parents(subject, git[subject], git) if s in sides.changed), "")
    if above and kind_of(subject) == "column":
        return git[above]
    here = sides.observed[subject]
    return {key: here[key] for key in here if key != "default"} if loose else here


def finish(plan: Plan) -> Iterator[Step]:
    """What names another object that had to be there first: a sequence's column, an identity."""
    sides = plan.sides
    for subject in sorted(sides.missing | sides.changed):
        git, here = sides.declared[subject], sides.observed.get(subject, {})
        if git.get("owned_by") != here.get("owned_by"):
            yield held(subject, plan, set_owner(subject, git))
        if git.get("replica_identity") != here.get("replica_identity"):
            yield held(subject, plan, set_identity(subject, git))


def farewell(plan: Plan) -> Iterator[Step]:
    """Drop what Git does not know; as a comment where data goes with it, or where it must wait."""
    here = plan.sides.observed
    rest = {subject for subject in plan.drop if kind_of(subject) not in CODE}
    alone = [subject for subject in rest if not goes_along(subject, here[subject], plan.sides)]
    parts = parts_of_tables(here)
    kept: dict[str, str] = {}  # each name that a commented object needs, and which one does
    for subject in sorted(plan.captive & here.keys()):
        kept |= dict.fromkeys(mentions(text_of(here[subject])), subject)
    for subject in reversed(arranged(alone, here, within=PARTS)):
        note = loss(subject, here[subject]) or waits(subject, kept)
        if note:
            whole = [subject, here[subject], *parts.get(name_of(subject), {}).values()]
            kept |= dict.fromkeys(mentions("\n".join(map(text_of, whole))), subject)
        yield Step(drop(subject, here[subject]), note, destroys=bool(note))


def goes_along(subject: str, properties: Properties, sides: Sides) -> bool:
    """Whether dropping its table, its column or its parent drops it too."""
    holders = {f"table {relation_of(subject, properties)}", f"column {properties.get('owned_by')}"}
    return bool(sides.surplus & (holders | {f"table {properties.get('partition_of')}"}))


def loss(subject: str, properties: Properties) -> str:
    """What data goes with an object."""
    name = name_of(subject)
    if "generated" in properties or "foreign_server" in properties:
        return ""
    return {
        "table": f"the rows of {name} go",
        "column": f"the values of {name} go",
        "sequence": f"how far {name} has counted goes",
        "extension": f"whatever {name} keeps goes",
    }.get(kind_of(subject), "")


def waits(subject: str, kept: Mapping[str, str]) -> str:
    name = name_of(subject) if kind_of(subject) == "schema" else ".".join(path_of(subject))
    return f"only when {kept[name]} no longer needs it" if name in kept else ""
