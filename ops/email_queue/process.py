"""The worker: claims a few messages, hands each over, records how it went, until nothing is due."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ..errors import Unreachable
from .apply import Queue
from .declared import Relay
from .message import Letter, Undelivered, compose
from .smtp import Line

BATCH = 10  # messages; what a worker that is killed keeps from the others for a while
LISTED = 20  # messages that a dry run shows
PATIENCE = 5  # messages in a row that the server did not take, before we ask whether it will any
OURS = ("message", "header", "address", "size")  # kinds of problems that the server has no part in


@dataclass(slots=True)
class Tally:
    """What a run has come to so far."""

    sent: int = 0
    later: int = 0  # to be tried again
    failed: int = 0
    refused_in_a_row: int = 0

    @property
    def seen(self) -> int:
        return self.sent + self.later + self.failed


Tell = Callable[[Tally, Letter, Undelivered | None], None]


class Worker:
    """One run: at most `limit` messages, at most `rate` in a second."""

    def __init__(
        self,
        queue: Queue,
        relay: Relay,
        tell: Tell = lambda *_: None,
        limit: float = float("inf"),
        rate: float = float("inf"),
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        self.queue, self.relay, self.tell = queue, relay, tell
        self.limit, self.rate, self.wait = limit, rate, wait
        self.line, self.tally, self.next_at = Line(relay, wait), Tally(), 0.0

    def run(self, only: Any = None) -> None:
        """Send what is due, or one message. First, what dead workers left is taken back.

        Unreachable when the server takes no message: then all that is claimed is put back.
        """
        try:
            self.queue.take_back()
            while letters := self.queue.claim(self.room, only):
                for letter in letters:
                    self.attend(letter)
        finally:
            self.queue.release()
            self.line.hang_up()

    @property
    def room(self) -> int:
        return int(min(BATCH, self.limit - self.tally.seen))

    def attend(self, letter: Letter) -> None:
        """One message. From where it is handed over to its record, an interruption waits."""
        self.pace()
        try:
            parcel = compose(letter, self.relay.sender)
            self.line.begin(parcel)
        except Undelivered as problem:
            return self.settle(letter, problem)
        if not self.queue.holds(letter):
            return self.line.drop()
        with shielded():
            try:
                self.line.finish(parcel)
            except Undelivered as problem:
                return self.settle(letter, problem)
            return self.settle(letter, None)

    def settle(self, letter: Letter, problem: Undelivered | None) -> None:
        """Record how it went, and tell; Unreachable when there is a pattern."""
        self.count(self.queue.record(letter, problem), problem)
        self.tell(self.tally, letter, problem)
        if problem and self.tally.refused_in_a_row >= PATIENCE:
            raise Unreachable(
                f"mail server {self.relay}: {PATIENCE} messages in a row were not taken;"
                f" the last: {problem}",
                hint="invoke email.check; if it is right: invoke email.process",
            )

    def count(self, status: str, problem: Undelivered | None) -> None:
        tally = self.tally
        tally.sent += status == "sent"
        tally.later += status == "pending"
        tally.failed += status == "failed"
        if problem is None:
            tally.refused_in_a_row = 0
        elif problem.kind not in OURS:
            tally.refused_in_a_row += 1

    def pace(self) -> None:
        """Wait until the next message may go."""
        pause = self.next_at - time.monotonic()
        if pause > 0:
            self.wait(pause)
        self.next_at = max(self.next_at, time.monotonic()) + 1 / self.rate


@contextmanager
def shielded() -> Iterator[None]:
    """Let the first SIGTERM or Ctrl-C wait until the block has ended; a second does not wait."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    caught: list[int] = []

    def note(number: int, _: Any) -> None:
        caught.append(number)
        restore()

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    for number in before:
        signal.signal(number, note)
    try:
        yield
    finally:
        restore()
    if caught:
        signal.raise_signal(caught[0])
