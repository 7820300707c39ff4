"""SQL as text: where a statement begins, and what is only comment and white space.

The server gets a file as it is written; nothing here changes what runs. It is needed to hash what
a migration says apart from how it is laid out, and to refuse a file that ends its own transaction.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<comment>--[^\n]*)
    | (?P<block>/\*)
    | (?P<quoted>[eE]'(?:[^'\\]|''|\\.|'\s*\n\s*')*'  # goes on after a line break, E and all
        | [uU]&'(?:[^']|'')*' | '(?:[^']|'')*' | "(?:[^"]|"")*")
    | (?P<open>[eE]'.*)  # an escape string that never ends
    | (?P<dollar>\$(?P<tag>(?:[^\W\d]\w*)?)\$.*?\$(?P=tag)\$)
    | (?P<word>[^\W\d][\w$]*)
    | (?P<number>\d[\w.]*)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
OPENS = re.compile(r"\$(?:[^\W\d]\w*)?\$")
QUIET = {"space", "comment", "block"}
TIGHT = {"(", ")", ",", ";"}  # white space beside them means nothing


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Statement:
    """One top-level statement: its words in lower case (no quoted text), and where it begins."""

    words: tuple[str, ...]
    start: int


def tokens(text: str) -> Iterator[Token]:
    at = 0
    while match := TOKEN.match(text, at):
        kind = match.lastgroup if match.lastgroup != "tag" else "dollar"
        end = end_of_block(text, at) if kind == "block" else match.end()
        yield Token(str(kind), text[at:end], at)
        at = end


def end_of_block(text: str, at: int) -> int:
    """Where a block comment ends; PostgreSQL lets them nest."""
    depth = 0
    for match in re.compile(r"/\*|\*/").finditer(text, at):
        depth += 1 if match.group() == "/*" else -1
        if depth == 0:
            return match.end()
    return len(text)


def unclosed(text: str) -> int | None:
    """Where a quote, a dollar quote or a comment begins that never ends; the offset, or None."""
    for token in tokens(text):
        if token.kind == "block" and not token.text.endswith("*/"):
            return token.start
        if (
            token.kind == "open"
            or token.text in ("'", '"')
            or (token.text == "$" and OPENS.match(text, token.start))
        ):
            return token.start
    return None


def normalised(text: str) -> str:
    """The text without comments, and with white space only where it separates, as one space.

    Quoted text is untouched.
    """
    parts: list[str] = []
    for token in tokens(text):
        if token.kind in QUIET:
            parts += [" "] if parts and parts[-1] not in (" ", *TIGHT) else []
            continue
        if token.text in TIGHT and parts[-1:] == [" "]:
            parts.pop()
        parts.append(token.text)
    return "".join(parts).strip()


def statements(text: str) -> tuple[Statement, ...]:
    """The top-level statements.

    A `;` within BEGIN ATOMIC ... END belongs to the function body, one within (...) to the rule.
    """
    found: list[Statement] = []
    words: list[str] = []
    start, depth, parentheses = -1, 0, 0
    for token in tokens(text):
        if token.kind in QUIET:
            continue
        parentheses = max(parentheses + {"(": 1, ")": -1}.get(token.text, 0), 0)
        if token.text == ";" and depth == parentheses == 0:
            found.append(Statement(tuple(words), start))
            words, start = [], -1
            continue
        start = token.start if start < 0 else start
        words.append(token.text.lower() if token.kind == "word" else token.text[:1])
        depth += opens(words, depth)
    found.append(Statement(tuple(words), start))
    return tuple(statement for statement in found if statement.start >= 0)


def opens(words: list[str], depth: int) -> int:
    """+1 where the last word opens a block of a SQL-standard function body, -1 where it ends it."""
    if words[-2:] == ["begin", "atomic"] or (depth and words[-1] == "case"):
        return 1
    return -1 if depth and words[-1] == "end" else 0


def place(text: str, offset: int) -> tuple[int, int]:
    """Line and column, from 1, of the character at `offset`."""
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1
