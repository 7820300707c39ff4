"""What a migration may do to a table that is in use: told before it runs, allowed by name.

Read from the statements' words, so it is a hint where SQL is built at run time (DO, EXECUTE).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from .declared import MigrationFile
from .text import Statement, place, statements

DELETES, REWRITES, LOCKS, FAILS = "deletes-data", "rewrites-table", "long-lock", "may-fail"
STAYS = {"constraint", "default", "not", "identity", "expression"}  # what a DROP loses no data of
HOLDERS = {"table", "schema", "database", "owned"}


@dataclass(frozen=True, slots=True)
class Danger:
    """One statement that wants a second look, and why."""

    name: str
    line: int
    why: str

    def __str__(self) -> str:
        return f"{self.name}: line {self.line} {self.why}"


def dangers(file: MigrationFile) -> tuple[Danger, ...]:
    """Every danger of a SQL migration, in order.

    A table that the file makes itself is in no danger but that of losing data.
    """
    if not file.is_sql:
        return ()
    found = statements(file.text)
    made = {table_of(s) for s in found if s.words[:2] == ("create", "table")} - {""}
    return tuple(
        Danger(name, place(file.text, statement.start)[0], why)
        for statement in found
        for name, why in of(statement)
        if name == DELETES or table_of(statement) not in made
    )


def of(statement: Statement) -> Iterator[tuple[str, str]]:
    words = statement.words
    first, *rest = words
    if first == "truncate" or (first == "drop" and HOLDERS & {*rest[:1]}):
        yield DELETES, f"{' '.join(words[: 1 if first == 'truncate' else 2]).upper()} destroys data"
    elif first == "drop" and "cascade" in rest:
        yield DELETES, "drops what depends on it too, columns among it"
    elif first in ("delete", "with", "merge", "explain") and "delete" in words:
        yield DELETES, "deletes rows"
    elif first == "cluster" or (first == "vacuum" and "full" in rest):
        yield REWRITES, "writes the whole table anew while nobody can read it"
    elif first == "create" and "index" in rest[:2] and "concurrently" not in rest[:3]:
        yield LOCKS, "builds an index while nobody can write: CREATE INDEX CONCURRENTLY does not"
    elif words[:2] == ("alter", "table"):
        yield from of_alter(words)


def of_alter(words: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The dangers of the actions of one ALTER TABLE."""
    pairs = list(zip(words, (*words[1:], ""), strict=True))
    if any(word == "drop" and follows not in STAYS for word, follows in pairs):
        yield DELETES, "drops a column"
    if "type" in words and "alter" in words[2:]:
        yield REWRITES, "changes a column's type: the table may be written anew"
    if has(words, "set", "not", "null"):
        yield FAILS, "fails if a row has NULL there, and reads the whole table to know"
    if "add" in words and has(words, "not", "null") and "default" not in words:
        yield FAILS, "fails if the table has rows: a new column that is NOT NULL needs a DEFAULT"
    if ("add", "constraint") in pairs and not has(words, "not", "valid") and "using" not in words:
        yield LOCKS, "checks every row under a lock: NOT VALID first, VALIDATE later"


def has(words: tuple[str, ...], *run: str) -> bool:
    return any(words[i : i + len(run)] == run for i in range(len(words)))


def table_of(statement: Statement) -> str:
    """The name behind TABLE, or behind ON of an index; empty where it is quoted or not there."""
    words = statement.words
    anchor = "on" if "index" in words[:4] else "table"
    if anchor not in words:
        return ""
    rest = [w for w in words[words.index(anchor) + 1 :] if w not in ("only", "if", "not", "exists")]
    name = rest[:3] if rest[1:2] == ["."] else rest[:1]
    return "" if '"' in name else "".join(name)
