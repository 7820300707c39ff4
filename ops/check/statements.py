"""What a new migration says: names that fold or are cut, and what an empty database forgives."""

import re
from collections.abc import Iterator
from functools import partial

from ..findings import Finding
from ..migrate.dangers import CONSTRAINTS, FILLED
from ..migrate.declared import MigrationFile
from ..migrate.text import Token, place
from ..migrate.words import Words, actions, bare_name, has, lower, outside, split
from ..names import unquoted
from .complaints import complaint

CAMEL = re.compile(r"(?=.*[A-Z]).*[a-z]", re.DOTALL)
LONGEST = 63  # bytes of a name that PostgreSQL keeps
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
        name = bare_name(statement, words.index("table") + 1)
        message = f"IF NOT EXISTS hides a table {name} of another shape"
        yield statement[0], message, "write CREATE TABLE: a migration runs once"


def cut(statement: Words) -> Complaints:
    for token in statement:
        name = unquoted(token.text)
        is_name = token.kind == "word" or token.text[:1] == '"'
        if is_name and len(name.encode()) > LONGEST:
            kept = name.encode()[:LONGEST].decode("utf-8", "ignore")
            yield token, f"{name} is cut to {kept}", f"write a name of at most {LONGEST} bytes"


def unfilled(made: set[str], statement: Words) -> Complaints:
    """ADD COLUMN ... NOT NULL without a value for the rows of a table that may have some."""
    if lower(statement)[:2] != ["alter", "table"] or bare_name(statement, 2) in made:
        return
    for action in actions(statement):
        words = lower(outside(action))
        if words[:1] != ["add"] or words[1] in ("constraint", *CONSTRAINTS):
            continue
        needs = has(words, "not", "null") or has(words, "primary", "key")
        if needs and not FILLED & set(words):
            name = bare_name([t for t in action if t.text.lower() != "column"], 1)
            message = f"{name} is NOT NULL without DEFAULT: that fails on a table with rows"
            yield action[0], message, "give it a DEFAULT, or fill it before SET NOT NULL"


def created(statement: Words) -> Iterator[str]:
    words = lower(statement)
    if words[0] == "create" and "table" in words[:4]:
        yield bare_name(statement, words.index("table") + 1)
