"""What was done here: one row a run, and the stamp that says which environment this database is."""

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from psycopg import sql

from .database import Conn, ask, whoami
from .errors import Refused
from .repository import Commit

SCHEMA = (Path(__file__).parent / "history.sql").read_text("utf-8")
VERSION = 2  # of SCHEMA, as its first comment has it
STAMP = "select name, system_identifier from ops.environment"
# The last sync that delivered everything, and the last run of a task that delivers.
LAST_RUNS = """
(select id, task, outcome, in_parity, commit_hex, dirty, started_at, error from ops.runs
 where outcome = 'done' and task = 'sync' order by id desc limit 1)
union all
(select id, task, outcome, in_parity, commit_hex, dirty, started_at, error from ops.runs
 where task in ('sync', 'migrate', 'seed') order by id desc limit 1)
"""


@dataclass(frozen=True, slots=True)
class PastRun:
    """One row of ops.runs. `running` is one that was killed, unless somebody holds the lock."""

    id: int
    task: str
    outcome: str
    in_parity: bool | None
    commit: str | None
    dirty: bool
    started_at: datetime
    error: str | None


@dataclass(frozen=True, slots=True)
class Past:
    """What the database remembers of us."""

    delivered: PastRun | None = None  # the last sync that came to its end
    last: PastRun | None = None
    stamp: str | None = None  # the environment that this database says it is
    system_identifier: str | None = None  # of the cluster where it was stamped


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended; of an error, its first line is kept."""

    outcome: str  # done, failed, refused, interrupted
    in_parity: bool | None  # None: nobody looked
    phases: list[Mapping[str, Any]]
    error: str = ""


def past(runs: list[tuple[Any, ...]], stamps: list[tuple[Any, ...]]) -> Past:
    found = [PastRun(*row) for row in runs]
    name, identifier = stamps[0] if stamps else (None, None)
    return Past(
        next((run for run in found if (run.task, run.outcome) == ("sync", "done")), None),
        max(found, key=lambda run: run.id, default=None),
        name,
        identifier,
    )


def begin(conn: Conn, task: str, environment: str, commit: Commit) -> int:
    """Record that a run begins; a run that was killed before is recorded as interrupted. One trip.

    The caller holds the lock, so whatever still says `running` is dead.
    """
    made = (commit.hex, commit.source, commit.dirty)
    values = (task, environment, *made, whoami(), socket.gethostname())
    text = sql.SQL(
        "update ops.runs set outcome = 'interrupted', finished_at = clock_timestamp(),"
        " error = 'killed: the next run found it unfinished' where outcome = 'running';"
        "insert into ops.runs (task, outcome, environment, commit_hex, commit_source, dirty, who,"
        " host) values ({}, 'running', {}, {}, {}, {}, {}, {}) returning id"
    ).format(*map(sql.Literal, values))
    return int(ask(conn, text)[-1][0][0])


def end(conn: Conn, run: int, ending: Ending, also: sql.Composed | None = None) -> None:
    """Record how the run ended, and what else there is to remember. One trip."""
    phases, error = json.dumps(ending.phases), ending.error.split("\n", 1)[0][:500] or None
    values = (ending.outcome, ending.in_parity, phases, error, run)
    text = sql.SQL(
        "update ops.runs set outcome = {}, in_parity = {}, phases = {}::jsonb, error = {},"
        " finished_at = clock_timestamp() where id = {}"
    ).format(*map(sql.Literal, values))
    ask(conn, sql.SQL(";").join([text, *([also] if also else [])]))


@contextmanager
def recorded(conn: Conn, task: str, environment: str, commit: Commit) -> Iterator[int]:
    """Record a task that is one act: its number, and how it ended."""
    run = begin(conn, task, environment, commit)
    try:
        yield run
    except BaseException as error:
        conn.rollback()
        stopped = isinstance(error, KeyboardInterrupt)
        outcome = "refused" if isinstance(error, Refused) else "failed"
        outcome = "interrupted" if stopped else outcome
        end(conn, run, Ending(outcome, None, [], str(error) or type(error).__name__))
        raise
    end(conn, run, Ending("done", None, []))


def stamp(environment: str, system_identifier: str | None) -> sql.Composed:
    """The statement that writes, once, which environment this database is."""
    return sql.SQL("insert into ops.environment (name, system_identifier) values ({}, {})").format(
        sql.Literal(environment), sql.Literal(system_identifier)
    )


def move(system_identifier: str | None) -> sql.Composed:
    """The statement that records that the database is on another server, as was meant."""
    return sql.SQL("update ops.environment set system_identifier = {}").format(
        sql.Literal(system_identifier)
    )


def read(conn: Conn, limit: int) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The last runs, newest first: the headers and the rows of a table."""
    headers = ["run", "when (UTC)", "task", "how it ended", "commit", "by", "seconds", "changed"]
    there = conn.execute("select to_regclass('ops.runs') is not null").fetchone()
    if there != (True,):
        return headers, []
    query = """
        select id, to_char(started_at at time zone 'utc', 'YYYY-MM-DD HH24:MI'), task,
               outcome || case when in_parity then ', in parity' when not in_parity then
               ', not in parity' else '' end || coalesce(': ' || left(error, 60), ''),
               coalesce(left(commit_hex, 7), 'unknown') || case when dirty then '-dirty' else ''
               end,
               who || '@' || host, round(extract(epoch from finished_at - started_at)::numeric, 1),
               (select coalesce(sum(jsonb_array_length(p -> 'changes')), 0)
                from jsonb_array_elements(phases) p)
        from ops.runs order by id desc limit %s
    """
    return headers, conn.execute(query, [limit]).fetchall()
