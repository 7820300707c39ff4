"""The rows that are there: only the columns that Git owns, only the rows that are Git's."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from psycopg import sql

from ..names import full_name
from .declared import Seed

# One row for each row that was delivered; a table that an older version made has no `columns`.
DELIVERED = "select table_name, key, hash, to_jsonb(d) -> 'columns' from ops.delivered d"
Columns = Mapping[str, Mapping[str, Any]]  # column -> properties, of one table


@dataclass(frozen=True, slots=True)
class Observed:
    """What one table shows: its rows, or why nobody could look."""

    rows: tuple[Mapping[str, Any], ...] = ()
    columns: Columns = field(default_factory=dict)
    absent: str = ""  # the reason, when the table or a column is not there or may not be read


def table(seed: Seed, schema: str) -> sql.Identifier:
    """The table by its full name; a bare one is in `schema`."""
    return sql.Identifier(*full_name(seed.table, schema))


def query(seed: Seed, schema: str) -> sql.Composed:
    """One row of JSON for each row that is Git's, by key."""
    columns = sql.SQL(", ").join(map(sql.Identifier, seed.columns))
    return sql.SQL(
        "select row_to_json(r)::text from (select {} from {} where {} order by {}) r"
    ).format(
        columns, table(seed, schema), scope(seed), sql.SQL(", ").join(map(sql.Identifier, seed.key))
    )


def scope(seed: Seed) -> sql.Composable:
    """The condition that a row is Git's, and no customer's."""
    conditions = [sql.SQL("{} is null").format(sql.Identifier(name)) for name in seed.null]
    return sql.SQL(" and ").join(conditions) if conditions else sql.SQL("true")


def parse(rows: Iterable[tuple[Any, ...]], columns: Columns, absent: str) -> Observed:
    found = tuple(json.loads(text, parse_float=Decimal) for (text,) in rows)
    return Observed(found, columns, absent)


def absent(seed: Seed, columns: Columns | None, *, readable: bool) -> str:
    """Why the table cannot be compared; empty when it can."""
    if columns is None:
        return f"table {seed.table} is not here"
    missing = [name for name in (*seed.columns, *seed.null) if name not in columns]
    if missing:
        return f"table {seed.table} has no column {', '.join(missing)}"
    return "" if readable else f"this role may not read {seed.table}"
