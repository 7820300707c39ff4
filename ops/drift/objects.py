"""An object of a schema is a subject, `KIND NAME`, and its properties; names are read here.

Names are written as `quote_ident` writes them and always carry their schema, because the catalogue
is read with an empty search path. Any text that PostgreSQL deparses does the same, so "needs" can
be read off the text.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, TypeAlias

Properties: TypeAlias = dict[str, Any]  # what a JSON object can hold
Objects: TypeAlias = Mapping[str, Properties]

IDENTIFIER = r'(?:"(?:[^"]|"")*"|[^\W\d][\w$]*)'
PART = re.compile(IDENTIFIER)
SIGNS = r"[-+*/<>=~!@#%^&|`?]+"
OPERATOR = re.compile(rf"\.({SIGNS})$")
CHAIN = re.compile(rf"{IDENTIFIER}(?:\.{IDENTIFIER})*(?:\.{SIGNS})?")
GRANT = re.compile(rf"grant (?P<on>.+) to (?P<to>{IDENTIFIER}|its owner)", re.DOTALL)
DEFAULT = re.compile(
    rf"default for (?P<what>[a-z ]+?)(?: by (?P<by>{IDENTIFIER}))?(?: in (?P<schema>{IDENTIFIER}))?"
)

UNIQUE = ("primary key", "unique")  # constraints that make an index
PARTS = ("column", "constraint", "trigger", "policy", "rule")  # named after their table
NEEDLESS = ("owned_by", "columns", "comment", "comments")  # name nothing that is needed


NAMELESS = ("cast", "transform", "usermapping")  # known by what they are of


# of a large schema most are these, and have such a name
TABLED, PLAIN = {"table", "column", "constraint", "index"}, re.compile(r"[a-z0-9_.]+")


def kind_of(subject: str) -> str:
    return subject.partition(" ")[0]


def name_of(subject: str) -> str:
    return subject.partition(" ")[2]


def path_of(subject: str) -> tuple[str, ...]:
    """The identifiers a name consists of, as they are quoted; a function's without arguments."""
    kind, _, name = subject.partition(" ")
    if kind in TABLED and PLAIN.fullmatch(name):
        return tuple(name.split("."))
    if kind in NAMELESS:
        return (name,)
    if kind == "grant":
        name = name_of(bearer(subject))
    chain = CHAIN.match(name)
    return tuple(parts_of(chain[0])) if chain else (name,)


def parts_of(chain: str) -> list[str]:
    """`public.users.id` in its parts; the last one may be an operator."""
    return [*PART.findall(chain), *OPERATOR.findall(chain)]


@cache
def taken_apart(subject: str) -> tuple[str, str]:
    """What a grant is on, and who was granted it: a role, `public` or `its owner`."""
    found = GRANT.fullmatch(subject)
    return (found["on"], found["to"]) if found else (name_of(subject), "")


def default_of(subject: str) -> re.Match[str] | None:
    """Of default privileges: `what` they are for, `by` whom, in which `schema`."""
    return DEFAULT.fullmatch(taken_apart(subject)[0])


def bearer(subject: str) -> str:
    """The object that a grant is on; of default privileges the schema, if they have one."""
    if default := default_of(subject):
        return f"schema {default['schema']}" if default["schema"] else ""
    return taken_apart(subject)[0]


def grantee(subject: str) -> str:
    return taken_apart(subject)[1]


def last_of(subject: str) -> str:
    return path_of(subject)[-1]


def relation_of(subject: str, properties: Properties) -> str:
    """The name of the table or view an object is part of, or an empty text."""
    kind = kind_of(subject)
    if kind in PARTS:
        return ".".join(path_of(subject)[:-1])
    if kind in ("index", "statistics"):
        return str(properties["table"])
    if kind == "grant":
        return relation_of_grant(bearer(subject), properties)
    if kind == "sequence" and "owned_by" in properties:
        return ".".join(PART.findall(properties["owned_by"])[:-1])
    return ""


def relation_of_grant(on: str, properties: Properties) -> str:
    """Of a sequence's the table that the sequence belongs to."""
    if kind_of(on) in ("table", "view"):
        return name_of(on)
    return str(properties.get("table", "")) or relation_of(on, {})


def schema_of(subject: str) -> str:
    """The schema that holds an object; empty for a schema and for an extension."""
    path = path_of(subject)
    return path[0] if len(path) > 1 else ""


def but(properties: Properties, *left_out: str) -> Properties:
    """All properties but for some."""
    return {key: value for key, value in properties.items() if key not in left_out}


def inheritable(properties: Properties) -> Properties:
    """What a column gives to the columns of children when these are made."""
    return but(properties, "inherited", "comment", "identity", "identity_options", "sequence")


def tables_above(table: Properties) -> list[str]:
    """The names of the tables that one inherits from, or of the one that it is a partition of."""
    return list(table.get("inherits") or filter(None, [table.get("partition_of")]))


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
        return text_of([value[key] for key in value if key != "owner"])
    return "\n".join(map(text_of, value)) if isinstance(value, list) else str(value)


def needful(properties: Properties) -> str:
    """The text of an object in which it names what must be there before it."""
    left_out = NEEDLESS if is_parsed(properties.get("body", "")) else (*NEEDLESS, "body")
    return text_of(but(properties, *left_out))


def mentions(text: str) -> set[str]:
    """Every name that a text holds: each chain, its beginnings, and each identifier alone."""
    return {name for chain in CHAIN.findall(text) for name in names_in(chain)}


def names_in(chain: str) -> Iterator[str]:
    parts = parts_of(chain)
    yield from parts
    yield from (".".join(parts[:length]) for length in range(2, len(parts) + 1))
