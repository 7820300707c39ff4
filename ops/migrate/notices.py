"""What the server remarked while a migration ran: one that did nothing says so only there."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from ..database import Conn


@contextmanager
def notices(conn: Conn) -> Iterator[list[str]]:
    """Every NOTICE and WARNING, such as "does not exist, skipping"; the list grows as they come."""
    said: list[str] = []

    def hear(diagnostic: psycopg.errors.Diagnostic) -> None:
        if diagnostic.severity_nonlocalized in ("NOTICE", "WARNING"):
            said.append(f"{diagnostic.severity}: {diagnostic.message_primary}")

    conn.add_notice_handler(hear)
    try:
        yield said
    finally:
        conn.remove_notice_handler(hear)
