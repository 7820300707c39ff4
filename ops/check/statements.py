"""What a new migration says: names that fold or are cut, and what an empty database forgives."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import partial

from ..findings import Finding
from ..migrate.declared import MigrationFile
from ..migrate.text import QUIET, Token, place, statements, tokens
from .complaints import complaint

CAMEL = re.compile(r"(?=.*[A-Z]).*[a-z]", re.DOTALL)
NOT_A_COLUMN = {"constraint", "primary", "unique", "check", "foreign", "exclude"}
FILLED = {"default", "generated", "serial", "bigserial", "smallserial"}  # or PostgreSQL fills it
LONGEST = 63  # bytes of a name that PostgreSQL keeps
SKIPPED = {"if", "not", "exists", "only"}  # between TABLE and the name
Words = list[Token]
Complaints = Iterator[tuple[Token, str, str]]  # where, what is, what to type


def judge(file: MigrationFile) -> Iterator[Finding]:
    """Every complaint about one SQL file, in the order of its text. Pure."""
    found = split(file.text)
    made = {name for statement in found for name in created(statement)}
    rules = (folded, hidden, cut, partial(unfilled, made))
    told = sorted(
        (token.start, message, hint)
        for statement in found
        for rule in rules
        for token, message, hint in rule(statement)
    )
    first = {message: (start, hint) for start, message, hint in reversed(told)}
    for message, (start, hint) in sorted(first.items(), key=lambda item: item[1]):
        yield complaint(file.path, place(file.text, start)[0], message, hint)


def split(text: str) -> list[Words]:
    """The tokens of each top-level statement, without comments and white space."""
    starts = [statement.start for statement in statements(text)]
    parts: list[Words] = [[] for _ in starts]
    for token in tokens(text):
        if token.kind not in QUIET and (index := bisect_right(starts, token.start)):
            parts[index - 1].append(token)
    return parts


def folded(statement: Words) -> Complaints:
    """`customerId` becomes customerid; `Create` is a keyword of somebody who writes them so."""
    if statement[0].text.lower() not in ("create", "alter"):
        return
    titled = statement[0].text.istitle()
    for token in statement:
        if token.kind == "word" and CAMEL.match(token.text) and not (titled & token.text.istitle()):
            small = token.text.lower()
            yield token, f"{token.text} becomes {small}", f'write "{token.text}", or {small}'


def hidden(statement: Words) -> Complaints:
    words = lower(statement)
    if words[0] == "create" and has(words[:7], "table", "if", "not", "exists"):
        name = name_at(statement, words.index("table") + 1)
        message = f"IF NOT EXISTS hides a table {name} of another shape"
        yield statement[0], message, "write CREATE TABLE: a migration runs once"


def cut(statement: Words) -> Complaints:
    for token in statement:
        name = token.text[1:-1].replace('""', '"') if token.text[:1] == '"' else token.text
        is_name = token.kind == "word" or token.text[:1] == '"'
        if is_name and len(name.encode()) > LONGEST:
            kept = name.encode()[:LONGEST].decode("utf-8", "ignore")
            yield token, f"{name} is cut to {kept}", f"write a name of at most {LONGEST} bytes"


def unfilled(made: set[str], statement: Words) -> Complaints:
    """ADD COLUMN ... NOT NULL without a value for the rows of a table that may have some."""
    if lower(statement)[:2] != ["alter", "table"] or name_at(statement, 2) in made:
        return
    for action in actions(statement):
        words = lower(action)
        if words[:1] != ["add"] or words[1] in NOT_A_COLUMN:
            continue
        needs = has(words, "not", "null") or has(words, "primary", "key")
        if needs and not FILLED & set(words):
            name = name_at([t for t in action if t.text.lower() != "column"], 1)
            message = f"{name} is NOT NULL without DEFAULT: that fails on a table with rows"
            yield action[0], message, "give it a DEFAULT, or fill it before SET NOT NULL"


def created(statement: Words) -> Iterator[str]:
    words = lower(statement)
    if words[0] == "create" and "table" in words[:4]:
        yield name_at(statement, words.index("table") + 1)


def name_at(statement: Words, at: int) -> str:
    """The last part of the table's name that begins there, as PostgreSQL folds it."""
    rest = [token for token in statement[at:] if token.text.lower() not in SKIPPED]
    parts = [token.text for token in rest[:1]]
    for dot, token in zip(rest[1::2], rest[2::2], strict=False):
        if dot.text != ".":
            break
        parts.append(token.text)
    return plain(parts[-1]) if parts else ""


def plain(name: str) -> str:
    return name[1:-1].replace('""', '"') if name[:1] == '"' else name.lower()


def actions(statement: Words) -> list[Words]:
    """The actions of an ALTER TABLE, each from its ADD, DROP or ALTER on, without parentheses."""
    parts: list[Words] = [[]]
    depth = 0
    for token in statement[2:]:
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if depth == 0 and token.text == ",":
            parts.append([])
        elif depth == 0 and (parts[-1] or token.text.lower() in ("add", "drop", "alter")):
            parts[-1].append(token)
    return parts


def lower(statement: Words) -> list[str]:
    return [token.text.lower() for token in statement]


def has(words: list[str], *run: str) -> bool:
    return any(tuple(words[i : i + len(run)]) == run for i in range(len(words)))
