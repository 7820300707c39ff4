"""How the queue stands: what waits, what is being sent, what is stuck, what failed and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from psycopg import sql

from ..database import Conn, ask
from ..errors import Refused, SettingsError
from ..history import wrong_stamp
from ..names import split
from ..project import Email
from .declared import COLUMNS, TIMES

STAMP = "select name from ops.environment"
FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class State:
    """The queue in numbers."""

    due: int
    oldest: float | None  # seconds that the oldest of these has been due
    later: int  # scheduled, or to be tried again
    processing: int
    stuck: int  # of these, claimed longer ago than a worker takes
    failed: int


@dataclass(frozen=True, slots=True)
class Message:
    """One row, as a person looks at it."""

    created_at: datetime  # UTC, as the next
    status: str
    retry_count: int
    to_email: str
    subject: str
    error_message: str | None


@dataclass(frozen=True, slots=True)
class Kind:
    """Errors of one kind."""

    name: str
    status: str  # pending: to be tried again
    count: int
    last: datetime


@cache
def read(name: str) -> str:
    return (FOLDER / name).read_text("utf-8")


def span(seconds: float) -> str:
    """A stretch of time in its largest unit of which there are two or more."""
    units = (("d", 86400), ("h", 3600), ("min", 60))
    unit, size = next(((unit, size) for unit, size in units if seconds >= 2 * size), ("s", 1))
    return f"{seconds // size:.0f} {unit}"


def state_query(email: Email, schema: str, name: str) -> sql.Composed:
    """One row: the fields of State."""
    return sql.SQL(read("state.sql")).format(
        table=sql.Identifier(schema, name), stuck_after=sql.Literal(email.stuck_after)
    )


def unfit(table: str, columns: Mapping[str, str]) -> str:
    """Why a table with these columns, and their types, is not a queue; empty when it is one."""
    missing = [name for name in COLUMNS if name not in columns]
    if missing:
        return f"table {table} has no column {', '.join(missing)}"
    odd = [name for name in TIMES if not columns[name].startswith("timestamp")]
    return f"table {table}: {', '.join(odd)} should be of type timestamptz" if odd else ""


def absent(email: Email, columns: Mapping[str, Mapping[str, Any]] | None, access: Any) -> str:
    """Why nobody can look at the queue, from what the catalogue shows; empty when one can."""
    if access is None:
        return f"table {email.table} is not here"
    if columns is None:
        return f"the columns of {email.table} are not known: parity.toml ignores it"
    if not access.readable:
        return f"this role may not read all of {email.table}"
    return unfit(email.table, {name: str(about["type"]) for name, about in columns.items()})


def table(conn: Conn, email: Email, *, writing: bool) -> tuple[str, str]:
    """Schema and name of the queue; SettingsError when it is none, Refused without the rights."""
    *schema, name = split(email.table)
    about = {"schema": schema[0] if schema else None, "name": name}
    rows = conn.execute(read("table.sql"), about).fetchall()
    if not rows:
        raise SettingsError(
            f"table {email.table} is not here", hint="invoke migrate; or correct parity.toml"
        )
    why = unfit(email.table, {column: kind for _, column, kind, *_ in rows})
    if why:
        raise SettingsError(why, hint="add it in a migration, or correct [email] in parity.toml")
    where, _, _, readable, writable = rows[0]
    if not readable or (writing and not writable):
        right = "update" if readable else "read all of"
        raise Refused(
            f"{conn.info.user} may not {right} {email.table}",
            hint=f'grant select, insert, update on {email.table} to "{conn.info.user}"',
        )
    return where, name


def refuse_wrong_stamp(conn: Conn, app_env: str) -> None:
    """Mail of production goes out of production: a copy of its database is not a place to send."""
    ((stamped,),) = conn.execute("select to_regclass('ops.environment') is not null").fetchall()
    for (name,) in conn.execute(STAMP).fetchall() if stamped else ():
        if name != app_env:
            raise wrong_stamp(name, app_env)


def look(conn: Conn, email: Email) -> tuple[State, list[Message], list[Kind]]:
    """All that there is to see, in one message."""
    names = table(conn, email, writing=False)
    recent = sql.SQL(read("recent.sql")).format(table=sql.Identifier(*names))
    query = sql.SQL("; ").join([state_query(email, *names), recent])
    state, last, kinds = ask(conn, query)
    return State(*state[0]), [Message(*row) for row in last], [Kind(*row) for row in kinds]
