"""Where words go: two streams, a file, and the page that GitHub keeps of a step."""

import os
import shutil
import sys
import time
from contextlib import suppress
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TextIO

from .errors import SettingsError
from .names import meant

CALLER = Path.cwd()  # where `--output` and `--env` are meant
FORMATS = ("terminal", "json", "junit", "github", "html")  # each is a module of report/


def check_format(format: str) -> None:
    if format not in FORMATS:
        raise SettingsError(
            f"there is no format {format!r}{meant(format, FORMATS)}",
            hint=f"--format {' | '.join(FORMATS)}",
        )


def check_output(output: str) -> None:
    """Before any work: a report that cannot be kept is a mistake of the command line."""
    if output and ((CALLER / output).is_dir() or not (CALLER / output).parent.is_dir()):
        raise SettingsError(
            f"cannot write {output}: no such folder, or a folder itself",
            hint="give a file in a folder that exists",
        )


def speak_utf8() -> None:
    """Whatever the locale: a page and a document say that they are UTF-8, and no word may fail."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def say(text: str) -> None:
    """Progress: on stderr, so that stdout holds the report and nothing else.

    A text that ends in a carriage return is overwritten by the next one; a log, where nothing can
    be, has one of these every few seconds.
    """
    PASSING.say(text, sys.stderr)


class Passing:
    """The last line of a terminal, while it is still to be overwritten."""

    BETWEEN = 5.0  # seconds, in a log

    def __init__(self) -> None:
        self.width, self.said_at = 0, time.monotonic()

    def say(self, text: str, stream: TextIO | None) -> None:
        if stream is None:  # closed by whoever started us
            return
        stays, words = not text.endswith("\r"), text.rstrip("\r")
        if not stream.isatty():
            stays = stays or time.monotonic() - self.said_at >= self.BETWEEN
            if not stays:
                return
            self.said_at = time.monotonic()
        words = fitted(words) if stays else words[: shutil.get_terminal_size().columns - 1]
        before = "\r" if self.width else ""
        with suppress(OSError):  # whoever read this may have left: the work goes on
            first, *rest = words.split("\n")
            words = "\n".join([f"{first:<{self.width}}", *rest])
            print(f"{before}{words}", end="\n" * stays, file=stream, flush=True)
        self.width = 0 if stays else len(words)

    def clear(self, stream: TextIO | None) -> None:
        """Take away the line that passes: what comes next would stand beside it."""
        if self.width:
            print(f"\r{'':<{self.width}}\r", end="", file=stream, flush=True)
            self.width = 0


def fitted(text: str, hanging: int = 2) -> str:
    from .report.terminal import wrapped

    return "\n".join(wrapped(text, indent=0, hanging=hanging))


PASSING = Passing()
UNWRITTEN: list[str] = []  # where a report should have gone: its task does not end with 0


def show(text: str) -> None:
    """One line more on stdout. Its reader may have left, its disk be full: the work goes on."""
    PASSING.clear(sys.stderr)
    try:
        print(text, flush=True)
    except OSError as error:
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115  # open until the process ends
        if not isinstance(error, BrokenPipeError):  # who leaves has read what they wanted
            lose("stdout", error)


def note(text: str, hanging: int = 2) -> None:
    """Sentences on stdout, as wide as the screen."""
    show(fitted(text, hanging))


def lose(what: str, error: OSError) -> None:
    say(f"could not write {what}: {error.strerror}")
    UNWRITTEN.append(what)


def paint(text: str) -> None:
    """Show a text for a person, with colour where it is seen and nobody declined it."""
    from .report.colour import painted

    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    seen = sys.stdout is not None and sys.stdout.isatty()
    show(painted(text) if seen and not plain else text)


def keep(text: str, output: str) -> None:
    """Write a report to a file too; what was done stands, whether or not it can be written."""
    if output:
        try:
            (CALLER / output).write_text(text + "\n", "utf-8", "backslashreplace")
        except OSError as error:
            lose(output, error)


def emit(text: str, output: str) -> None:
    show(text)
    keep(text, output)


def voice(format: str) -> Any:
    """The module that tells a verdict in this format."""
    return import_module(f".report.{format}", __package__)


def report(verdict: Any, format: str, output: str) -> None:
    """Tell a verdict, on stdout and in a file, and on the page that GitHub keeps of the step."""
    text = voice(format).render(verdict)
    (paint if format == "terminal" else show)(text)
    keep(text, output)
    if format == "github":
        summarise(voice(format).summary(verdict))


def summarise(text: str) -> None:
    """Append to the page of the step, where there is one."""
    if path := os.environ.get("GITHUB_STEP_SUMMARY"):
        try:
            with Path(path).open("a", encoding="utf-8", errors="backslashreplace") as page:
                page.write(text)
        except OSError as error:
            say(f"could not write GITHUB_STEP_SUMMARY: {error.strerror}")
