"""Why a migration failed, in words: where in the file, what the server said, what to type."""

from collections.abc import Iterator

import psycopg

from ..database import Failure
from ..errors import MigrationFailed, OpsError, Unreachable
from .declared import MigrationFile, shown
from .text import place, statements


def explained(
    file: MigrationFile, failure: Failure, *, prefix: str, kept: str, ahead: int = 0
) -> OpsError:
    """The failure in words: file, line and column, the statement, DETAIL and HINT, what remains.

    `prefix` is what stood before the file's text, `ahead` how much of the message before that.
    """
    error, diagnosis = failure.error, failure.error.diag
    if failure.lost:
        cause = str(error).strip().splitlines()[0]
        return Unreachable(
            f"{file.id}: the connection was lost while it ran ({cause})",
            hint="it is applied whole or not at all; run the same command again",
        )
    at = where(file, failure, prefix, ahead)
    what = f"{shown(file.path)}{at}: {brief(diagnosis.message_primary or str(error))}"
    lines = (what, *excerpt(file, at), *said(diagnosis), kept)
    failed = MigrationFailed("\n".join(lines), hint=cure(error, file))
    failed.__cause__ = error
    return failed


def said(diagnosis: psycopg.errors.Diagnostic) -> Iterator[str]:
    """What else the server had to say."""
    parts = (diagnosis.message_detail, diagnosis.message_hint, diagnosis.context)
    for label, text in zip(("detail", "server's hint", "context"), parts, strict=True):
        if text:
            yield f"{label}: {text}"


def where(file: MigrationFile, failure: Failure, prefix: str, ahead: int) -> str:
    """`:LINE:COLUMN` of the position that the server names, else `:LINE` of the statement."""
    position = failure.error.diag.statement_position
    offset = int(position or 0) - ahead - len(prefix) - 1
    if 0 <= offset <= len(file.text) + len("\n;"):  # the `;` behind it, where the text just ends
        line, column = place(file.text, min(offset, len(file.text)))
        return f":{line}:{column}"
    index, found = failure.done - len(statements(prefix)), statements(file.text)
    if file.is_sql and 0 <= index < len(found):
        return f":{place(file.text, found[index].start)[0]}"
    return ""


def brief(message: str) -> str:
    """One line: a syntax error may quote all the text behind it, our own marks among it."""
    line = message.split("\n", 1)[0]
    return line if len(line) <= 200 else f"{line[:200]}..."


def excerpt(file: MigrationFile, at: str) -> list[str]:
    """The line of the file that is meant, with its number."""
    number, lines = int(at.split(":")[1]) if at else 0, file.text.split("\n")
    return [f"{number:>5} | {lines[number - 1].strip()[:120]}"] if 0 < number <= len(lines) else []


def cure(error: psycopg.Error, file: MigrationFile) -> str:
    if error.sqlstate == "0A000" and "ICU" in str(error):
        return "this PostgreSQL was built without ICU: set POSTGRES_BIN to one that has it"
    if error.sqlstate == "25001":
        return "put `-- transactional: false` on the file's first line, alone with that statement"
    if error.sqlstate == "55P04":
        return "put what uses the new value into a migration of its own, behind this one"
    if error.sqlstate == "55P03":
        return (
            "run the same command again when the table is free: invoke preflight shows who is there"
        )
    if error.sqlstate in ("42P06", "42P07", "42701", "42710", "42723"):
        return (
            "it is there already. A database that is older than its records: invoke"
            " migrate.baseline; something made by hand: take it away, or write the migration for it"
        )
    if file.is_adopted and error.sqlstate in ("42P01", "42703", "42704", "42883"):
        return "it came by no migration: docs/adopting.md, From Prisma, says how it becomes one"
    return "correct the file and run the same command again"
