"""Each probe, tried in a transaction that is rolled back: what it came to, where and why."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from psycopg import pq

from ..database import Conn, Failure, ask, stream
from ..errors import Unreachable
from ..findings import Outcome
from ..migrate.explain import brief, where
from ..migrate.text import place, statements
from .declared import Probe, Refusal

# Rows are locked for as long as a probe lasts, so it must not last.
OPENING = "begin; set local statement_timeout = '5s'; set local lock_timeout = '1s';\n"
BACK = "rollback to savepoint refusal;\n"
# What waits for the end of a transaction must speak, though this one has no good end; a lock of the
# session is all that a rollback leaves, and the next on this connection may be somebody else.
AWAY = "rollback; select pg_catalog.pg_advisory_unlock_all();"
CLOSING = f"\n;\nset constraints all immediate; {AWAY}"
BOOLEAN = 16  # the type's number in pg_type
# up to PostgreSQL 14, a column that is but `true` or `false` is called after its type
UNNAMED = ("?column?", "bool")
FUNCTION = re.compile(r"^(?:PL/pgSQL|SQL function).*", re.MULTILINE)
# With these errors nobody knows what the statement would have done; anything else is the answer.
WRITER, AGAIN = "a probe needs a role that may write", "try again"
BLIND = {
    "42501": WRITER,  # insufficient_privilege
    "25006": WRITER,  # read_only_sql_transaction
    "55P03": AGAIN,  # lock_not_available
    "57014": "a statement of a probe may take 5 s",  # query_canceled
    "40001": AGAIN,  # serialization_failure
    "40P01": AGAIN,  # deadlock_detected
    "53100": "the disk is full",
    "53200": "the server is out of memory",
}


@dataclass(frozen=True, slots=True)
class Tried:
    """What a probe came to; `at` is `:LINE:COLUMN` or `:LINE` of its file, or empty."""

    probe: Probe
    outcome: Outcome
    why: str = ""
    at: str = ""
    within: str = ""  # the function in which it happened, as the server tells it


@dataclass(frozen=True, slots=True)
class Part:
    """What goes to the server as one message: a new one begins behind each refusal."""

    probe: Probe
    head: str
    start: int  # where in the file's text it begins
    end: int
    first: int  # the number of its first statement in the file
    refusal: Refusal | None  # of its last statement

    @property
    def message(self) -> str:
        text = self.probe.file.text[self.start : self.end]
        return self.head + text + ("" if self.refusal else CLOSING)

    @property
    def ahead(self) -> int:
        """How many results come before that of the file's first statement."""
        return len(statements(self.head)) - self.first


def parts(probe: Probe) -> Iterator[Part]:
    text = probe.file.text
    starts = [0, *(statement.start for statement in statements(text)[1:]), len(text)]
    head, first = OPENING, 0
    for refusal in probe.refusals:
        following = refusal.index + 1
        yield Part(probe, head, starts[first], starts[following], first, refusal)
        head, first = BACK, following
    yield Part(probe, head, starts[first], len(text), first, None)


def try_all(conn: Conn, probes: Sequence[Probe]) -> tuple[Tried, ...]:
    """Try each by itself, in one message and one more for each refusal. Nothing of them stays.

    Raises Unreachable when the connection is lost.
    """
    return tuple(try_one(conn, probe) for probe in probes)


def try_one(conn: Conn, probe: Probe) -> Tried:
    for part in parts(probe):
        if found := try_part(conn, part):
            if conn.info.transaction_status != pq.TransactionStatus.IDLE:
                ask(conn, AWAY)
            return found
    return Tried(probe, Outcome.PASSED)


def try_part(conn: Conn, part: Part) -> Tried | None:
    """Send one message; what is not as it should be, or None."""
    for index, result in zip(count(-part.ahead), list(stream(conn, part.message)), strict=False):
        if isinstance(result, Failure):
            return judged(part, result, index)
        if claim := untrue(result):
            return Tried(part.probe, Outcome.FAILED, claim, line_of(part, index))
    if part.refusal:
        why = f"was not refused, and error {part.refusal} is expected"
        return Tried(part.probe, Outcome.FAILED, why, line_of(part, part.refusal.index))
    return None


def judged(part: Part, failure: Failure, index: int) -> Tried | None:
    """An error that was expected is none; one that hides the answer is not the answer."""
    error, diagnosis = failure.error, failure.error.diag
    if failure.lost:
        raise Unreachable(
            f"the connection was lost while probe {part.probe.name} ran",
            hint="nothing of it remains: run the same command again",
        ) from error
    why, code = brief(diagnosis.message_primary or str(error)), error.sqlstate or ""
    wanted = part.refusal
    if wanted and wanted.index == index and wanted.sqlstate == code and wanted.words in why:
        return None
    if code in BLIND:
        return Tried(part.probe, Outcome.BROKEN, f"{why}: {BLIND[code]}")
    if wanted and wanted.index == index:
        why = f"{why} (error {code}, and {wanted} is expected)"
    inside = FUNCTION.search(diagnosis.context or "")
    at = where(part.probe.file, failure, part.head, -part.start)
    at = at if diagnosis.statement_position else line_of(part, index)
    return Tried(part.probe, Outcome.FAILED, why, at, inside[0] if inside else "")


def line_of(part: Part, index: int) -> str:
    """`:LINE` of a statement; nothing for those that we put around the file's."""
    text = part.probe.file.text
    found = dict(enumerate(statements(text))).get(index)
    return f":{place(text, found.start)[0]}" if found else ""


def untrue(result: pq.abc.PGresult) -> str:
    """What a result whose first column is a boolean denies; nothing of any other result.

    Without a row, nothing was shown to be true.
    """
    if result.status != pq.ExecStatus.TUPLES_OK or not result.nfields:
        return ""
    if result.ftype(0) != BOOLEAN:
        return ""
    values = {result.get_value(row, 0) for row in range(result.ntuples)}
    if values == {b"t"}:
        return ""
    name = (result.fname(0) or b"").decode()
    claim = "" if name in UNNAMED else f": {name}"
    return f"not true{claim}" if values else f"no row says whether it is true{claim}"
