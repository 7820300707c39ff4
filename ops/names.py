"""Names: those of database objects as `schema.name`, and the one that was probably meant."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

PART = re.compile(r'"((?:[^"]|"")*)"|([^".]+)')


def split(name: str) -> tuple[str, ...]:
    """`public.users."customerId"` -> public, users, customerId."""
    if '"' not in name:
        return tuple(filter(None, name.split(".")))
    return tuple(
        quoted.replace('""', '"') if quoted or not plain else plain
        for quoted, plain in PART.findall(name)
    )


def unquoted(identifier: str) -> str:
    """A name without its quotes; what has none is as it is."""
    quoted = identifier.startswith('"')
    return identifier[1:-1].replace('""', '"') if quoted else identifier


def columns(
    objects: Mapping[str, Mapping[str, Any]], schema: str, tables: Iterable[str] | None = None
) -> dict[str, dict[str, Mapping[str, Any]]]:
    """Table -> column -> properties, of a catalogue; tables of `schema` also by their bare name.

    Only of some `tables`, where these are given: of a large schema that is much faster.
    """
    wanted = None if tables is None else {full_name(table, schema) for table in tables}
    may_be = any_of(wanted or ())
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for subject, properties in objects.items():
        if subject.startswith("column ") and may_be(subject):
            where, table, column = split(subject.removeprefix("column "))
            if wanted is None or (where, table) in wanted:
                found.setdefault(f"{where}.{table}", {})[column] = properties
                if where == schema:
                    found.setdefault(table, {})[column] = properties
    return found


def any_of(tables: Iterable[tuple[str, str]]) -> Callable[[str], Any]:
    """Whether a text may name one of some tables: cheap, and sure only where it says no."""
    quoted = (table.replace('"', '""') for _, table in tables)
    return re.compile("|".join(map(re.escape, quoted))).search


def full_name(table: str, schema: str) -> tuple[str, str]:
    """Schema and table of a name that may be bare; a bare one is in `schema`."""
    *where, name = split(table)
    return (where[0] if where else schema), name


def nearest(word: str, words: Iterable[str], cutoff: float = 0.6) -> str:
    """The word that was probably meant, or nothing."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, list(words), n=1, cutoff=cutoff)), "")


def meant(word: str, words: Iterable[str]) -> str:
    """` (did you mean WORD?)`, to stand behind a message; or nothing."""
    near = nearest(word, words)
    return f" (did you mean {near}?)" if near else ""
