"""What could be applied only in part is not applied at all; said before anything runs."""

from collections.abc import Iterator

from ..errors import SettingsError
from .declared import MigrationFile, shown
from .text import Statement, place, statements, unclosed

ENDS_TRANSACTION = {"begin", "start", "commit", "end", "rollback", "abort"}
# What PostgreSQL runs only outside of a transaction; a procedure that is called may commit.
ALONE = {"vacuum", "cluster", "reindex", "call"}
ALONE_PAIRS = {
    ("alter", "type"),
    ("alter", "system"),
    ("alter", "database"),
    ("create", "database"),
    ("drop", "database"),
    ("create", "tablespace"),
    ("drop", "tablespace"),
    ("create", "subscription"),
    ("drop", "subscription"),
}

Complaint = tuple[int, str, str]  # where in the text, what is, what to do


def refuse_what_cannot_run(file: MigrationFile) -> None:
    """Raise SettingsError, with file and line, for the first reason against applying a file."""
    for offset, message, hint in complaints(file) if file.is_sql else ():
        line, _ = place(file.text, offset)
        raise SettingsError(f"{shown(file.path)}:{line}: {message}", hint=hint)


def complaints(file: MigrationFile) -> Iterator[Complaint]:
    found = statements(file.text)
    if "\0" in file.text:
        yield file.text.index("\0"), "a zero byte ends the text there", "save it as UTF-8"
    if (offset := unclosed(file.text)) is not None:
        yield offset, "a quote or comment begins here and never ends", "close it"
    if not found:
        hint = "write it, or delete the file: an empty migration hides a change made by hand"
        yield 0, "holds no statement", hint
    for statement in found:
        if statement.words[:1] == ("copy",) and "stdin" in statement.words:
            yield statement.start, "COPY FROM STDIN needs psql", "write INSERT statements"
    yield from whole(found) if file.transactional else alone(found)


def whole(found: tuple[Statement, ...]) -> Iterator[Complaint]:
    """A transaction that the file would end itself does not keep it whole."""
    for statement in found:
        if ends_transaction(statement):
            word = statement.words[0].upper()
            hint = "delete that line: each migration already runs in a transaction of its own"
            yield statement.start, f"{word} would end the transaction that keeps it whole", hint


def ends_transaction(statement: Statement) -> bool:
    first, rest = statement.words[0], statement.words[1:]
    if first == "rollback" and "to" in rest[:3]:  # to a savepoint: stays inside
        return False
    if first in ("start", "prepare"):
        return rest[:1] == ("transaction",)
    return first in ENDS_TRANSACTION


def alone(found: tuple[Statement, ...]) -> Iterator[Complaint]:
    """One statement, of those that need it, and one that can be found again after a kill."""
    for statement in found[1:2]:
        message = "a second statement in a file without a transaction"
        yield statement.start, message, "split the file"
    for statement in found[:1]:
        words = statement.words
        if "concurrently" not in words and not (words[0] in ALONE or words[:2] in ALONE_PAIRS):
            message = f"{words[0].upper()} needs no `-- transactional: false`"
            hint = "delete that line: interrupted, the statement could run twice"
            yield statement.start, message, hint
        if "concurrently" in words and words[words.index("concurrently") + 1 :][:1] == ("on",):
            hint = "give it a name: what an interrupted build leaves could not be found again"
            yield statement.start, "the index has no name", hint
