"""An object of a schema is a subject, `KIND NAME`, and its properties; names are read here.

Names are written as `quote_ident` writes them and always carry their schema, because the catalogue
is read with an empty search path. Any text that PostgreSQL deparses does the same, so "needs" can
be read off the text.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

Properties: TypeAlias = dict[str, Any]  # what a JSON object can hold
Objects: TypeAlias = Mapping[str, Properties]

IDENTIFIER = r'(?:"(?:[^"]|"")*"|[^\W\d][\w$]*)'
PART = re.compile(IDENTIFIER)
CHAIN = re.compile(rf"{IDENTIFIER}(?:\.{IDENTIFIER})*")

PARTS = ("column", "constraint", "trigger", "policy", "rule")  # named after their table


def kind_of(subject: str) -> str:
    return subject.partition(" ")[0]


def name_of(subject: str) -> str:
    return subject.partition(" ")[2]


def path_of(subject: str) -> tuple[str, ...]:
    """The identifiers a name consists of, as they are quoted; a function's without arguments."""
    chain = CHAIN.match(name_of(subject))
    return tuple(PART.findall(chain[0])) if chain else (name_of(subject),)


def last_of(subject: str) -> str:
    return path_of(subject)[-1]


def relation_of(subject: str, properties: Properties) -> str:
    """The name of the table or view an object is part of, or an empty text."""
    kind = kind_of(subject)
    if kind in PARTS:
        return ".".join(path_of(subject)[:-1])
    if kind == "index":
        return str(properties["table"])
    if kind == "sequence" and "owned_by" in properties:
        return ".".join(PART.findall(properties["owned_by"])[:-1])
    return ""


def schema_of(subject: str) -> str:
    """The schema that holds an object; empty for a schema and for an extension."""
    path = path_of(subject)
    return path[0] if len(path) > 1 else ""


def is_parsed(body: str) -> bool:
    """Whether a function's body was parsed when it was made; any other is read when it runs."""
    return body.startswith(("BEGIN ATOMIC", "RETURN "))


def parts_of_tables(side: Objects) -> Mapping[str, Objects]:
    """Columns, indexes and so on by the name of their table or view."""
    parts: dict[str, dict[str, Properties]] = defaultdict(dict)
    for subject, properties in side.items():
        if relation := relation_of(subject, properties):
            parts[relation][subject] = properties
    return parts


def text_of(value: Any) -> str:
    """A property, or all of an object, as text in which names can be found."""
    if isinstance(value, dict):
        return text_of(list(value.values()))
    return "\n".join(map(text_of, value)) if isinstance(value, list) else str(value)


def needful(properties: Properties) -> str:
    """The text of an object in which it names what must be there before it."""
    body = properties.get("body", "")
    left_out = ("owned_by",) if is_parsed(body) else ("owned_by", "body")
    return text_of({key: value for key, value in properties.items() if key not in left_out})


def mentions(text: str) -> set[str]:
    """Every name that a text holds: each chain, its beginnings, and each identifier alone."""
    return {name for chain in CHAIN.findall(text) for name in names_in(chain)}


def names_in(chain: str) -> Iterator[str]:
    parts = PART.findall(chain)
    yield from parts
    yield from (".".join(parts[:length]) for length in range(2, len(parts) + 1))
