"""The tables of a database, and how many rows each of them has."""

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

from ..database import Conn, ask
from .programs import Failed

Name = tuple[str, ...]  # schema and table
# What pg_dump writes as TABLE, and whether it has rows of its own. Extensions bring theirs along.
QUERY = """
select c.oid::bigint, n.nspname, c.relname, c.relkind = 'r'
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and c.relpersistence <> 't'
  and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and not exists (select from pg_catalog.pg_depend d where d.objid = c.oid and d.deptype = 'e'
                  and d.classid = 'pg_catalog.pg_class'::regclass)
order by 2, 3
"""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the catalogue."""

    oid: int
    name: Name
    has_rows: bool  # of its own: a partitioned table has none


def parse(rows: Sequence[tuple[int, str, str, bool]]) -> tuple[Table, ...]:
    return tuple(Table(oid, (schema, name), own) for oid, schema, name, own in rows)


def count(conn: Conn, tables: Sequence[Table]) -> dict[Name, int]:
    """How many rows each has, without those of its children; Failed where that cannot be read."""
    counted = [table.name for table in tables if table.has_rows]
    query = sql.SQL("; ").join(
        sql.SQL("select count(*) from only {}").format(sql.Identifier(*name)) for name in counted
    )
    try:
        answers = ask(conn, query) if counted else []
    except psycopg.Error as error:
        if conn.closed:
            raise
        raise Failed(f"the rows could not be counted: {error.diag.message_primary}") from None
    return {name: number for name, ((number,),) in zip(counted, answers, strict=True)}
