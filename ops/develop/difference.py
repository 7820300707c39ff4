"""The statements that lead from one schema to another, as a migration says them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import psycopg

from ..database import Conn, ask
from ..drift import observed as catalogue
from ..drift.ddl import DESTROYS, repair
from ..drift.declared import Snapshot
from ..drift.objects import IDENTIFIER, Objects, Properties, kind_of, name_of
from ..drift.remarks import without_comments
from ..drift.renames import Pair, renames
from ..drift.scope import narrow
from ..drift.statements import rename

# steps that destroy data, for one reason: it stands before each, whose lines are comments
LINES = rf"(?:^{DESTROYS}.*\n)+"
HELD = re.compile(rf"^-- (?P<note>.*)\n(?P<steps>{LINES}(?:^-- (?P=note)\n{LINES})*)", re.MULTILINE)
ADDED = re.compile(
    rf"^alter table (?P<table>\S.*?) add column (?P<column>{IDENTIFIER}) .*;$", re.MULTILINE
)
BODIES = "set check_function_bodies = off;\n"
RUNNER = re.compile(r"\A-- Run this as .*\n")  # for whoever runs it by hand
ROUTINE = re.compile(r"^create (or replace )?(function|procedure|aggregate)", re.MULTILINE)


def towards(conn: Conn, target: Objects, terms: Mapping[str, Any]) -> str:
    """What makes the schema on this connection the target; tried here, and taken back.

    Nothing is commented out: what destroys data says so in a line before it. What was renamed is
    renamed, and keeps its data.
    `terms` are those of a comparison: what is left out of it.
    """
    with conn.transaction(force_rollback=True):
        names, here = renamed(conn, target, terms)
    rest = repair(Snapshot(hushed(target, here)), here, **terms)
    return "".join(f"{statement};\n" for statement in names) + in_order(plain(rest), target)


def hushed(target: Objects, here: Objects) -> Objects:
    """The target, where no comment is one that it wants gone; a comparison would let it stay."""
    return {subject: {**p, **silence(p, here.get(subject, {}))} for subject, p in target.items()}


def silence(wanted: Properties, seen: Properties) -> Properties:
    """An empty comment for each that is here and not wanted.

    A part, such as a column of a view, may be gone where the rest of the object differs too.
    """
    told, same = wanted.get("comments", {}), without_comments(wanted) == without_comments(seen)
    gone = {part: "" for part in seen.get("comments", {}) if part not in told and same}
    whole = {"comment": ""} if "comment" in seen and "comment" not in wanted else {}
    return {**whole, "comments": {**told, **gone}} if gone else whole


def seen(conn: Conn) -> Objects:
    """The schema, within the transaction that is open."""
    return catalogue.parse(ask(conn, f"{catalogue.SETTINGS} {catalogue.query()}")[-1])


def renamed(conn: Conn, target: Objects, terms: Mapping[str, Any]) -> tuple[list[str], Objects]:
    """Give what was renamed its new name, one at a time: the statements, and the schema then."""
    here, done, tried = seen(conn), list[str](), set[str]()
    while pair := next((p for p in candidates(target, here, terms) if p[0] not in tried), None):
        new, old = pair
        tried.add(new)
        statement = rename(old, new, {})
        if works(conn, statement):
            done.append(statement)
            here = seen(conn)
    return done, here


def works(conn: Conn, statement: str) -> bool:
    """Whether it can be done; of an inherited column, for one, the name is its parent's affair."""
    try:
        with conn.transaction():
            conn.execute(statement)
    except psycopg.Error:
        return False
    return True


def candidates(target: Objects, here: Objects, terms: Mapping[str, Any]) -> Iterator[Pair]:
    scope = narrow(Snapshot(target), here, frozenset(), terms.get("ignore", ()))
    return renames(scope.declared, scope.observed)


def plain(text: str) -> str:
    """The repair with every step a statement; the setting it begins with only where it matters."""
    body = RUNNER.sub("", text.removeprefix(BODIES))
    head = BODIES.replace("set ", "set local ", 1) if ROUTINE.search(body) else ""
    return head + HELD.sub(stated, body)


def in_order(text: str, target: Objects) -> str:
    """The text, in which each table gets its new columns in the order that they have there."""
    place = {
        (name_of(subject), column): at
        for subject, properties in target.items()
        if kind_of(subject) == "table"
        for at, column in enumerate(properties.get("columns", ()))
    }
    found = list(ADDED.finditer(text))
    found.sort(key=lambda added: place.get((added["table"], added["column"]), 0))
    waiting: dict[str, list[str]] = {}
    for added in found:
        waiting.setdefault(added["table"], []).append(added[0])
    return ADDED.sub(lambda added: waiting[added["table"]].pop(0), text)


def stated(held: re.Match[str]) -> str:
    """The steps as statements, their reason once."""
    note = held["note"]
    steps = re.sub(rf"(?m)^{DESTROYS}", "", held["steps"].replace(f"-- {note}\n", ""))
    if note.startswith("only "):  # they waited for another one, which is taken now
        return steps
    return f"{'-- ' if note.startswith('to keep ') else DESTROYS}{note}\n{steps}"
