"""What was done here: one row a run, and the stamp that says which environment this database is."""

import json
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from psycopg import sql

from .database import Conn, ask, whoami
from .errors import Refused
from .lock import HOLDER, Holder
from .phrases import short
from .repository import Commit

SCHEMA = (Path(__file__).parent / "history.sql").read_text("utf-8")
VERSION = 3  # of SCHEMA, as its first comment has it
STAMP = "select to_jsonb(e) from ops.environment e"  # of any version
HOME = """
select {}, oid::bigint, {} from pg_catalog.pg_database where datname = current_database()
"""
CONTROL = (  # functions that not every role may execute
    "(select system_identifier::text from pg_control_system())",
    "(select timeline_id from pg_control_checkpoint())",
)
BRIEF = """
id, task, outcome, in_parity, commit_hex, dirty, started_at at time zone 'utc', error
"""
COLUMNS = f"""
{BRIEF}, environment, commit_source, who, host,
extract(epoch from finished_at - started_at)::float8,
extract(epoch from now() - started_at)::float8, phases
"""
MAY_READ = """
select has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'ops' and c.relname = 'runs'
"""
# The last sync that delivered everything, and the last one before it of another commit.
DELIVERED = f"""
with last as (
    select * from ops.runs where outcome = 'done' and task = 'sync' order by id desc limit 1)
select {COLUMNS} from last
union all
(select {COLUMNS} from ops.runs where outcome = 'done' and task = 'sync'
 and commit_hex is distinct from (select commit_hex from last) order by id desc limit 1)
"""
# The last sync that delivered everything, and the last run of a task that delivers.
LAST_RUNS = f"""
(select {BRIEF} from ops.runs where outcome = 'done' and task = 'sync' order by id desc limit 1)
union all
(select {BRIEF} from ops.runs where task in ('sync', 'migrate', 'seed') order by id desc limit 1)
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
    started_at: datetime  # UTC
    error: str | None

    @property
    def short(self) -> str:
        """Its commit, as a person reads it."""
        return short(self.commit, self.dirty)


@dataclass(frozen=True, slots=True)
class Run(PastRun):
    """All that is recorded of a run."""

    environment: str
    commit_source: str
    who: str
    host: str
    recorded: float | None  # seconds from its record to its end; None if there was none
    age: float  # seconds since it began, when the lock was looked at
    phases: Sequence[Mapping[str, Any]]

    @property
    def seconds(self) -> float | None:
        """How long it took: what came before its record, as a backup does, is in the phases."""
        phases = sum(phase["ms"] for phase in self.phases) / 1000
        return None if self.recorded is None else max(self.recorded, phases)

    @property
    def changes(self) -> tuple[str, ...]:
        """Everything that was written, by name."""
        return tuple(change for phase in self.phases for change in phase["changes"])


@dataclass(frozen=True, slots=True)
class Records:
    """Some runs, newest first, and what they come to."""

    runs: tuple[Run, ...] = ()
    live: Run | None = None  # the last sync that delivered everything
    before: Run | None = None  # the last one before that, of another commit
    holder: Holder | None = None  # of the lock

    def is_dead(self, run: Run) -> bool:
        """Whether it was killed: it did not end, and nobody works here any more."""
        return run.outcome == "running" and self.holder is None and run.age > 0

    def is_alive(self, run: Run) -> bool:
        """Whether it runs now: who holds the lock was there before it began."""
        held = self.holder.seconds + 1 if self.holder else 0  # rounded
        return run.outcome == "running" and (run.age <= 0 or held >= run.age)


@dataclass(frozen=True, slots=True)
class Home:
    """Where a database is. What could not be read is None, and differs from nothing."""

    system_identifier: str | None = None  # of the cluster; a physical copy keeps it
    database_oid: int | None = None  # another one after a dump was restored
    timeline: int | None = None  # another one after going back in time, and after a failover

    def moved(self, now: "Home") -> str:
        """The first of the parts that is another one now, or nothing."""
        pairs = ((name, getattr(self, name), getattr(now, name)) for name in self.__slots__)
        return next(
            (name for name, was, here in pairs if None not in (was, here) and was != here), ""
        )

    def lacks(self, now: "Home") -> bool:
        """Whether something is known now that was not known then."""
        pairs = ((getattr(self, name), getattr(now, name)) for name in self.__slots__)
        return any(was is None and here is not None for was, here in pairs)


@dataclass(frozen=True, slots=True)
class Past:
    """What the database remembers of us."""

    delivered: PastRun | None = None  # the last sync that came to its end
    last: PastRun | None = None
    stamp: str | None = None  # the environment that this database says it is
    home: Home = Home()  # where it was stamped


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended; of an error, its first line is kept."""

    outcome: str  # done, failed, refused, interrupted
    in_parity: bool | None  # None: nobody looked
    phases: list[Mapping[str, Any]]
    error: str = ""


def past(runs: list[tuple[Any, ...]], stamps: list[tuple[Any, ...]]) -> Past:
    found = [PastRun(*row) for row in runs]
    (stamp,) = stamps[0] if stamps else ({},)
    return Past(
        next((run for run in found if (run.task, run.outcome) == ("sync", "done")), None),
        max(found, key=lambda run: run.id, default=None),
        stamp.get("name"),
        Home(*map(stamp.get, Home.__slots__)),
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


def home(*, may_read_control: bool) -> str:
    """The query for where the database is, as far as our role may know."""
    return HOME.format(*(CONTROL if may_read_control else ("null", "null")))


def stamp(environment: str, home: Home) -> sql.Composed:
    """The statement that writes, once, which environment this database is, and where."""
    return sql.SQL(
        "insert into ops.environment (name, system_identifier, database_oid, timeline)"
        " values ({}, {}, {}, {})"
    ).format(*map(sql.Literal, (environment, *astuple(home))))


def wrong_stamp(stamped: str, environment: str) -> Refused:
    """The laptop that thinks it is production, and the other way round."""
    return Refused(
        f"APP_ENV is {environment}, and this database says that it is {stamped}",
        hint=f"set APP_ENV={stamped}, or DATABASE_URL to the {environment} database",
    )


def move(home: Home) -> sql.Composed:
    """The statement that records where the database is now, as was meant."""
    return sql.SQL(
        "update ops.environment set system_identifier = coalesce({}, system_identifier),"
        " database_oid = coalesce({}, database_oid), timeline = coalesce({}, timeline)"
    ).format(*map(sql.Literal, astuple(home)))


def read(conn: Conn, limit: int, number: int | None = None) -> Records:
    """The last runs, newest first, or the one of that number; and what was delivered last.

    Who holds the lock is looked at first: a run that began before that, and says `running` after
    it, is the holder's or dead. Raises Refused where the role may not read the records.
    """
    may_read = conn.execute(MAY_READ).fetchall()
    if may_read == [(False,)]:
        raise Refused(
            f"{conn.info.user} may not read ops.runs",
            hint=f'grant usage on schema ops, select on ops.runs to "{conn.info.user}"',
        )
    if not may_read:
        return Records()
    chosen = f"where id = {number:d}" if number is not None else ""
    query = f"{HOLDER}; select {COLUMNS} from ops.runs {chosen} order by id desc limit {limit:d};"
    held, runs, delivered = ask(conn, query + DELIVERED)
    live, before, *_ = *(Run(*row) for row in sorted(delivered, reverse=True)), None, None
    holder = Holder(*held[0]) if held else None
    return Records(tuple(Run(*row) for row in runs), live, before, holder)
