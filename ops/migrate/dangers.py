"""What a migration may do to a table that is in use: told before it runs, allowed by name.

Read from the statements' words, so it is a hint where SQL is built at run time (DO, EXECUTE).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from . import counting
from .declared import MigrationFile
from .text import place
from .words import Words, actions, has, lower, name_at, outside, plain, split

DELETES, REWRITES, LOCKS, FAILS = "deletes-data", "rewrites-table", "long-lock", "may-fail"
HOLDERS = {"table", "schema", "database", "owned"}
CONSTRAINTS = ("primary", "unique", "check", "foreign", "exclude")
FILLED = {"default", "generated", "serial", "bigserial", "smallserial"}  # or PostgreSQL fills it
BROKEN = {
    "primary": "fails if a row has NULL there, or two rows are alike",
    "unique": "fails if two rows are alike",
    "check": "fails if a row breaks it",
    "foreign": "fails if a row refers to nothing",
    "exclude": "fails if two rows exclude each other",
}
Told = Iterator[tuple[str, str, str]]  # name, why, and the SQL that counts the rows it is about


@dataclass(frozen=True, slots=True)
class Danger:
    """One statement that wants a second look, and why.

    `count` is a SELECT of how many rows are concerned, where that can be told from the text.
    """

    name: str
    line: int
    why: str
    count: str = ""

    def __str__(self) -> str:
        return f"{self.name}: line {self.line} {self.why}"


def dangers(file: MigrationFile) -> tuple[Danger, ...]:
    """Every danger of a SQL migration, in order.

    A table that the file makes itself is in no danger but that of losing data.
    """
    if not file.is_sql:
        return ()
    found = split(file.text)
    made = {table_of(words) for words in found if lower(words[:2]) == ["create", "table"]}
    return tuple(
        Danger(name, place(file.text, words[0].start)[0], why, count)
        for words in found
        for name, why, count in of(words, file.text)
        if name == DELETES or table_of(words) not in made
    )


def of(words: Words, text: str) -> Told:
    said = lower(words)
    first, *rest = said
    if first == "truncate" or (first == "drop" and HOLDERS & {*rest[:1]}):
        what = " ".join(said[: 1 if first == "truncate" else 2]).upper()
        yield DELETES, f"{what} destroys data", counting.gone(words)
    elif first == "drop" and "cascade" in rest:
        yield DELETES, "drops what depends on it too, columns among it", ""
    elif first in ("delete", "with", "merge", "explain") and "delete" in said:
        yield DELETES, "deletes rows", counting.deleted(words, text)
    elif first == "cluster" or (first == "vacuum" and "full" in rest):
        yield REWRITES, "writes the whole table anew while nobody can read it", ""
    elif first == "create" and "index" in rest[:2]:
        yield from of_index(words, text)
    elif said[:2] == ["alter", "table"]:
        for action in actions(words):
            yield from of_action(".".join(name_at(words, 2)), action, text)


def of_index(words: Words, text: str) -> Told:
    said = lower(words)
    if "concurrently" not in said[:4]:
        why = "builds an index while nobody can write: CREATE INDEX CONCURRENTLY does not"
        yield LOCKS, why, ""
    if said[1] == "unique":
        yield FAILS, BROKEN["unique"], counting.alike_in_index(words, text)


def of_action(table: str, action: Words, text: str) -> Told:
    """The dangers of one part of an ALTER TABLE."""
    said = lower(action)
    kind = next((word for word in lower(outside(action)) if word in CONSTRAINTS), "")
    if said[0] == "drop" and said[1:2] != ["constraint"]:
        yield DELETES, "drops a column", counting.filled(table, action)
    elif said[0] == "alter" and "type" in said[2:]:
        yield REWRITES, "changes a column's type: the table may be written anew", ""
    elif said[0] == "alter" and has(said, "set", "not", "null"):
        why = "fails if a row has NULL there, and reads the whole table to know"
        yield FAILS, why, counting.nulls(table, action)
    elif said[0] == "add" and said[1] in ("constraint", *CONSTRAINTS):
        if not has(said, "not", "valid") and not has(said, "using", "index"):
            yield LOCKS, "checks every row under a lock: NOT VALID first, VALIDATE later", ""
            yield FAILS, BROKEN[kind or "check"], counting.broken(table, kind, action, text)
    elif said[0] == "add" and has(said, "not", "null") and not FILLED & set(said):
        why = "fails if the table has rows: a new column that is NOT NULL needs a DEFAULT"
        yield FAILS, why, counting.rows(table)


def table_of(words: Words) -> str:
    """The name behind TABLE, or behind ON of an index; empty where neither is there."""
    said = lower(words)
    anchor = "on" if "index" in said[:4] else "table"
    name = name_at(words, said.index(anchor) + 1) if anchor in said else []
    return ".".join(map(plain, name))
