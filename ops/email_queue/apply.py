"""What is done to the queue: claimed, recorded, put back. Each act is a transaction of its own."""

import os
import random
import secrets
import socket
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, suppress
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from ..database import Conn, connect, reason
from ..errors import OpsError, Refused, Unreachable
from ..project import Email
from ..settings import Settings
from .declared import email_of
from .message import CONTROL, Letter, Undelivered
from .observed import read, refuse_wrong_stamp, table

PAUSES = (0.5, 1, 2, 4, 8, 16, 30)  # seconds; a database that restarts is back by then
LOST = (psycopg.OperationalError, psycopg.errors.ReadOnlySqlTransaction, Unreachable)
FIRST_PAUSE, LONGEST_PAUSE = 60, 4 * 3600  # seconds before a message is tried again
RELEASE = """
update {table} set status = 'pending', claimed_at = null, claimed_by = null
where status = 'processing' and claimed_by = %(worker)s and id::text <> %(but)s returning id
"""
RENEW = """
update {table} set claimed_at = now()
where status = 'processing' and claimed_by = %(worker)s returning id
"""
RETRY = """
update {table} set status = 'pending', retry_count = 0, failed_at = null, scheduled_at = now(),
       claimed_at = null, claimed_by = null
where status = 'failed' and (%(ids)s::text[] is null or id::text = any (%(ids)s))
  and (%(error)s::text is null or split_part(error_message, ':', 1) = %(error)s) returning id
"""
COUNT = """
select count(*) from {table}
where status = 'pending' and (scheduled_at is null or scheduled_at <= now())
"""
DUE = """
select id, to_email, from_email, subject, body_html, body_text, retry_count, max_retries
from {table} where status = 'pending' and (scheduled_at is null or scheduled_at <= now())
order by priority, created_at limit %(limit)s
"""
ENQUEUE = """
insert into {table} (to_email, subject, body_html, body_text, max_retries, priority)
values (%(to)s, %(subject)s, %(html)s, %(text)s, 0, 1) returning id
"""
ABOUT = "select status::text, error_message from {table} where id = %(id)s"


class Queue:
    """The table of the queue, and a connection to it that is made anew when it is lost.

    No statement relies on the one before it, so all of them may go through a transaction pooler,
    and each may be sent again when nobody knows whether it arrived.
    """

    def __init__(
        self,
        connect: Callable[[], AbstractContextManager[Conn]],
        email: Email,
        app_env: str,
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        self.connect, self.email, self.app_env, self.wait = connect, email, app_env, wait
        self.worker = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(2)}"
        self.held: set[Any] = set()  # ids
        self.ended = ""  # the id of a message of which nobody could record how it ended
        self.renewed = 0.0  # when the claims were, on the monotonic clock
        self.unsure = False  # whether a claim may have arrived whose answer did not
        self.stack = ExitStack()
        self.conn: Conn | None = None
        self.table = sql.Identifier(email.table)

    def __enter__(self) -> "Queue":
        """Raises SettingsError, Refused or Unreachable before anything is touched."""
        self.conn = self.stack.enter_context(self.connect())
        self.table = sql.Identifier(*table(self.conn, self.email, writing=True))
        refuse_wrong_stamp(self.conn, self.app_env)
        return self

    def __exit__(self, *_: object) -> None:
        self.stack.close()

    def run(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """Send one statement, on a new connection if need be; Unreachable after about a minute."""
        for pause in (*PAUSES, None):
            try:
                return self.execute(query, values)
            except LOST as error:
                self.lose()
                if pause is None:
                    raise self.gone(error) from error
                self.wait(pause)
            except psycopg.Error as error:
                raise Refused(
                    f"{self.email.table} does not take the change: {error.diag.message_primary}",
                    hint="invoke verify --only schema",
                ) from error
        raise AssertionError("the last pause is None")

    def execute(self, query: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        if self.conn is None:
            self.conn = self.stack.enter_context(self.connect())
        statement = sql.SQL(query).format(table=self.table)
        cursor = self.conn.execute(statement, {"worker": self.worker, **values})
        return cursor.fetchall() if cursor.description else []

    def lose(self) -> None:
        """Forget the connection, however little of it is left."""
        self.unsure, self.conn = True, None
        with suppress(psycopg.Error, OpsError):
            self.stack.close()

    def gone(self, error: Exception) -> Unreachable:
        said = reason(error) if isinstance(error, psycopg.Error) else str(error)
        return Unreachable(
            f"the database went away: {said}",
            hint="run the same command again; what was being sent is taken back by then",
        )

    # the acts

    def claim(self, limit: int, only: Any = None) -> list[Letter]:
        """Take up to so many of those that are due, the most urgent first."""
        if limit < 1:
            return []
        wanted = {"limit": limit, "only": None if only is None else str(only)}
        rows = self.run(read("claim.sql"), **wanted)
        if not rows and self.unsure:
            self.unsure = False
            self.run(RELEASE, but=self.ended)
            rows = self.run(read("claim.sql"), **wanted)
        letters = [Letter(*row[:8]) for row in sorted(rows, key=lambda row: row[8:])]
        self.held, self.renewed = {letter.id for letter in letters}, time.monotonic()
        return letters

    def holds(self, letter: Letter) -> bool:
        """Whether it is still ours to send; claims that grow old are renewed."""
        if time.monotonic() - self.renewed > self.email.stuck_after / 6:
            self.held &= {id for (id,) in self.run(RENEW)}
            self.renewed = time.monotonic()
        return letter.id in self.held

    def record(self, letter: Letter, problem: Undelivered | None) -> str:
        """Write down how it went; returns the status that this makes."""
        status, self.ended = outcome(letter, problem), str(letter.id)
        self.run(
            read("record.sql"),
            id=letter.id,
            status=status,
            tries=letter.retry_count + (status == "pending"),
            error=CONTROL.sub(" ", str(problem))[:1000] if problem else None,
            pause=backoff(letter.retry_count),
        )
        self.held.discard(letter.id)
        self.ended = ""
        return status

    def release(self) -> None:
        """Put back what was claimed; if that fails, others take it back in time.

        So they do with a message that may have been sent: at once, it would be sent at once again.
        """
        with suppress(OpsError, psycopg.Error):
            self.execute(RELEASE, {"but": self.ended})

    def take_back(self) -> int:
        """Free what workers claimed that are gone; how many that were."""
        return len(self.run(read("take_back.sql"), stuck_after=self.email.stuck_after))

    def retry(self, ids: list[str] | None, error: str | None) -> int:
        """Let failed ones wait again, all their tries before them; how many that were."""
        return len(self.run(RETRY, ids=ids, error=error))

    def count(self) -> int:
        """How many are due."""
        return int(self.run(COUNT)[0][0])

    def due(self, limit: int) -> list[Letter]:
        """What would be claimed, untouched."""
        return [Letter(*row) for row in self.run(DUE, limit=limit)]

    def enqueue(self, **values: str) -> Any:
        """Add a message that is tried once, before all others; its id."""
        return self.run(ENQUEUE, **values)[0][0]

    def about(self, id: Any) -> tuple[str, str]:
        """The status of a message, and its error."""
        rows = self.run(ABOUT, id=id)
        return (rows[0][0], rows[0][1] or "") if rows else ("deleted", "")


def queue_of(folder: Path, found: Settings, purpose: str) -> Queue:
    """The queue of an environment, not opened yet."""
    return Queue(lambda: connect(found.target, purpose), email_of(folder), found.app_env)


def outcome(letter: Letter, problem: Undelivered | None) -> str:
    """Sent; or to be tried again, as long as it has tries left and there is hope; or failed."""
    if problem is None:
        return "sent"
    hopeless = problem.permanent or letter.retry_count >= letter.max_retries
    return "failed" if hopeless else "pending"


def backoff(tries: int) -> float:
    """Seconds until the next try: 1, 4, 16 minutes and so on, each more or less."""
    pause: float = min(FIRST_PAUSE * 4 ** min(tries, 9), LONGEST_PAUSE)
    return pause * random.uniform(0.75, 1.25)
