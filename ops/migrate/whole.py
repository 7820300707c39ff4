"""SQL files that run whole: many in one message, each in a transaction of its own with its marks.

At a distance it is the trips that take the time, not the statements. PostgreSQL runs a message
statement by statement and answers each as it ends, so what is applied is known while the rest runs;
where one fails, it stays so, and nothing behind it is begun.
"""

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Any

from ..database import Conn, Failure, Tell, ask, stream
from .declared import MigrationFile
from .explain import explained
from .notices import notices
from .record import SETTLE, Done, Run, begin, marks
from .watch import watching

# PostgreSQL keeps its answers back until there are 8 kB of them or the message ends, and sends them
# at once with a NOTICE. This one costs nothing: no such table is ever made, none is locked.
NOBODY = "ops_nobody"
FLUSH = f"drop table if exists pg_temp.{NOBODY};\n"


@dataclass(frozen=True, slots=True)
class Part:
    """One migration within a message."""

    file: MigrationFile
    head: str  # what stands before the file's own text
    tail: str
    ahead: int = 0  # characters of the message before all of it

    @property
    def text(self) -> str:
        return f"{self.head}{self.file.text}{self.tail}"


@dataclass(frozen=True, slots=True)
class Stopped:
    """Why a message ended early, and in which file; `index` counts those that are not done."""

    index: int
    part: Part
    failure: Failure

    def explained(self) -> Exception:
        kept, part = "nothing of it remains", self.part
        return explained(part.file, self.failure, prefix=part.head, kept=kept, ahead=part.ahead)


@dataclass(slots=True)
class Patience:
    """How long one migration is tried again while somebody holds a lock that it needs."""

    seconds: float
    deadline: float = 0
    pause: float = 0

    def renew(self) -> None:
        self.deadline, self.pause = time.monotonic() + self.seconds, 0.5

    def lasts(self, failure: Failure) -> bool:
        return failure.error.sqlstate == "55P03" and time.monotonic() + self.pause <= self.deadline

    def wait(self, id: str, tell: Tell) -> None:
        tell(f"{id}: somebody holds a lock that it needs; trying again in {self.pause:g} s")
        time.sleep(self.pause * random.uniform(0.8, 1.2))
        self.pause = min(self.pause * 2, 10)


def apply_whole(conn: Conn, files: Sequence[MigrationFile], run: Run, tell: Tell) -> Iterator[Done]:
    """Apply the files in order; raises MigrationFailed for the first that fails.

    Until the last of them is yielded, the connection must not be used for anything else.
    """
    waiting, at_most, patience = list(files), len(files), Patience(run.limits.patience)
    patience.renew()
    while waiting:
        stopped = None
        for seen in send(conn, waiting[:at_most], run, tell):
            if isinstance(seen, Stopped):
                stopped = seen
            else:
                waiting.pop(0)
                patience.renew()
                yield seen
        # what cannot be parsed keeps the whole message from running: those before it come first
        at_most = stopped.index if stopped and stopped.index else len(waiting)
        if stopped and not stopped.index:
            if not patience.lasts(stopped.failure):
                raise stopped.explained()
            patience.wait(waiting[0].id, tell)


def send(
    conn: Conn, files: Sequence[MigrationFile], run: Run, tell: Tell
) -> Iterator[Done | Stopped]:
    """Send one message, and yield each file as it is committed; the last one when all is heard."""
    reading = Reading(parts(files, run))
    message = "".join(part.text for part in reading.parts) + SETTLE
    done: Done | None = None
    failure: Failure | None = None
    with notices(conn) as said, watching(run.target, conn.info.backend_pid, reading.label, tell):
        for result in stream(conn, message):
            if isinstance(result, Failure):
                failure = result
            elif reading.ends_a_file(result):
                done = reading.done(said)
                if reading.runs:
                    yield done
    if failure and not conn.closed:
        conn.rollback()
        ask(conn, SETTLE)
    if done and not reading.runs:
        yield done
    if failure and reading.runs:
        yield reading.stopped(failure)


def parts(files: Sequence[MigrationFile], run: Run) -> list[Part]:
    """The files as parts of one message, each between its BEGIN and its marks."""
    made = [
        Part(
            file,
            f"{FLUSH}{SETTLE}{begin(run.limits, file)}",
            f"\n;\n{marks(file, run, 'applied')} commit;\n",
        )
        for file in files
    ]
    ahead = accumulate((len(part.text) for part in made), initial=0)
    return [replace(part, ahead=at) for part, at in zip(made, ahead, strict=False)]


@dataclass(slots=True)
class Reading:
    """Which file of a message its results belong to."""

    parts: list[Part]
    at: int = 0  # the part that runs
    results: int = 0  # of that part
    began: float = field(default_factory=time.monotonic)
    flushed: str = ""  # what the server remarks at FLUSH, in its language

    @property
    def runs(self) -> bool:
        """Whether a file of the message is not committed yet."""
        return self.at < len(self.parts)

    def label(self) -> str:
        return self.parts[min(self.at, len(self.parts) - 1)].file.id

    def ends_a_file(self, result: Any) -> bool:
        """Whether it is a COMMIT: each is ours, for a file that has one is refused."""
        self.results += 1
        return bool(result.command_status == b"COMMIT")

    def done(self, said: list[str]) -> Done:
        """The file that was just committed, with what the server remarked of it."""
        now = time.monotonic()
        self.flushed = self.flushed or "".join(said[:1])  # nothing is remarked before
        told = tuple(line for line in said if line != self.flushed and NOBODY not in line)
        done = Done(self.parts[self.at].file.id, now - self.began, told)
        said.clear()
        self.at, self.results, self.began = self.at + 1, 0, now
        return done

    def stopped(self, failure: Failure) -> Stopped:
        position = int(failure.error.diag.statement_position or 0)
        if failure.done == 0 and position:  # the parser reads all of it before any of it runs
            index = sum(part.ahead < position for part in self.parts) - 1
            return Stopped(index, self.parts[index], failure)
        return Stopped(0, self.parts[self.at], replace(failure, done=self.results))
