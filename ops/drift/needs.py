"""What an object is part of and what it needs, read off its names and its text."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .objects import (
    UNIQUE,
    Objects,
    Properties,
    bearer,
    kind_of,
    last_of,
    mentions,
    name_of,
    needful,
    path_of,
    relation_of,
    schema_of,
    text_of,
)
from .rare import USERS

NEEDED = ("table", "view", "type", "function", "sequence")  # what other objects refer to by name


@dataclass(frozen=True, slots=True)
class Names:
    """Objects that are not as on the other side, as other objects would mention them."""

    subjects: Mapping[str, str]  # public.users -> table public.users
    columns: Mapping[str, Mapping[str, str]]  # public.users -> name -> column public.users.name
    keys: Mapping[str, Mapping[str, str]]  # public.users -> id -> constraint public.users.pk
    rare: Mapping[str, Sequence[str]]  # app.=== -> those that few kinds of objects can need


def names(subjects: Iterable[str], side: Objects) -> Names:
    found: dict[str, str] = {}
    columns: dict[str, dict[str, str]] = defaultdict(dict)
    keys: dict[str, dict[str, str]] = defaultdict(dict)
    rare: dict[str, list[str]] = defaultdict(list)
    for subject in subjects:
        if kind_of(subject) in USERS:
            rare[".".join(path_of(subject))].append(subject)
        elif kind_of(subject) in NEEDED:
            found[".".join(path_of(subject))] = subject
        elif kind_of(subject) == "column":
            columns[relation_of(subject, {})][last_of(subject)] = subject
        elif side[subject].get("type") in UNIQUE:
            keys[relation_of(subject, {})][key(side[subject]["columns"])] = subject
    return Names(found, columns, keys, rare)


def key(columns: Iterable[str]) -> str:
    """The same for the same columns in any order."""
    return ", ".join(sorted(columns))


def holders(subject: str, properties: Properties) -> Iterator[str]:
    if kind_of(subject) == "grant":
        yield bearer(subject)
    if schema := schema_of(subject):
        yield f"schema {schema}"
    if relation := relation_of(subject, properties):
        yield from (f"table {relation}", f"view {relation}")
    if "partition_of" in properties:
        yield f"table {properties['partition_of']}"
    yield from holders_of_operators(subject, properties)
    if kind_of(subject) == "usermapping":
        yield f"server {name_of(subject).rpartition(' ')[2]}"
    if "part_of" in properties:
        yield from (f"{kind} {properties['part_of']}" for kind in ("index", "constraint"))


def holders_of_operators(subject: str, properties: Properties) -> Iterator[str]:
    """A class and the family that was made with it are one; to another family a class belongs."""
    if kind_of(subject) == "operatorfamily" and "members" not in properties:
        yield f"operatorclass {name_of(subject)}"
    elif kind_of(subject) == "operatorclass":
        method = name_of(subject).rpartition(" ")[2]
        family = f"{properties['family']} using {method}"
        if family != name_of(subject):
            yield f"operatorfamily {family}"


def needs(subject: str, properties: Properties, known: Names) -> Iterator[str]:
    """What goes with a column or a table when that is dropped: keys, indexes, views, sequences.

    And what goes with an operator, a dictionary, whatever only few kinds of objects can need.
    """
    yield from rare_in(subject, needful(properties), known)
    if kind_of(subject) in ("function", "cast", "operator", "transform"):
        text = f"{name_of(subject)} {properties.get('result', '')}"
        names = (known.subjects.get(name, "") for name in sorted(mentions(text)))
        yield from (name for name in names if kind_of(name) == "type")
    if kind_of(subject) in ("constraint", "index", "statistics", "view"):
        text = text_of(properties)
        if kind_of(subject) in ("constraint", "view"):
            yield from tables_in(text, known)
        yield from columns_in(text, relation_of(subject, properties), text, known)
    if "references" in properties:
        keys = known.keys.get(properties["references"], {})
        yield from filter(None, [keys.get(key(properties["target"]))])
    if "owned_by" in properties:
        yield from columns_in(properties["owned_by"], "", properties["owned_by"], known)


def rare_in(subject: str, text: str, known: Names) -> Iterator[str]:
    for name in sorted(known.rare.keys() & mentions(text)) if known.rare else ():
        yield from (
            other for other in known.rare[name] if kind_of(subject) in USERS[kind_of(other)]
        )


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
