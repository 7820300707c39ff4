"""Apply what is pending. To apply and to remember are one act: one message, one transaction."""

import hashlib
import random
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import psycopg
from psycopg import sql

from ..database import Conn, Failure, Tell, ask, attempt, whoami
from ..database_url import Target
from ..errors import Refused
from .declared import MigrationFile, shown
from .diff import History, State
from .explain import explained
from .refuse import refuse_what_cannot_run
from .text import QUIET, tokens
from .watch import watching

HERE = Path(__file__).parent
YOYO, MARK = (HERE / name for name in ("yoyo.sql", "mark.sql"))

# Whatever a migration has set ends with it. RESET ALL keeps the advisory lock; a DISCARD would let
# go of it. What the session itself needs is set again, as when the lock was taken.
SETTLE = """reset session authorization; reset role; reset all; set lock_timeout = '5s';
select set_config('client_connection_check_interval', '1s', false) where version() ~ 'linux';
"""
BEGIN = "begin; set local lock_timeout = {lock}; set local statement_timeout = {statement};\n"


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a migration may take, as PostgreSQL writes durations; `patience` in seconds."""

    lock_timeout: str
    statement_timeout: str
    patience: float  # how long to try again when somebody holds a lock that it needs


@dataclass(frozen=True, slots=True)
class Run:
    """On whose behalf: what the marks remember."""

    id: int
    schema: str  # the first one of the search path; yoyo's tables are there
    commit: str | None
    limits: Limits
    target: Target | None = None  # where to look on from, while a migration takes long


@dataclass(frozen=True, slots=True)
class Done:
    """A migration that is applied and recorded."""

    id: str
    seconds: float
    notices: tuple[str, ...] = ()


def refuse_unsafe(history: History, allow: frozenset[str]) -> None:
    """Raise Refused, before anything runs, when the history is not one that can be continued."""
    for state, message, hint in (
        (State.EDITED, "was edited after it was applied",
         "restore it (git log -p migrations/{id}.sql) and write the change as a new migration"),
        (State.MISSING, "is applied, and its file was deleted from Git",
         "restore migrations/{id}.sql from Git: git log --diff-filter=D -- migrations"),
    ):  # fmt: skip
        for id in history.ids(state):
            raise Refused(f"{id} {message}", hint=hint.format(id=id))
    for id in () if "late" in allow else history.ids(State.LATE):
        raise Refused(
            f"{id} is late: newer migrations are already applied here",
            hint="give it a new number, or apply it as it is: --allow late",
        )
    for file in history.pending:
        refuse_what_cannot_run(file)


def apply(conn: Conn, history: History, run: Run, tell: Tell) -> Iterator[Done]:
    """Apply every pending migration in order; each is yielded once it is safely recorded.

    Raises MigrationFailed with the place in the file; what was yielded before stays applied.
    """
    interrupted = set(history.ids(State.INTERRUPTED))
    for file in history.pending:
        began = time.monotonic()
        pid = conn.info.backend_pid
        with notices(conn) as said, watching(run.target, pid, file.id, tell):
            apply_one(conn, file, run, tell, again=file.id in interrupted)
        yield Done(file.id, time.monotonic() - began, tuple(said))


def apply_one(conn: Conn, file: MigrationFile, run: Run, tell: Tell, *, again: bool) -> None:
    if not file.is_sql:
        apply_python(conn, file, run)
    elif file.transactional:
        apply_whole(conn, file, run, tell)
    else:
        apply_alone(conn, file, run, again=again)


@contextmanager
def notices(conn: Conn) -> Iterator[list[str]]:
    """What the server remarked: "does not exist, skipping" is a migration that did nothing."""
    said: list[str] = []

    def hear(diagnostic: psycopg.errors.Diagnostic) -> None:
        if diagnostic.severity_nonlocalized in ("NOTICE", "WARNING"):
            said.append(f"{diagnostic.severity}: {diagnostic.message_primary}")

    conn.add_notice_handler(hear)
    try:
        yield said
    finally:
        conn.remove_notice_handler(hear)


def apply_whole(conn: Conn, file: MigrationFile, run: Run, tell: Tell) -> None:
    """Send the file as it is written, between BEGIN and its marks; try again while it is locked."""
    before = begin(run.limits, file)
    message = f"{before}{file.text}\n;\n{marks(conn, file, run, 'applied')} commit; {SETTLE}"
    deadline, pause = time.monotonic() + run.limits.patience, 0.5
    while isinstance(failure := attempt(conn, message), Failure):
        if not conn.closed:
            conn.rollback()
        if failure.error.sqlstate != "55P03" or time.monotonic() + pause > deadline:
            raise explained(file, failure, prefix=before, kept="nothing of it remains")
        tell(f"{file.id}: somebody holds a lock that it needs; trying again in {pause:g} s")
        time.sleep(pause * random.uniform(0.8, 1.2))
        pause = min(pause * 2, 10)


def begin(limits: Limits, file: MigrationFile) -> str:
    """Open the transaction with the file's own limits, or else the project's."""
    lock = sql.Literal(file.lock_timeout or limits.lock_timeout)
    statement = sql.Literal(file.statement_timeout or limits.statement_timeout)
    return sql.SQL(BEGIN).format(lock=lock, statement=statement).as_string()


def marks(conn: Conn, file: MigrationFile, run: Run, state: str) -> str:
    """The statements that remember the migration."""
    return (
        sql.SQL(MARK.read_text("utf-8"))
        .format(
            schema=sql.Identifier(run.schema),
            **{
                name: sql.Literal(value)
                for name, value in {
                    "id": file.id,
                    "hash": hashlib.sha256(file.id.encode()).hexdigest(),
                    "who": whoami(),
                    "host": socket.gethostname(),
                    "checksum": file.checksum,
                    "normalised": file.normalised,
                    "state": state,
                    "operation": "mark" if state == "baselined" else "apply",
                    "commit": run.commit,
                    "run": run.id,
                }.items()
            },
        )
        .as_string(conn)
    )


def apply_alone(conn: Conn, file: MigrationFile, run: Run, *, again: bool) -> None:
    """Run one statement that PostgreSQL wants outside of a transaction: intent, act, mark.

    Killed between, it stands as `interrupted`; the next run removes what an index build left
    behind INVALID and does it again.
    """
    intent = sql.SQL(
        "insert into ops.ledger (id, checksum, normalised, state, run, applied_at)"
        " values ({}, {}, {}, 'started', {}, clock_timestamp()) on conflict (id) do update set"
        " checksum = excluded.checksum, normalised = excluded.normalised, run = excluded.run"
    ).format(*map(sql.Literal, (file.id, file.checksum, file.normalised, run.id)))
    lock = sql.Literal(file.lock_timeout or run.limits.lock_timeout)
    limit = sql.SQL("set lock_timeout = {};").format(lock)
    ask(conn, sql.Composed([limit, intent]))
    if again:
        drop_invalid(conn, file)
    if isinstance(failure := attempt(conn, file.text), Failure):
        raise explained(
            file,
            failure,
            prefix="",
            kept="it runs without a transaction: the next run begins it anew",
        )
    ask(conn, f"begin; {marks(conn, file, run, 'applied')} commit; {SETTLE}")


def drop_invalid(conn: Conn, file: MigrationFile) -> None:
    """Drop the index that an interrupted CREATE INDEX CONCURRENTLY left INVALID on its table."""
    parts = [token.text for token in tokens(file.text) if token.kind not in QUIET]
    lower = [part.lower() for part in parts]
    if lower[0] != "create" or "concurrently" not in lower or "on" not in lower:
        return
    on = lower.index("on")
    name, rest = parts[on - 1], parts[on + 2 if lower[on + 1] == "only" else on + 1 :]
    plain = name[1:-1].replace('""', '"') if name.startswith('"') else name.lower()
    table = "".join(takewhile(lambda part: part.lower() not in ("(", "using"), rest))
    found = conn.execute(
        "select i.indexrelid::regclass::text from pg_index i"
        " join pg_class c on c.oid = i.indexrelid"
        " where c.relname = %s and not i.indisvalid and i.indrelid = to_regclass(%s)",
        [plain, table],
    ).fetchall()
    for (index,) in found:
        conn.execute(f"drop index concurrently {index}")


def apply_python(conn: Conn, file: MigrationFile, run: Run) -> None:
    """Let yoyo run the steps of a Python file, on our connection and within our transaction."""
    from .python import run_steps

    if not file.transactional:
        raise Refused(
            f"{shown(file.path)}: a Python migration without a transaction cannot be kept whole",
            hint="write the statement as a .sql file with `-- transactional: false`",
        )
    try:
        with conn.transaction():
            ask(conn, begin(run.limits, file).removeprefix("begin; "))
            with redirect_stdout(sys.stderr):  # yoyo prints the rows that a step selects
                run_steps(conn, file.path)
            ask(conn, marks(conn, file, run, "applied"))
        ask(conn, SETTLE)
    except psycopg.Error as error:
        raise explained(
            file, Failure(error, 0), prefix=file.text, kept="nothing of it remains"
        ) from error


def adopt(conn: Conn, history: History, run: Run) -> tuple[str, ...]:
    """Record the checksums of what the yoyo CLI applied; from here on an edit is seen."""
    rows = [
        (e.id, e.file.checksum, e.file.normalised, "applied", run.id, e.applied.applied_at)
        for e in history.entries
        if e.state is State.UNRECORDED and e.file and e.applied
    ]
    if rows:
        insert = sql.SQL(
            "insert into ops.ledger (id, checksum, normalised, state, run, applied_at) values {}"
        )
        values = [sql.SQL("({})").format(sql.SQL(", ").join(map(sql.Literal, r))) for r in rows]
        ask(conn, insert.format(sql.SQL(", ").join(values)))
    return tuple(id for id, *_ in rows)


def make_yoyo_tables(schema: str) -> sql.Composed:
    return sql.SQL(YOYO.read_text("utf-8")).format(schema=sql.Identifier(schema))
