"""Causes and consequences: what needs something that is not as in Git cannot be as in Git."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

from .objects import (
    Objects,
    Properties,
    is_parsed,
    kind_of,
    last_of,
    mentions,
    name_of,
    path_of,
    relation_of,
    schema_of,
    text_of,
)
from .sides import Sides, parents
from .words import differing, same_but_for_casts

NEEDED = ("table", "view", "type", "function", "sequence")  # what other objects refer to by name


class Tie(Enum):
    """How a consequence hangs on its cause."""

    PART = auto()  # a table's column
    NEED = auto()  # a view on a table
    WITHIN = auto()  # a part of what needs the cause


class Cause(NamedTuple):
    subject: str
    tie: Tie


@dataclass(frozen=True, slots=True)
class Names:
    """Objects that are not as on the other side, as other objects would mention them."""

    subjects: Mapping[str, str]  # public.users -> table public.users
    columns: Mapping[str, Mapping[str, str]]  # public.users -> name -> column public.users.name
    keys: Mapping[str, Mapping[str, str]]  # public.users -> id -> constraint public.users.pk


def explain(sides: Sides) -> dict[str, Cause]:
    """The cause of each difference that has one, followed to a difference that has none.

    Differences that would explain each other in a circle have no cause: none may go untold.
    """
    missing = names(sides.missing, sides.declared)
    retyped = names(retyped_columns(sides), sides.declared)
    direct = {
        **dict(alike_parents(sides)),
        **dict(rehung(sides)),
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


def names(subjects: Iterable[str], side: Objects) -> Names:
    found: dict[str, str] = {}
    columns: dict[str, dict[str, str]] = defaultdict(dict)
    keys: dict[str, dict[str, str]] = defaultdict(dict)
    for subject in subjects:
        if kind_of(subject) in NEEDED:
            found[".".join(path_of(subject))] = subject
        elif kind_of(subject) == "column":
            columns[relation_of(subject, {})][last_of(subject)] = subject
        elif side[subject].get("type") in ("primary key", "unique"):
            keys[relation_of(subject, {})][key(side[subject]["columns"])] = subject
    return Names(found, columns, keys)


def key(columns: Iterable[str]) -> str:
    """The same for the same columns in any order."""
    return ", ".join(sorted(columns))


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


def holders(subject: str, properties: Properties) -> Iterator[str]:
    if schema := schema_of(subject):
        yield f"schema {schema}"
    if relation := relation_of(subject, properties):
        yield from (f"table {relation}", f"view {relation}")
    if "partition_of" in properties:
        yield f"table {properties['partition_of']}"


def needs(subject: str, properties: Properties, known: Names) -> Iterator[str]:
    """What goes with a column or a table when that is dropped: keys, indexes, views, sequences."""
    if kind_of(subject) in ("constraint", "index", "view"):
        text = text_of(properties)
        if kind_of(subject) != "index":
            yield from tables_in(text, known)
        yield from columns_in(text, relation_of(subject, properties), text, known)
    if "references" in properties:
        keys = known.keys.get(properties["references"], {})
        yield from filter(None, [keys.get(key(properties["target"]))])
    if "owned_by" in properties:
        yield from columns_in(properties["owned_by"], "", properties["owned_by"], known)


def tables_in(text: str, known: Names) -> Iterator[str]:
    found = (known.subjects.get(name, "") for name in sorted(mentions(text)))
    return (subject for subject in found if kind_of(subject) in ("table", "view"))


def columns_in(text: str, relation: str, whole: str, known: Names) -> Iterator[str]:
    """The columns in a text: of the relation it is part of, or of one that is named in it."""
    if not known.columns:
        return
    inside = mentions(text)
    for table in known.columns.keys() & {relation, *mentions(whole)}:
        yield from (known.columns[table][name] for name in known.columns[table].keys() & inside)


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


def alike_parents(sides: Sides) -> Iterator[tuple[str, Cause]]:
    """Columns that differ exactly as the column that they inherit does."""
    for subject in sides.changed:
        if kind_of(subject) == "column":
            for parent in parents(subject, {}, sides.declared):
                if parent in sides.changed and differ_alike(subject, parent, sides):
                    yield subject, Cause(parent, Tie.NEED)


def differ_alike(one: str, other: str, sides: Sides) -> bool:
    """Whether each property that differs in one goes from and to the same values in the other."""
    keys = differing(sides.declared[one], sides.observed[one])
    return all(
        side[one].get(key) == side[other].get(key)
        for side in (sides.declared, sides.observed)
        for key in keys
    )


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
    if key == "body" and not is_parsed(text):
        return ""
    named = (missing.subjects.get(name, "") for name in sorted(mentions(text)))
    whole = name_of(subject) + " " + text_of(properties)
    columns = columns_in(text, relation_of(subject, properties), whole, missing)
    return next((name for name in (*named, *columns) if name and name != subject), "")


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
