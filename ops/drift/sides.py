"""Git's objects and the live ones side by side: what each lacks, what differs, what was renamed."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from .objects import (
    Objects,
    Properties,
    but,
    inheritable,
    kind_of,
    last_of,
    relation_of,
    tables_above,
)
from .remarks import COMMENTS, as_marked_in_git, comparable, without_comments
from .rights import spelled_out

# known by what they do, not by their name
RENAMED = ("index", "constraint", "trigger", "policy", "statistics")
# of a child these are listed only where they are not as the parent's
INHERITED = ("column", "trigger", "index", "constraint")
OF_INDEX = ("options", "tablespace", "column_statistics")


@dataclass(frozen=True, slots=True)
class Sides:
    declared: Objects
    observed: Objects
    missing: frozenset[str]  # in Git, not here, under no other name either
    surplus: frozenset[str]  # here, not in Git, under no other name either
    changed: frozenset[str]
    renamed: Mapping[str, str]  # the name in Git -> the name here
    syncing: str = ""  # the role that owns ops.runs here


def match(declared: Objects, observed: Objects, syncing: str = "") -> Sides:
    """Pair what is in Git with what is there."""
    git = completed(refreshed(declared, observed), observed)
    here = completed(observed, declared)
    git, here = comparable(spelled_out(git, here), spelled_out(here, git))
    missing, surplus = git.keys() - here.keys(), here.keys() - git.keys()
    renamed = renames(git, here, missing, surplus)
    here = as_marked_in_git(here, renamed)
    return Sides(
        git,
        here,
        frozenset(missing - renamed.keys()),
        frozenset(surplus - set(renamed.values())),
        frozenset(subject for subject in git.keys() & here.keys() if git[subject] != here[subject]),
        renamed,
        syncing,
    )


def refreshed(git: Objects, here: Objects) -> Objects:
    """Git's side, where what it leaves unpopulated may be filled: rows are data, not schema."""
    filled = {s for s, p in git.items() if "not_populated" in p and s in here}
    filled = {s for s in filled if "materialized" in here[s] and "not_populated" not in here[s]}
    return {s: but(p, "not_populated") if s in filled else p for s, p in git.items()}


def completed(side: Objects, other: Objects) -> Objects:
    """The side with what it inherits, where the other one says something of its own about it.

    A partition's column is listed only if it is not as in its parent, so on the side where
    it is not listed, the parent's stands for it.
    """
    own = {s: but(p, "inherited") if "inherited" in p else p for s, p in side.items()}
    for subject in other.keys() - side.keys():
        if kind_of(subject) in INHERITED and (
            parent := listed_parent(subject, other[subject], side)
        ):
            own[subject] = as_inherited(subject, other[subject], parent)
    return own


def as_inherited(subject: str, properties: Properties, parent: Properties) -> Properties:
    """The parent's properties; of a trigger whether it is enabled: the rest names its table.

    Of an index, or of one that makes a constraint, what is said of it alone is not inherited.
    """
    if kind_of(subject) == "column":
        return inheritable(parent)
    rest = but(properties, "inherited", "enabled", "depends_on", *OF_INDEX, *COMMENTS)
    return {**rest, **{key: parent[key] for key in ("enabled",) if key in parent}}


def listed_parent(subject: str, properties: Properties, side: Objects) -> Properties:
    """The nearest ancestor that lists a column or trigger of that name, or nothing."""
    for parent in parents(subject, properties, side):
        if found := side.get(parent) or listed_parent(parent, {}, side):
            return found
    return {}


def parents(subject: str, properties: Properties, side: Objects) -> list[str]:
    """What a column or trigger would be called in the tables that its table inherits from.

    What a partitioned table's index has made in a partition says itself what it is part of.
    """
    if "part_of" in properties and f"table {relation_of(subject, properties)}" in side:
        return [f"{kind} {properties['part_of']}" for kind in ("index", "constraint")]
    if kind_of(subject) not in ("column", "trigger"):
        return []
    table = side.get(f"table {relation_of(subject, properties)}", {})
    return [f"{kind_of(subject)} {name}.{last_of(subject)}" for name in tables_above(table)]


def renames(
    git: Objects, here: Objects, missing: Collection[str], surplus: Collection[str]
) -> dict[str, str]:
    """What is there under another name."""
    spare = defaultdict(list)
    for subject in sorted(surplus, reverse=True):
        spare[shape(subject, here[subject])].append(subject)
    return {
        subject: spare[key].pop()
        for subject in sorted(missing)
        if kind_of(subject) in RENAMED and spare.get(key := shape(subject, git[subject]))
    }


def shape(subject: str, properties: Properties) -> tuple[str, str, str]:
    """What is left of an object without its name."""
    properties = without_comments(properties)
    if kind_of(subject) == "trigger":  # its definition names it
        name, definition = f" TRIGGER {last_of(subject)} ", properties["definition"]
        properties = {**properties, "definition": definition.replace(name, " TRIGGER ", 1)}
    text = json.dumps(properties, sort_keys=True)
    return kind_of(subject), relation_of(subject, properties), text
