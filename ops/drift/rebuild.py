"""What must be dropped and made again, since what it is built on goes or gets another type."""

from collections.abc import Iterable, Iterator

from .beside import apart
from .needs import key
from .objects import (
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
from .rare import CHEAP as RARE_AND_CHEAP
from .rare import USERS, must_be_made_anew
from .sides import Sides
from .words import differing

# hold no data
CHEAP = ("view", "trigger", "policy", "rule", "constraint", "index", "function", *RARE_AND_CHEAP)
FIXED = {"partition_by", "foreign_server"}  # what ALTER TABLE cannot change
REPLACEABLE = {"kind", "arguments", "result"}  # what CREATE OR REPLACE FUNCTION cannot change


Need = frozenset[str]  # names that a text holds together if it needs the object


def rebuilt(sides: Sides) -> frozenset[str]:
    """Objects on both sides that must go before the repair and come again after it."""
    return reach({s for s in sides.changed if needs_making_anew(s, sides)}, sides)


def reach(subjects: Iterable[str], sides: Sides) -> frozenset[str]:
    """Of these and of all that is built on them: what can be dropped and made again."""
    fresh = sides.observed.keys() & set(subjects)
    rest = [s for s in sides.observed if s in sides.declared and kind_of(s) in CHEAP]
    used = {s: uses(s, sides.observed[s]) for s in rest} if fresh else {}
    reached = set(fresh)
    while fresh:
        known = {
            (need, USERS.get(kind_of(subject)))
            for subject in fresh
            for need in needs_of(subject, sides)
        }
        fresh = {s for s in used if s not in reached and any(meets(s, used[s], *k) for k in known)}
        reached |= fresh
    return frozenset(subject for subject in reached if kind_of(subject) in CHEAP)


def meets(subject: str, used: set[str], need: Need, by: tuple[str, ...] | None) -> bool:
    """Whether an object needs another one: names it, and is of a kind that can."""
    return need <= used and (by is None or kind_of(subject) in by)


def replaced(sides: Sides) -> frozenset[str]:
    """Tables that no ALTER brings to Git's shape, and in Git the partitions below them."""
    tables = {s for s in sides.changed if kind_of(s) == "table" and needs_making_anew(s, sides)}
    partitions = {s: p for s, p in sides.declared.items() if tables and "partition_of" in p}
    while below := {s for s in partitions.keys() - tables if parent_of(partitions[s]) in tables}:
        tables |= below
    return frozenset(tables)


def parent_of(properties: Properties) -> str:
    return f"table {properties['partition_of']}"


def needs_making_anew(subject: str, sides: Sides) -> bool:
    """Whether no ALTER leads from one to the other; or it does, but others stand in its way."""
    kind, git = kind_of(subject), sides.declared[subject]
    keys = set(differing(git, sides.observed[subject])) - apart(kind)
    if not keys:
        return False
    if kind == "column":
        return bool(keys & {"type", "collation", "generated"})
    if kind == "table":
        return bool(keys & FIXED)
    if is_broken(subject, git, sides.declared):
        return False
    if kind == "function":
        aggregate = "aggregate" in (git.get("kind"), *keys)
        return bool(keys & REPLACEABLE) or aggregate
    if kind == "constraint":
        return keys != {"not_validated"} or "not_validated" in git
    if kind == "view":
        return keys != {"not_populated"}
    whole = ("policy", "rule", "index", "trigger")
    if kind in whole or must_be_made_anew(subject, git, keys):
        return True
    return must_be_replaced(subject, sides)


def is_broken(subject: str, properties: Properties, side: Objects) -> bool:
    """Whether it is an index that could not be built; a partitioned table's only lacks parts."""
    if kind_of(subject) != "index" or "invalid" not in properties:
        return False
    return "partition_by" not in side.get(f"table {relation_of(subject, properties)}", {})


def must_be_replaced(subject: str, sides: Sides) -> bool:
    """Whether a type has to be made anew under the columns that use it."""
    if kind_of(subject) != "type":
        return False
    git, here = sides.declared[subject], sides.observed[subject]
    if git["kind"] == here["kind"] == "enum":
        kept = [label for label in git.get("labels", ()) if label in here.get("labels", ())]
        return bool(kept != here.get("labels", []))
    return bool({"kind", "base", "collation", "range"}.intersection(differing(git, here)))


def needs_of(subject: str, sides: Sides) -> Iterator[Need]:
    """What stands in the text of an object that is built on this one."""
    properties = sides.observed[subject]
    kind, relation = kind_of(subject), relation_of(subject, properties)
    if kind == "column":
        yield frozenset({relation, last_of(subject)})
        if is_remade(sides.declared.get(subject, {}), properties):
            yield frozenset({f"{relation}.{last_of(subject)}"})
    elif properties.get("type") in ("primary key", "unique"):
        yield frozenset({f"{relation} ({key(properties['columns'])})"})
    elif kind in ("table", "view", "function", "type", *USERS):
        yield frozenset({".".join(path_of(subject))})
        for column in columns_of(subject, sides.observed) if kind == "type" else ():
            yield frozenset({relation_of(column, {}), last_of(column)})


def is_remade(git: Properties, here: Properties) -> bool:
    """Whether a column must be dropped and added: to generate it, or to generate it otherwise."""
    keys = ("generated", "virtual")
    differ = any(git.get(key) != here.get(key) for key in keys)
    return differ and ("generated" in git or "virtual" in here)


def columns_of(type: str, side: Objects) -> list[str]:
    """The columns that have a type, or an array of it."""
    types = (name_of(type), f"{name_of(type)}[]")
    return [s for s, p in side.items() if kind_of(s) == "column" and p["type"] in types]


def uses(subject: str, properties: Properties) -> set[str]:
    """Every name that stands in an object's text, and the key that a foreign key refers to."""
    relation = relation_of(subject, properties)
    if properties.get("type") in ("primary key", "unique"):  # rebuilt by PostgreSQL itself
        return {relation, *(f"{relation}.{column}" for column in properties["columns"])}
    found = mentions(f"{name_of(subject)} {needful(properties)}") | {relation}
    if "target" in properties:
        found.add(f"{properties['references']} ({key(properties['target'])})")
    return found
