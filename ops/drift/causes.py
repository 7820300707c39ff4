"""Causes and consequences: what needs something that is not as in Git cannot be as in Git."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum, auto
from typing import NamedTuple

from .needs import Names, columns_in, holders, names, needs, rare_in
from .objects import (
    Objects,
    Properties,
    grantee,
    is_parsed,
    kind_of,
    last_of,
    mentions,
    name_of,
    relation_of,
    tables_above,
    text_of,
)
from .rights import holders as holders_of_grant
from .sides import Sides, parents
from .spelling import literal
from .words import differing, same_but_for_casts


class Tie(Enum):
    """How a consequence hangs on its cause."""

    PART = auto()  # a table's column
    NEED = auto()  # a view on a table
    WITHIN = auto()  # a part of what needs the cause


class Cause(NamedTuple):
    subject: str
    tie: Tie


def explain(sides: Sides) -> dict[str, Cause]:
    """The cause of each difference that has one, followed to a difference that has none.

    Differences that would explain each other in a circle have no cause: none may go untold.
    """
    missing = names(sides.missing, sides.declared)
    retyped = names(retyped_columns(sides), sides.declared)
    direct = {
        **dict(alike_parents(sides)),
        **dict(rehung(sides)),
        **dict(typed(sides)),
        **dict(relabelled(sides)),
        **dict(unmarked(sides)),
        **dict(merged(sides)),
        **among(sides.missing, sides.declared, missing),
        **among(sides.surplus, sides.observed, names(sides.surplus, sides.observed)),
        **{subject: Cause(cause, Tie.NEED) for subject, cause in fallen(sides, missing)},
        **{subject: Cause(cause, Tie.NEED) for subject, cause in recast(sides, retyped)},
    }
    roots = {subject: root(subject, direct) for subject in direct}
    return {subject: cause for subject, cause in roots.items() if cause}


def root(subject: str, direct: Mapping[str, Cause]) -> Cause | None:
    cause, passed = direct[subject], {subject}
    while cause.subject in direct:
        if cause.subject in passed:
            return None
        passed.add(cause.subject)
        above = direct[cause.subject]
        cause = Cause(above.subject, further(cause.tie, above.tie))
    return cause


def further(tie: Tie, above: Tie) -> Tie:
    if tie is Tie.PART:
        return Tie.PART if above is Tie.PART else Tie.WITHIN
    return tie


def among(subjects: Iterable[str], side: Objects, known: Names) -> dict[str, Cause]:
    """Of the objects that only one side has: those that are part of, or need, another such."""
    found = {}
    lonely = set(subjects)
    for subject in lonely:
        holder = next(filter(lonely.__contains__, holders(subject, side[subject])), None)
        if holder:
            found[subject] = Cause(holder, Tie.PART)
        elif need := next(needs(subject, side[subject], known), None):
            found[subject] = Cause(need, Tie.NEED)
    return found


def rehung(sides: Sides) -> Iterator[tuple[str, Cause]]:
    """Parts that a table gained or lost together with its parent: none is of its own accord."""
    tables = {
        subject
        for subject in sides.changed
        if {"partition_of", "inherits"}.intersection(
            differing(sides.declared[subject], sides.observed[subject])
        )
    }
    for side, lonely in ((sides.declared, sides.missing), (sides.observed, sides.surplus)):
        for subject in lonely if tables else ():
            if (table := f"table {relation_of(subject, side[subject])}") in tables:
                yield subject, Cause(table, Tie.PART)


def merged(sides: Sides) -> Iterator[tuple[str, Cause]]:
    """Grants that differ since a role owns here what it was granted: it has them as the owner."""
    for grant in sides.changed:
        for on in (
            holders_of_grant(grant, sides.declared[grant]) if kind_of(grant) == "grant" else ()
        ):
            git, here = (side.get(on, {}).get("owner") for side in (sides.declared, sides.observed))
            if git != here and grantee(grant) in ("its owner", git, here):
                yield grant, Cause(on, Tie.NEED)


def alike_parents(sides: Sides) -> Iterator[tuple[str, Cause]]:
    """Columns that differ exactly as the column that they inherit does; tables in their order."""
    for subject in sides.changed:
        if kind_of(subject) == "column":
            for parent in parents(subject, {}, sides.declared):
                if parent in sides.changed and differ_alike(subject, parent, sides):
                    yield subject, Cause(parent, Tie.NEED)
        elif kind_of(subject) == "table":
            for parent in map("table {}".format, tables_above(sides.declared[subject])):
                if parent in sides.changed and reordered(subject, parent, sides):
                    yield subject, Cause(parent, Tie.NEED)


def reordered(table: str, parent: str, sides: Sides) -> bool:
    """Whether nothing but the order of columns differs, and of its parent's too."""
    alone, above = (differing(sides.declared[s], sides.observed[s]) for s in (table, parent))
    return alone == ("columns",) and "columns" in above


def differ_alike(one: str, other: str, sides: Sides) -> bool:
    """Whether each property that differs in one goes from and to the same values in the other."""
    keys = differing(sides.declared[one], sides.observed[one])
    return all(
        side[one].get(key) == side[other].get(key)
        for side in (sides.declared, sides.observed)
        for key in keys
    )


def typed(sides: Sides) -> Iterator[tuple[str, Cause]]:
    """Columns of a table of a type: they come, change and go with the type's attributes."""
    types = {subject for subject in sides.changed if kind_of(subject) == "type"}
    for subject in sides.missing | sides.surplus | sides.changed if types else ():
        side = sides.observed if subject in sides.surplus else sides.declared
        table = side.get(f"table {relation_of(subject, side[subject])}", {})
        if kind_of(subject) == "column" and (of := f"type {table.get('of_type')}") in types:
            yield subject, Cause(of, Tie.PART)


def relabelled(sides: Sides) -> Iterator[tuple[str, Cause]]:
    """Objects that differ since a label of an enum that they name has another name here."""
    for type in sides.changed:
        git, here = (side[type].get("labels", ()) for side in (sides.declared, sides.observed))
        pairs = [(a, b) for a, b in zip(git, here, strict=False) if a not in here and b not in git]
        for subject in sides.changed - {type} if pairs else ():
            if same_but_for_labels(subject, name_of(type), pairs, sides):
                yield subject, Cause(type, Tie.NEED)


def same_but_for_labels(
    subject: str, type: str, pairs: Sequence[tuple[str, str]], sides: Sides
) -> bool:
    git, here = sides.declared[subject], sides.observed[subject]
    for key in differing(git, here):
        text = text_of(git.get(key, ""))
        for old, new in pairs:
            text = text.replace(f"{literal(old)}::{type}", f"{literal(new)}::{type}")
        if text != text_of(here.get(key, "")):
            return False
    return True


def unmarked(sides: Sides) -> Iterator[tuple[str, Cause]]:
    """Tables that differ since the index is missing that CLUSTER or replication goes by."""
    marks = {"clustered_on": "{}", "replica_identity": "using index {}"}
    for subject in sides.missing:
        if kind_of(subject) in ("index", "constraint"):
            relation = relation_of(subject, sides.declared[subject])
            for table in sides.changed & {f"table {relation}", f"view {relation}"}:
                git = sides.declared[table]
                keys = differing(git, sides.observed[table])
                if all(git.get(k) == marks.get(k, "").format(last_of(subject)) for k in keys):
                    yield table, Cause(subject, Tie.NEED)


def fallen(sides: Sides, missing: Names) -> Iterator[tuple[str, str]]:
    """Objects that differ since something they need is missing: in each way, they named it."""
    for subject in sides.changed:
        git, here = sides.declared[subject], sides.observed[subject]
        found = [needed(subject, key, git, missing) for key in differing(git, here)]
        if found and all(found):
            yield subject, found[0]


def needed(subject: str, key: str, properties: Properties, missing: Names) -> str:
    """The missing object that this property of an object names, or nothing."""
    text = text_of(properties.get(key, ""))
    if key in ("owner", "privileges") or (key == "body" and not is_parsed(text)):
        return ""
    named = (missing.subjects.get(name, "") for name in sorted(mentions(text)))
    whole = name_of(subject) + " " + text_of(properties)
    columns = columns_in(text, relation_of(subject, properties), whole, missing)
    rare = rare_in(subject, text, missing)
    return next((name for name in (*named, *columns, *rare) if name and name != subject), "")


def retyped_columns(sides: Sides) -> Iterator[str]:
    for subject in sides.changed:
        if kind_of(subject) == "column":
            git, here = sides.declared[subject], sides.observed[subject]
            if git["type"] != here["type"]:
                yield subject


def recast(sides: Sides, retyped: Names) -> Iterator[tuple[str, str]]:
    """Objects that differ in casts alone, since the type of a column they name differs."""
    for subject in sides.changed if retyped.columns else ():
        git, here = sides.declared[subject], sides.observed[subject]
        keys = differing(git, here)
        casts = (same_but_for_casts(git.get(key), here.get(key)) for key in keys)
        if "type" not in keys and all(casts):
            text = text_of(git)
            columns = columns_in(text, relation_of(subject, git), text, retyped)
            yield from ((subject, column) for column in sorted(columns)[:1] if column != subject)
