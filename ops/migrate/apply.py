"""Apply what is pending. To apply and to remember are one act: one message, one transaction."""

import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout
from itertools import takewhile

import psycopg
from psycopg import sql

from ..database import Conn, Failure, Tell, ask, attempt
from ..errors import Refused
from .declared import MigrationFile, shown
from .diff import History, State
from .explain import explained
from .notices import notices
from .record import SETTLE, Done, Limits, Run, begin, forget, marks
from .refuse import refuse_what_cannot_run
from .text import QUIET, tokens
from .watch import watching
from .whole import apply_whole
from .words import plain

TOGETHER, SIZE = 100, 500_000  # files and characters of one message
DUPLICATE = "42P07"  # SQLSTATE: something of that name is there
FORGET = "delete from ops.ledger where id = {} and state = 'started'"


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


def apply(
    conn: Conn, history: History, run: Run, tell: Tell, *, together: int = TOGETHER
) -> Iterator[Done]:
    """Apply every pending migration in order; each is yielded once it is safely recorded.

    Up to `together` of them go in one message, and until the last of these is yielded, the
    connection must be left alone. Raises MigrationFailed with the place in the file; what was
    yielded before stays applied.
    """
    interrupted = set(history.ids(State.INTERRUPTED))
    for group in groups(history.pending, together):
        if is_whole(group[0]):
            yield from apply_whole(conn, group, run, tell)
        else:
            yield apply_one(conn, group[0], run, tell, again=group[0].id in interrupted)


def groups(files: Iterable[MigrationFile], together: int) -> Iterator[list[MigrationFile]]:
    """Neighbours that can share a message; what cannot is alone."""
    group: list[MigrationFile] = []
    size = 0
    for file in files:
        size += len(file.text)
        joins = group and is_whole(group[0]) and is_whole(file)
        if group and not (joins and len(group) < together and size <= SIZE):
            yield group
            group, size = [], len(file.text)
        group.append(file)
    if group:
        yield group


def is_whole(file: MigrationFile) -> bool:
    return file.is_sql and file.transactional


def apply_one(conn: Conn, file: MigrationFile, run: Run, tell: Tell, *, again: bool) -> Done:
    began = time.monotonic()
    watch = watching(run.target, conn.info.backend_pid, lambda: file.id, tell)
    with notices(conn) as said, watch:
        if file.is_sql:
            apply_alone(conn, file, run, again=again)
        else:
            apply_python(conn, file, run)
    return Done(file.id, time.monotonic() - began, tuple(said))


def apply_alone(conn: Conn, file: MigrationFile, run: Run, *, again: bool) -> None:
    """Run one statement that PostgreSQL wants outside of a transaction: intent, act, mark.

    Killed between, it stands as `interrupted`; the next run removes what an index build left
    behind INVALID and does it again, or marks an index that is whole: only its record was lost.
    """
    intent = sql.SQL(
        "insert into ops.ledger (id, checksum, normalised, state, run, applied_at)"
        " values ({}, {}, {}, 'started', {}, clock_timestamp()) on conflict (id) do update set"
        " checksum = excluded.checksum, normalised = excluded.normalised, run = excluded.run"
    ).format(*map(sql.Literal, (file.id, file.checksum, file.normalised, run.id)))
    lock = sql.Literal(file.lock_timeout or run.limits.lock_timeout)
    limit = sql.SQL("set lock_timeout = {};").format(lock)
    ask(conn, sql.Composed([limit, intent]))
    if not (again and is_built(conn, file)):
        run_alone(conn, file)
    ask(conn, f"begin; {marks(file, run, 'applied')} commit; {SETTLE}")


def run_alone(conn: Conn, file: MigrationFile) -> None:
    failure = attempt(conn, file.text)
    if not isinstance(failure, Failure):
        return
    kept = "it runs without a transaction: the next run begins it anew"
    if failure.error.sqlstate == DUPLICATE:  # so it is not ours, and the next run must not think so
        ask(conn, sql.SQL(FORGET).format(sql.Literal(file.id)))
        kept = "nothing of it was done"
    raise explained(file, failure, prefix="", kept=kept)


def is_built(conn: Conn, file: MigrationFile) -> bool:
    """Whether an interrupted CREATE INDEX CONCURRENTLY came to its end; an INVALID index goes."""
    parts = [token.text for token in tokens(file.text) if token.kind not in QUIET]
    lower = [part.lower() for part in parts]
    if lower[0] != "create" or "concurrently" not in lower or "on" not in lower:
        return False
    on = lower.index("on")
    name, rest = parts[on - 1], parts[on + 2 if lower[on + 1] == "only" else on + 1 :]
    table = "".join(takewhile(lambda part: part.lower() not in ("(", "using"), rest))
    found = conn.execute(
        "select i.indexrelid::regclass::text, i.indisvalid from pg_index i"
        " join pg_class c on c.oid = i.indexrelid"
        " where c.relname = %s and i.indrelid = to_regclass(%s)",
        [plain(name), table],
    ).fetchall()
    for index in (index for index, valid in found if not valid):
        conn.execute(f"drop index concurrently {index}")
    return any(valid for _, valid in found)


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
            ask(conn, marks(file, run, "applied"))
        ask(conn, SETTLE)
    except psycopg.Error as error:
        raise explained(
            file, Failure(error, 0), prefix=file.text, kept="nothing of it remains"
        ) from error


def undo(conn: Conn, back: MigrationFile, limits: Limits, schema: str, id: str) -> None:
    """Run a rollback file and forget its migration, both or neither; raises MigrationFailed."""
    before = begin(limits, back)
    message = f"{before}{back.text}\n;\n{forget(schema, id)} commit; {SETTLE}"
    if isinstance(failure := attempt(conn, message), Failure):
        raise explained(back, failure, prefix=before, kept="nothing was undone")


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
