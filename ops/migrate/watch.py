"""Somebody who looks on while a migration runs: what it waits for, how far a long build is.

Nothing happens for a migration that is done within a second: no connection, no line. After that a
second connection looks, and says what it saw: a line when it is something else, and else how far it
is, on a line that passes (see `say` in output.py).
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from ..database import Tell
from ..database_url import Target

FIRST_LOOK = BETWEEN_LOOKS = 1.0  # seconds
# The first words of a statement tell what it is; what follows them may be somebody's secret.
FIRST_WORDS = "coalesce(substring(b.query from '^\\s*(\\w+(?:\\s+[\\w.\"]+){0,3})'), '')"
LOOK = f"""
select b.pid, coalesce(b.usename, ''), coalesce(b.application_name, ''),
       extract(epoch from clock_timestamp() - coalesce(b.xact_start, b.backend_start))::int,
       {FIRST_WORDS}
from unnest(pg_blocking_pids(%(pid)s)) as blocker (pid) join pg_stat_activity b using (pid)
limit 1
"""
PROGRESS = """
select phase, case when blocks_total > 0 then 100 * blocks_done / blocks_total end
from pg_stat_progress_create_index where pid = %(pid)s
"""


@contextmanager
def watching(
    target: Target | None, pid: int, label: Callable[[], str], tell: Tell
) -> Iterator[None]:
    """Look on, on a connection of our own, until the block ends."""
    if target is None:
        yield
        return
    over = threading.Event()
    watcher = threading.Thread(target=watch, args=(target, pid, label, tell, over), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def watch(
    target: Target, pid: int, label: Callable[[], str], tell: Tell, over: threading.Event
) -> None:
    if over.wait(FIRST_LOOK):
        return
    try:
        with psycopg.connect(
            target.conninfo, autocommit=True, application_name="ops watch"
        ) as conn:
            last = None
            while not over.wait(0 if last is None else BETWEEN_LOOKS):
                what, detail = look(conn, pid)
                tell(f"{label()}: {what}{detail}" + ("\r" if what == last else ""))
                last = what
    except psycopg.Error as error:  # to look on is a courtesy: the migration itself is what counts
        tell(f"{label()}: running; nobody can look on ({type(error).__name__})")


def look(conn: psycopg.Connection[tuple[Any, ...]], pid: int) -> tuple[str, str]:
    """What the session waits for or builds, and for how long or how far already."""
    if blocker := conn.execute(LOOK, {"pid": pid}).fetchone():
        who, user, application, seconds, query = blocker
        what = f"waits for pid {who} ({application or 'no name'}, user {user}): {query}"
        return what, f", in its transaction for {seconds} s"
    if build := conn.execute(PROGRESS, {"pid": pid}).fetchone():
        phase, percent = build
        return str(phase), f", {percent} %" if percent is not None else ""
    return "running", ""
