"""How far a long task is: a bar on a terminal, in a log a line now and then."""

import time
from typing import TextIO

from .terminal import columns
from .words import clean

EVERY = 10  # seconds between two lines of a log
BAR = 20  # characters


class Progress:
    """Written to one stream, which is never the one of the report."""

    def __init__(self, total: int, stream: TextIO) -> None:
        self.total, self.stream = total, stream
        self.moves = stream.isatty()
        self.next_at = time.monotonic() + EVERY

    def show(self, done: int, what: str) -> None:
        """So many are done, and this is what they came to."""
        if self.moves:
            self.write("\r" + self.bar(done, what)[: columns() - 1].ljust(columns() - 1))
        elif time.monotonic() >= self.next_at:
            self.next_at = time.monotonic() + EVERY
            self.write(f"{done} of {max(done, self.total)}: {what}\n")

    def bar(self, done: int, what: str) -> str:
        total = max(done, self.total, 1)
        full = BAR * done // total
        return f"[{'#' * full}{'.' * (BAR - full)}] {done} of {total}: {what}"

    def line(self, text: str) -> None:
        """A line that stays."""
        self.clear()
        self.write(clean(text) + "\n")

    def clear(self) -> None:
        if self.moves:
            self.write("\r" + " " * (columns() - 1) + "\r")

    def write(self, text: str) -> None:
        """Whoever read this may have left: the work goes on."""
        try:
            self.stream.write(text)
            self.stream.flush()
        except OSError:
            self.moves, self.next_at = False, float("inf")
