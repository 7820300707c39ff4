"""What Prisma remembers in a database of the migrations that it ran; only read."""

from dataclasses import dataclass
from datetime import datetime

from psycopg import sql

from ..database import Conn, ask, snapshot
from ..errors import SettingsError, Unreachable

NAME = "_prisma_migrations"
WHERE = f"""
select n.nspname, coalesce(n.nspname = current_schema(), false),
       has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relname = '{NAME}' and c.relkind = 'r' order by 2 desc, 1;
select current_user, exists (
    select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and c.relname <> '{NAME}'
      and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'ops'));
"""
ROWS = """
select migration_name, checksum, finished_at is not null, rolled_back_at is not null,
       applied_steps_count, coalesce(logs, ''), started_at
from {}.{} order by started_at, migration_name
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One attempt at a migration; a name may have several."""

    name: str
    checksum: str
    finished: bool
    rolled_back: bool  # given up by `migrate resolve`
    steps: int  # 0: nothing ran, or `migrate resolve --applied` only said so
    logs: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """What a database shows: `schema` has Prisma's table, or is empty where none has it."""

    schema: str
    rows: tuple[Row, ...]
    populated: bool  # it has tables


def look(conn: Conn) -> Seen:
    """Read the table, at one moment.

    Raises Unreachable where our role may not read it, SettingsError where there are several.
    """
    with snapshot(conn) as opening:
        places, ((user, populated),) = ask(conn, f"{opening}{WHERE}")
        if not places:
            return Seen("", (), populated)
        (schema, current, readable), *others = places
        if others and not current:
            names = ", ".join(name for name, *_ in places)
            raise SettingsError(
                f"there is a table {NAME} in each of {names}",
                hint=f"say which one is meant in the URL: ?schema={schema}",
            )
        if not readable:
            raise Unreachable(
                f"{user} may not read {schema}.{NAME}",
                hint=f'grant usage on schema "{schema}" to "{user}"; '
                f'grant select on "{schema}".{NAME} to "{user}"',
            )
        query = sql.SQL(ROWS).format(sql.Identifier(schema), sql.Identifier(NAME))
        (rows,) = ask(conn, query)
    return Seen(schema, tuple(Row(*row) for row in rows), populated)
