"""The one lock of a database: held by whoever migrates, waited for by whoever else would."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .database import Conn, Tell, ask
from .errors import Locked, Refused

LOCK = 0x6F7073  # "ops": the key of the advisory lock, one for each database

# What a session that migrates sets for itself, whatever the role's own limits are.
#
# After SIGKILL the server notices within a second that nobody listens, ends the statement and frees
# the lock; without the interval, the statement runs on. Only Linux servers can look.
OURS = """
select set_config(name, wanted.value, false) from (values
    ('statement_timeout', '0'), ('transaction_timeout', '0'), ('lock_timeout', '5s'),
    ('idle_in_transaction_session_timeout', '0'), ('idle_session_timeout', '0'),
    ('client_connection_check_interval', '1s')
) as wanted (name, value)
where current_setting(name, true) is not null and (name not like 'client_%' or version() ~ 'linux')
"""
# A pooler invents the process id that it tells a client, so where ours is not the server's own,
# one connection is not one session: there, nothing is set and no lock is taken.
TAKE = f"""{OURS} and pg_backend_pid() = {{pid}};
select case when pg_backend_pid() = {{pid}} then pg_try_advisory_lock({{lock}}) end;
"""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has the lock, as pg_stat_activity tells it."""

    pid: int
    application: str
    user: str
    seconds: int  # since the session began

    def __str__(self) -> str:
        since = f"{self.seconds} s" if self.seconds < 120 else f"{self.seconds // 60} min"
        return f"{self.application or 'a session'} (pid {self.pid}, user {self.user}, for {since})"


HOLDER = f"""
select a.pid, coalesce(a.application_name, ''), coalesce(a.usename, ''),
       coalesce(extract(epoch from clock_timestamp() - a.backend_start), 0)::int
from pg_catalog.pg_locks l join pg_catalog.pg_stat_activity a on a.pid = l.pid
where l.locktype = 'advisory' and l.granted and l.database = (
    select oid from pg_catalog.pg_database where datname = current_database())
  and l.classid = 0 and l.objid = {LOCK} and l.objsubid = 1
"""


def holder(conn: Conn) -> Holder | None:
    """Who holds the lock now."""
    rows = conn.execute(HOLDER).fetchall()
    return Holder(*rows[0]) if rows else None


def pooled() -> Refused:
    return Refused(
        "this connection goes through a pooler: a lock means nothing there",
        hint="set DIRECT_DATABASE_URL to the address of the server itself",
    )


def refuse_pooler(conn: Conn) -> None:
    """Raise Refused where `deploy_lock` would, without a try for the lock."""
    if conn.execute("select pg_backend_pid()").fetchone() != (conn.info.backend_pid,):
        raise pooled()


def locked(found: Holder | None) -> Locked:
    end = f"select pg_terminate_backend({found.pid})" if found else "invoke preflight"
    return Locked(
        f"somebody else is migrating: {found or 'a session that just ended'}",
        hint=f"let it finish and run the same command again; if it hangs: {end}",
    )


@contextmanager
def deploy_lock(conn: Conn, wait: float, tell: Tell) -> Iterator[None]:
    """Hold the one lock of this database, waiting for it up to `wait` seconds.

    The lock is polled with jitter: a blocked waiter would hold a snapshot, and a CREATE INDEX
    CONCURRENTLY of the holder would wait for it: a deadlock. It belongs to the session, so
    PostgreSQL lets go of it whenever we end, however we end.

    Raises Locked, naming the holder, when the time is up; Refused behind a pooler.
    """
    deadline, pause, told = time.monotonic() + wait, 0.025, None
    message = TAKE.format(pid=conn.info.backend_pid, lock=LOCK) + HOLDER
    while True:
        *_, ((taken,),), holders = ask(conn, message)
        if taken is None:
            raise pooled()
        if taken:
            break
        found = Holder(*holders[0]) if holders else None
        if time.monotonic() >= deadline:
            raise locked(found)
        if found and found.pid != told:
            tell(f"waiting up to {wait:g} s for {found}")
            told = found.pid
        time.sleep(min(pause * random.uniform(0.5, 1.5), max(deadline - time.monotonic(), 0.01)))
        pause = min(pause * 2, 2.0)
    yield
