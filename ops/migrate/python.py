"""yoyo's machinery for Python migrations, on a connection that is ours. Imported when needed."""

from pathlib import Path

import psycopg
from yoyo.backends.core.postgresql import PostgresqlPsycopgBackend

from ..database import Conn
from .declared import loaded


class OnOurConnection(PostgresqlPsycopgBackend):  # type: ignore[misc]  # yoyo has no types
    """A backend inside an open transaction: yoyo's own constructor would connect and write."""

    def __init__(self, conn: Conn) -> None:
        self._connection = conn
        self._in_transaction = True  # so that each step is a savepoint of ours
        self.DatabaseError = psycopg.DatabaseError
        self.has_transactional_ddl = True


def run_steps(conn: Conn, path: Path) -> None:
    loaded(path).process_steps(OnOurConnection(conn), "apply")
