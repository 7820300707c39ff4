"""The probes, before a merge: can each be tried, and would PostgreSQL understand what it says?"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg
from psycopg import pq

from ..database import Conn
from ..errors import SettingsError
from ..findings import Finding
from ..migrate.declared import shown
from ..migrate.explain import brief
from ..migrate.text import Statement, place, statements
from ..probes.declared import Probe, read_one

HINT = "correct it, then: invoke probe"
SYNTAX = "42601"
# Nothing of these is there for later statements but rows, so that parsing needs none of it to run.
PLAIN = ("select", "insert", "update", "delete", "with", "values", "table", "merge", "savepoint")


def declared(folder: Path) -> tuple[list[Probe], list[Finding]]:
    """The probes that can be tried as they are, and a complaint for each other file."""
    good, bad = list[Probe](), list[Finding]()
    visible = (path for path in folder.glob("*") if not path.name.startswith("."))
    for path in sorted(visible):
        try:
            good.append(read_one(path))
        except SettingsError as error:
            bad.append(Finding(f"probe {path.stem}", str(error), error.hint))
    return good, bad


def judge(conn: Conn, probes: Sequence[Probe]) -> Iterator[Finding]:
    """What PostgreSQL does not understand, beside the schema here; nothing of a probe is run."""
    for probe in probes:
        yield from misunderstood(conn, probe)


def misunderstood(conn: Conn, probe: Probe) -> Iterator[Finding]:
    """The first statement of a probe that cannot be parsed, unless that is what it expects."""
    text, expected = probe.file.text, {r.index: r.sqlstate for r in probe.refusals}
    found, plain = statements(text), True
    ends = [*(statement.start for statement in found[1:]), len(text)]
    for index, (statement, end) in enumerate(zip(found, ends, strict=True)):
        plain = plain and statement.words[0] in PLAIN
        error = parsed(conn, text[statement.start : end])
        known = error and (plain or error.sqlstate == SYNTAX)
        if error and known and error.sqlstate != expected.get(index):
            where = f"{shown(probe.file.path)}:{line(text, statement, error)}"
            what = brief(error.diag.message_primary or str(error))
            yield Finding(f"probe {probe.name}", f"{where}: {what}", HINT)
            return


def parsed(conn: Conn, statement: str) -> psycopg.Error | None:
    """What PostgreSQL says of it when it only reads it, or None; an error leaves nothing behind."""
    result = conn.pgconn.prepare(b"", statement.encode())
    if result.status != pq.ExecStatus.FATAL_ERROR:
        return None
    return psycopg.errors.error_from_result(result)


def line(text: str, statement: Statement, error: psycopg.Error) -> int:
    position = int(error.diag.statement_position or 1) - 1
    return place(text, statement.start + position)[0]
