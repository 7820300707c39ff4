"""How we talk to PostgreSQL: a connection, a message of many statements, one snapshot."""

import getpass
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import generators, pq, sql

from .database_url import Target
from .errors import Unreachable

Conn = psycopg.Connection[tuple[Any, ...]]
Rows = list[tuple[Any, ...]]
Tell = Callable[[str], None]

NOBODY = (
    "nothing listens there: check host and port in {variable}, and that the server runs;"
    " `invoke doctor` goes the way stage by stage"
)
STARTED = "nothing listens there: `invoke up` starts a local one"
# What libpq says when it cannot connect, and what to type then.
ADVICE = (
    ("password authentication failed", "the user or the password in {variable} is wrong"),
    ("no password supplied", "put the password into {variable}"),
    ("Connection refused", NOBODY),
    ("No such file or directory", NOBODY),
    (
        "could not translate host name",
        "the host in {variable} is misspelt, or private to its network",
    ),
    (
        "timeout expired",
        "let this machine in at the server (its trusted sources), or run it in the server's"
        " network; `invoke doctor` goes the way stage by stage",
    ),
    (
        "too many clients",
        "every connection slot is taken: stop some clients, or use a pool for them",
    ),
    ("remaining connection slots", "every connection slot is taken: stop some clients"),
    ("does not exist", "check the names of user and database in {variable}"),
    ("does not support SSL", "for a server without TLS add ?sslmode=disable to {variable}"),
    ("certificate verify failed", "DATABASE_CA_CERT is not the authority of this server"),
)


@contextmanager
def connect(target: Target, purpose: str) -> Iterator[Conn]:
    """Open a connection in autocommit, named after its purpose; transactions are written out.

    Raises Unreachable, with what libpq said, when there is no connection or it is lost.
    """
    conn = opened(target, f"ops {purpose} @{socket.gethostname()}"[:63])
    try:
        with conn:
            yield conn
    except psycopg.OperationalError as error:
        if not conn.closed:
            raise
        raise Unreachable(
            f"lost the connection to {target}: {reason(error)}",
            hint="nothing is half done: run the same command again",
        ) from error


def opened(target: Target, name: str) -> Conn:
    os.environ["PGDATESTYLE"] = "ISO"  # psycopg reads no other; libpq takes it from nowhere else
    try:
        return psycopg.connect(
            target.conninfo,
            autocommit=True,
            prepare_threshold=None,  # a prepared statement means nothing behind a pooler
            client_encoding="utf8",
            application_name=name,
        )
    except psycopg.OperationalError as error:
        raise Unreachable(
            f"cannot reach {target}: {reason(error)}", hint=advice(error, target)
        ) from None


def reason(error: psycopg.Error) -> str:
    """The last clause of libpq's message names the cause, those before it the attempt."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    line = next(
        (line for line in lines if "failed:" in line or "FATAL" in line), (lines or ["?"])[0]
    )
    return line.rsplit("failed: ", 1)[-1].removeprefix("FATAL:  ").removeprefix("ERROR:  ")


def advice(error: psycopg.Error, target: Target) -> str:
    text = str(error)
    found = (hint for needle, hint in ADVICE if needle in text)
    hint = next(found, "is the server up, and {variable} right?")
    hint = STARTED if hint is NOBODY and target.is_developers else hint
    return hint.format(variable=target.variable)


def ask(conn: Conn, message: str | sql.Composed) -> list[Rows]:
    """Send many statements as one message, in one round trip; the rows of each that has rows."""
    cursor = conn.execute(message)
    answers = []
    while True:
        if cursor.description is not None:
            answers.append(cursor.fetchall())
        if not cursor.nextset():
            return answers


def whoami() -> str:
    """The account that runs us; a container may run as a number without a name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


@contextmanager
def snapshot(conn: Conn) -> Iterator[str]:
    """Read a single moment, with no way to change it; what is yielded opens it, without a trip.

    The reader puts the text before its first message. However it ends, the transaction is over.
    """
    try:
        yield "begin isolation level repeatable read read only; "
    finally:
        if not conn.closed:
            conn.rollback()


@contextmanager
def in_time() -> Iterator[None]:
    """Raise Unreachable where something could not be read within the limits that were set."""
    try:
        yield
    except (psycopg.errors.LockNotAvailable, psycopg.errors.QueryCanceled) as error:
        raise Unreachable(
            f"the database answers, but could not be read in time: {error.diag.message_primary}",
            hint="something holds a table for long: let it end, then run the same command again",
        ) from error


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a message of many statements stopped."""

    error: psycopg.Error
    done: int  # statements that had succeeded before

    @property
    def lost(self) -> bool:
        """Whether the server is gone, so that nobody knows yet what it kept."""
        state = self.error.sqlstate or "08"
        return isinstance(self.error, psycopg.OperationalError) and state.startswith(("08", "57P"))


def stream(conn: Conn, message: str) -> Iterator[pq.abc.PGresult | Failure]:
    """Send a message, and yield the result of each statement as it comes; a Failure is the last.

    Whoever stops to listen, as at SIGTERM, cancels the statement that runs, and those behind it.
    """
    done, failure = 0, None
    try:
        conn.pgconn.send_query(message.encode())
        conn.wait(generators.send(conn.pgconn))
        while (result := conn.wait(generators.fetch(conn.pgconn))) is not None:
            if result.status in (pq.ExecStatus.COPY_IN, pq.ExecStatus.COPY_OUT):
                conn.close()  # the only way out of it: the server rolls back
                failure = Failure(psycopg.NotSupportedError("COPY needs psql"), done)
                break
            if result.status == pq.ExecStatus.FATAL_ERROR:
                failure = Failure(psycopg.errors.error_from_result(result), done)
            else:
                done += 1
                yield result
    except psycopg.OperationalError as error:
        failure = Failure(error, done)
    except BaseException:
        hush(conn)
        raise
    if failure:
        yield failure


def hush(conn: Conn) -> None:
    """Cancel what runs, and hear it out, so that the connection can be used again."""
    with suppress(psycopg.Error):
        conn.cancel_safe()
        while conn.wait(generators.fetch(conn.pgconn)) is not None:
            pass


def attempt(conn: Conn, message: str) -> Failure | tuple[int, ...]:
    """Send a message; return how many rows each statement touched, or why and where it stopped.

    What the statements select is dropped: stdout belongs to the report. Of a transaction that
    failed nothing is left open.
    """
    touched = []
    for result in stream(conn, message):
        if isinstance(result, Failure):
            if not conn.closed:
                conn.rollback()
            return result
        touched.append(result.command_tuples or 0)
    return tuple(touched)
