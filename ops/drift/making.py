"""How a repair begins: what stands in the way goes, then all is made and changed."""

from collections.abc import Iterator

from . import rare
from .alter import alter, null_check, secured, set_default, unwanted
from .beside import beside
from .granting import given, hand_over, taken
from .objects import (
    Objects,
    Properties,
    inheritable,
    kind_of,
    last_of,
    name_of,
    parts_of_tables,
    relation_of,
    schema_of,
)
from .order import arranged
from .planned import Plan, held
from .rebuild import is_broken
from .sides import Sides, listed_parent, parents
from .spelling import Step
from .statements import create, drop, switch

# go first, and hold no data
CODE = (
    *("rule", "policy", "trigger", "view", "index", "constraint"),
    *("statistics", "publication", "eventtrigger"),
)


def clear(plan: Plan) -> Iterator[Step]:
    """Drop what holds no data, the dependent first; what goes with its table is not mentioned."""
    here = plan.sides.observed
    subjects = plan.anew.union(s for s in plan.drop if goes_first(s, plan))
    placed = {f"{schema_of(subject)}.{last_of(subject)}" for subject in plan.create | plan.anew}
    gone = subjects | plan.drop
    yield from (set_default(subject, {}) for subject in sorted(plan.loose))
    for subject in reversed(arranged(subjects, here)):
        relation = relation_of(subject, here[subject])
        along = gone & {f"table {relation}", f"view {relation}"}
        if "part_of" in here[subject]:
            continue  # goes with what it is part of
        if not along or f"{schema_of(subject)}.{last_of(subject)}" in placed:
            note = loss(subject, here[subject]) if subject in plan.displaced else ""
            yield held(subject, plan, Step(drop(subject, here[subject]), note, bool(note)))


def loss(subject: str, properties: Properties) -> str:
    """What data goes with an object."""
    name = name_of(subject)
    if properties.get("kind") == "base":
        return "with the functions that read and write it, and whatever is of this type"
    if "generated" in properties or "foreign_server" in properties:
        return ""
    return {
        "table": f"the rows of {name} go",
        "column": f"the values of {name} go",
        "sequence": f"how far {name} has counted goes",
        "extension": f"whatever {name} keeps goes",
        "subscription": f"{name} forgets what it has received",
        "usermapping": f"the options of {name} go: nobody else knows them",
    }.get(kind_of(subject), "")


def goes_first(subject: str, plan: Plan) -> bool:
    """Whether it holds no data, or stands where another one is to be made.

    Of operator classes, those whose place another one is to take.
    """
    if kind_of(subject) != "operatorclass":
        return kind_of(subject) in CODE or subject in plan.displaced
    made = (plan.sides.declared[s] for s in plan.create if kind_of(s) == "operatorclass")
    family = plan.sides.observed[subject]["family"]
    return any(properties["family"] == family for properties in made)


def make(plan: Plan) -> Iterator[Step]:
    """Create what is missing, alter what differs, in the order in which one needs the other."""
    sides, git = plan.sides, plan.sides.declared
    work = plan.anew | plan.create | plan.loose | sides.changed
    work |= {s for s in git if work.intersection(parents(s, git[s], git))}
    parts, fresh = parts_of_tables(git), plan.create | plan.anew
    for subject in sorted(s for s in plan.create if git[s].get("kind") == "base"):
        yield Step(f"create type {name_of(subject)}")  # its functions need the name
    for subject in arranged(work, git):
        if subject in fresh:
            steps = created(subject, sides, parts.get(name_of(subject), {}))
            yield from (held(subject, plan, step) for step in steps)
        else:
            here = before(subject, sides, subject in plan.loose)
            steps = alter(subject, git[subject], here, sides)
            yield from (held(subject, plan, step) for step in steps)
        yield from (held(subject, plan, step) for step in handed_over(subject, plan))


def created(subject: str, sides: Sides, parts: Objects) -> Iterator[Step]:
    git = sides.declared
    properties = git[subject]
    if kind_of(subject) == "grant":
        yield from given(subject, sides)
        return
    if is_broken(subject, properties, git):
        yield unwanted(subject)
        return
    if kind_of(subject) == "trigger" and listed_parent(subject, properties, git):
        yield Step(switch(subject, properties))  # comes with the parent's
        return
    if above := with_parent(subject, sides):
        yield from alter(subject, properties, inheritable(git[above]), sides)
        return
    yield from bare(subject, sides, parts)
    if kind_of(subject) == "table":
        yield from secured(subject, properties, set(properties))
    yield from beside(subject, properties, {})
    yield from taken(subject, sides)


def with_parent(subject: str, sides: Sides) -> str:
    """The parent's column with which a column is made, where its own table is there already."""
    git = sides.declared
    if kind_of(subject) != "column" or f"table {relation_of(subject, {})}" in sides.missing:
        return ""
    above = parents(subject, git[subject], git)
    return next((column for column in above if column in sides.missing), "")


def bare(subject: str, sides: Sides, parts: Objects) -> Iterator[Step]:
    """An object without what is said of it beside; nothing of what comes with another one."""
    kind, properties = kind_of(subject), sides.declared[subject]
    with_table = kind == "column" and f"table {relation_of(subject, {})}" in sides.missing
    if kind in rare.MAKERS:
        yield from rare.make(subject, properties)
    elif not with_table and "part_of" not in properties:
        yield from map(Step, create(subject, properties, parts))
    if "not_validated" in properties and kind == "column":
        yield Step(null_check(subject, properties))


def handed_over(subject: str, plan: Plan) -> Iterator[Step]:
    """To its owner, before any grants: what a role was granted before, it would own then."""
    git = plan.sides.declared[subject]
    here = {} if subject in plan.made else plan.sides.observed[subject]
    if git.get("owner") != here.get("owner"):
        yield hand_over(subject, git, plan.sides.syncing)


def before(subject: str, sides: Sides, loose: bool) -> Properties:
    """What is there when the object's turn comes: a parent's repair has reached its children."""
    git = sides.declared
    above = next((s for s in parents(subject, git[subject], git) if s in sides.changed), "")
    here = sides.observed[subject]
    if above and kind_of(subject) == "column":
        alone = {"compression", "options", "comment"} & here.keys()
        return inheritable(git[above]) | {key: here[key] for key in alone}
    return {key: here[key] for key in here if key != "default"} if loose else here
