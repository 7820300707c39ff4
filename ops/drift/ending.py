"""How a repair ends: what had to be there first is named, what Git does not know goes."""

from collections.abc import Iterator, Mapping

from .alter import set_cluster, set_identity, set_owner
from .making import goes_first, loss
from .objects import (
    Properties,
    kind_of,
    last_of,
    mentions,
    name_of,
    parts_of_tables,
    path_of,
    relation_of,
    text_of,
)
from .order import PARTS, arranged
from .planned import TOGETHER, Plan, held
from .sides import parents
from .spelling import Step
from .statements import drop


def finish(plan: Plan) -> Iterator[Step]:
    """What names another object that had to be there first: a sequence's column, an identity."""
    sides = plan.sides
    marked = set(lost_marks(plan))
    for subject in sorted(sides.missing | sides.changed | marked):
        git = sides.declared[subject]
        here = {} if subject in marked else sides.observed.get(subject, {})
        if git.get("owned_by") != here.get("owned_by"):
            yield held(subject, plan, set_owner(subject, git))
        if git.get("replica_identity") != here.get("replica_identity"):
            yield held(subject, plan, set_identity(subject, git))
        if git.get("clustered_on") != here.get("clustered_on"):
            yield held(subject, plan, set_cluster(subject, git))
        moved = "columns" in here and git.get("columns") != here["columns"]
        if kind_of(subject) == "table" and moved:
            yield Step("", f"{subject}: columns in another order, which no statement changes")


def lost_marks(plan: Plan) -> Iterator[str]:
    """Tables that name an index which is made anew: with the old one they forgot it."""
    git = plan.sides.declared
    for subject in plan.made:
        if kind_of(subject) in ("index", "constraint"):
            relation = relation_of(subject, git[subject])
            for table in {f"table {relation}", f"view {relation}"} & git.keys():
                marks = (git[table].get("clustered_on"), git[table].get("replica_identity"))
                if {last_of(subject), f"using index {last_of(subject)}"}.intersection(marks):
                    yield table


def farewell(plan: Plan) -> Iterator[Step]:
    """Drop what Git does not know; as a comment where data goes with it, or where it must wait."""
    here = plan.sides.observed
    rest = {s for s in plan.drop if kind_of(s) != "grant" and not goes_first(s, plan)}
    alone = [subject for subject in rest if not goes_along(subject, here[subject], plan)]
    parts = parts_of_tables(here)
    kept: dict[str, str] = {}  # each name that a commented object needs, and which one does
    for subject in sorted(plan.captive & here.keys()):
        kept |= dict.fromkeys(mentions(text_of(here[subject])), subject)
    for subject in reversed(arranged(alone, here, within=PARTS)):
        note = loss(subject, here[subject]) or waits(subject, kept)
        if not note and kind_of(subject) in ("cast", "function") and subject in plan.captive:
            note = TOGETHER
        if note:
            whole = [subject, here[subject], *parts.get(name_of(subject), {}).values()]
            kept |= dict.fromkeys(mentions("\n".join(map(text_of, whole))), subject)
        yield Step(f"{let_go(subject, plan)}{drop(subject, here[subject])}", note, bool(note))


def goes_along(subject: str, properties: Properties, plan: Plan) -> bool:
    """Whether dropping its table, its column or its parent drops it too."""
    sides = plan.sides
    holders = {f"table {relation_of(subject, properties)}", f"column {properties.get('owned_by')}"}
    if kind_of(subject) == "function":  # that reads or writes a base type
        names = mentions(f"{name_of(subject)} {properties.get('result', '')}")
        types = (t for t in sides.surplus if sides.observed[t].get("kind") == "base")
        return any(name_of(type) in names for type in types)
    parent = f"table {properties.get('partition_of')}"
    above = set(parents(subject, properties, sides.observed))
    return bool(sides.surplus & (holders | {parent} | above)) or parent in plan.made


def let_go(subject: str, plan: Plan) -> str:
    """What comes before a partition is dropped, where a foreign key refers to a table above it."""
    here = plan.sides.observed
    above = [subject]
    while parent := here.get(above[-1], {}).get("partition_of"):
        above.append(f"table {parent}")
    referred = {f"table {p['references']}" for p in here.values() if "references" in p}
    if not referred.intersection(above[1:]):
        return ""
    return f"alter {above[1]} detach partition {name_of(subject)}; "


def waits(subject: str, kept: Mapping[str, str]) -> str:
    name = name_of(subject) if kind_of(subject) == "schema" else ".".join(path_of(subject))
    return f"only when {kept[name]} no longer needs it" if name in kept else ""
