"""What a diagnosis needs beyond the facts: who holds the lock, who is between, who is connected."""

from dataclasses import dataclass

from ..database import Conn, ask
from ..facts import Facts
from ..findings import Report
from ..lock import HOLDER, Holder
from .mail import Went

# Whose session it is, every role may see; autovacuum and its kin are nobody's.
SESSIONS = """
select pg_backend_pid();
select count(usesysid), current_setting('max_connections')::int
       - current_setting('superuser_reserved_connections')::int
from pg_catalog.pg_stat_activity;
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """All that the causes are looked for in."""

    facts: Facts
    report: Report  # of verify, over the same facts
    holder: Holder | None = None  # of the lock
    pooled: bool = False  # the session is not the server's own
    taken: int = 0  # connection slots
    slots: int = 100  # for roles that are no superuser
    mail: Went | None = None  # to the mail server, if anybody went there


def look(conn: Conn, facts: Facts, report: Report, mail: Went | None = None) -> Seen:
    """Ask for the rest, in one message."""
    ((pid,),), ((taken, slots),), holders = ask(conn, SESSIONS + HOLDER)
    holder = Holder(*holders[0]) if holders else None
    return Seen(facts, report, holder, pid != conn.info.backend_pid, taken, slots, mail)
