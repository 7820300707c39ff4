"""Which Python type a column has: the one that psycopg makes of its values."""

import re
from collections.abc import Mapping

from ..drift.objects import Objects, last_of
from .names import BUILTINS

SIZE = re.compile(r"\(\d+(?:,-?\d+)?\)")
NAMES = {
    "int": ("smallint", "integer", "bigint", "oid"),
    "float": ("real", "double precision"),
    "Decimal": ("numeric",),
    "bool": ("boolean",),
    "str": (
        *("text", "character varying", "character", "bpchar", '"char"', "name", "citext"),
        *("xml", "money", "bit", "bit varying", "macaddr", "macaddr8", "tsvector", "tsquery"),
    ),
    "bytes": ("bytea",),
    "dt.date": ("date",),
    "dt.time": ("time without time zone", "time with time zone"),
    "dt.datetime": ("timestamp without time zone", "timestamp with time zone"),
    "dt.timedelta": ("interval",),
    "UUID": ("uuid",),
    "Any": ("json", "jsonb"),
}
PYTHON = {name: python for python, names in NAMES.items() for name in names}


def python_type(type: str, objects: Objects, enums: Mapping[str, str]) -> str:
    """An annotation, or an empty text for a type that nobody here knows.

    `enums` has the name of the Literal of each type that has one.
    """
    if type.endswith("[]"):
        inner = python_type(type[:-2], objects, enums)
        return inner and f"list[{inner}]"
    if type in enums:
        return enums[type]
    made = objects.get(f"type {type}", {})
    if made.get("kind") == "domain":
        return python_type(made["base"], objects, enums)
    plain = "interval" if type.startswith("interval") else SIZE.sub("", type)
    return "" if made else PYTHON.get(plain, PYTHON.get(last_of(f"type {plain}"), ""))


def never_null(type: str, objects: Objects) -> bool:
    """Whether the type itself, a domain, refuses NULL."""
    made = objects.get(f"type {type}", {})
    return "not_null" in made or ("base" in made and never_null(made["base"], objects))


def words(annotation: str) -> set[str]:
    """The names that an annotation needs, without Python's own; of `dt.date`, `dt`."""
    return set(re.findall(r"[^\W\d]\w*", annotation)) - {*BUILTINS, "None"}
