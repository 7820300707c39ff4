"""TOML as it is written: every mistake is told by its place, which the parser does not keep."""

import re
import tomllib
from collections.abc import Callable, Iterator
from typing import Any

from .errors import SettingsError

TEXT_OR_COMMENT = re.compile(
    r"""\"{3}(?:\\.|[^\\])*?\"{3,} | '{3}.*?'{3,} | "(?:\\.|[^"\\\n])*" | '[^'\n]*' | \#[^\n]*""",
    re.VERBOSE | re.DOTALL,
)
HEAD = re.compile(r"""\s*\[{1,2}\s*["']?([\w-]+)""")
KEY = re.compile(r"""\s*["']?([\w-]+)["']?\s*[=.]""")
HINT = (
    'correct it there: name = value, with text in "", lists in [], true or false in small letters'
)

Place = tuple[str, int, str]  # a table, the how manieth of its name (from 1), and a key in it


def parse(text: str, file: str, parse_float: Callable[[str], Any] = float) -> dict[str, Any]:
    """The document, or SettingsError as `FILE:LINE:COLUMN: what is wrong`."""
    try:
        return tomllib.loads(text, parse_float=parse_float)
    except tomllib.TOMLDecodeError as error:
        # Python 3.11 says where in words only: "(at line 3, column 5)" or "(at end of document)"
        what, _, where = str(error).rpartition(" (at ")
        found = re.match(r"line (\d+), column (\d+)", where)
        last = text.splitlines() or [""]
        line, column = found.groups() if found else (len(last), len(last[-1]) + 1)
    raise SettingsError(f"{file}:{line}:{column}: {what}", hint=HINT)


def lines(text: str) -> tuple[str, ...]:
    """The lines of a text; blank where a long string goes on: what is in it is no TOML."""
    blanked = TEXT_OR_COMMENT.sub(lambda found: "\n" * found[0].count("\n") or found[0], text)
    return tuple(blanked.split("\n"))


def line_of(text: str, table: str, nth: int, key: str) -> int:
    """Where a key of a table stands, or else the head of that table; from 1.

    A table may also be written inline, and what stands above all tables has "" and 0 for one.
    """
    found = {place: number for number, place in reversed([*places(text)])}
    tried = ((table, nth, key), ("", 0, table), (table, nth, ""), (key, 1, ""))
    return next((found[place] for place in tried if place in found), 1)


def places(text: str) -> Iterator[tuple[int, Place]]:
    """Every head of a table and every key, each with its line."""
    here, counts = "", {"": 0}
    for number, line in enumerate(lines(text), 1):
        if head := HEAD.match(line):
            here = head[1]
            counts[here] = counts.get(here, 0) + 1
            yield number, (here, counts[here], "")
        elif key := KEY.match(line):
            yield number, (here, counts[here], key[1])
