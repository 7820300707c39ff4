"""What needs no declaration: that no row refers to nothing, and that each function can be read."""

from dataclasses import dataclass
from pathlib import Path

from ..database import Conn, ask, in_time, snapshot

HERE = Path(__file__).parent
REFERENCES, FUNCTIONS = (
    (HERE / f"{name}.sql").read_text("utf-8") for name in ("references", "functions")
)
# Row security that hides a row would make others look as if they referred to nothing; switched off,
# it is an error where it applies.
PATIENCE = """
set local statement_timeout = '10s'; set local lock_timeout = '1s'; set local row_security = off;
"""
# with these errors nobody has read the function
UNREAD = {"42501", "55P03", "57014"}


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key, and how many rows break it."""

    name: str  # of the constraint, as in a subject
    target: str  # the table it refers to
    doubtful: bool  # PostgreSQL does not vouch for it: not validated, or its triggers are off
    query: str  # selects the rows that break it
    orphans: int | None
    unread: str | None  # why nobody counted


@dataclass(frozen=True, slots=True)
class Function:
    """A function in a language that says whether it can be read."""

    name: str  # with its arguments, as in a subject
    problem: str | None
    sqlstate: str | None

    @property
    def unread(self) -> bool:
        return self.sqlstate in UNREAD


def look(conn: Conn) -> tuple[tuple[Reference, ...], tuple[Function, ...]]:
    """Read every foreign key and every function, in one message and for some seconds at most.

    Raises Unreachable when the database cannot even list them in that time.
    """
    with in_time(), snapshot(conn) as opening:
        message = f"{opening} {PATIENCE} {REFERENCES} {FUNCTIONS} commit"
        [[[references]], [[functions]]] = ask(conn, message)
    return (
        tuple(Reference(*values) for values in references),
        tuple(Function(*values) for values in functions),
    )
