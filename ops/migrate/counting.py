"""How many rows a danger is about: the question, read off the statement, for the target to answer.

Each is a SELECT that stops after MANY rows. It is text from the migration itself, so it may fail
where an earlier migration must come first: then nothing is counted.
"""

import psycopg

from ..database import Conn, ask
from .words import Words, enclosed, lower, name_at

MANY = 10_000
BOUNDED = "select count(*) from (select from {} limit {}) counted"
LIMITS = "begin read only; set local statement_timeout = '10s'; set local lock_timeout = '1s';"


def answer(conn: Conn, question: str) -> str:
    """`: 17 here`; empty when there is no question, or no answer to it."""
    if not question:
        return ""
    try:
        ((count,),) = ask(conn, f"{LIMITS} {question}; commit")[-1]
    except psycopg.Error:
        if conn.closed:
            raise
        conn.rollback()
        return ""
    return f": {f'{MANY:,} or more' if count > MANY else count or 'none'} here"


def bounded(what: str) -> str:
    return BOUNDED.format(what, MANY + 1)


def rows(table: str, where: str = "") -> str:
    return bounded(f"{table} where {where}" if where else table)


def gone(words: Words) -> str:
    """The rows of the one table that is dropped or emptied."""
    said = lower(words)
    at = 2 if said[1:2] == ["table"] else 1
    one_table = said[:2] == ["drop", "table"] or (said[0] == "truncate" and "," not in said)
    return rows(".".join(name_at(words, at))) if one_table and "," not in said else ""


def deleted(words: Words, text: str) -> str:
    """The rows of a plain DELETE."""
    said = lower(words)
    if said[:2] != ["delete", "from"] or {"using", "returning", "as"} & set(said):
        return ""
    table = name_at(words, 2)
    behind = 2 + 2 * len(table) - 1
    if said[behind : behind + 1] not in ([], ["where"]):
        return ""
    end = words[-1].start + len(words[-1].text)
    return rows(".".join(table), text[words[behind].start + 5 : end] if said[behind:] else "")


def column_of(action: Words) -> str:
    """The column of ALTER COLUMN name ..., DROP name ..., as it is written."""
    named = [token for token in action[1:] if token.text.lower() not in ("column", "if", "exists")]
    return named[0].text if named else ""


def filled(table: str, action: Words) -> str:
    return rows(table, f"{column_of(action)} is not null")


def nulls(table: str, action: Words) -> str:
    return rows(table, f"{column_of(action)} is null")


def broken(table: str, kind: str, action: Words, text: str) -> str:
    """The rows that a new constraint would not have."""
    if kind == "check":
        return rows(table, f"not ({enclosed(action, text, 'check')})")
    if kind == "foreign":
        return orphans(table, action, text)
    columns = enclosed(action, text, kind) if kind in ("unique", "primary") else ""
    if not columns:
        return ""
    empty = " or ".join(f"{column} is null" for column in columns.split(","))
    return rows(table, empty) if kind == "primary" else alike(table, columns)


def alike(table: str, columns: str, where: str = "true") -> str:
    """The values that stand in more than one row."""
    known = " and ".join(f"({column}) is not null" for column in columns.split(","))
    grouped = f"group by {columns} having count(*) > 1"
    return bounded(f"(select from {table} where ({where}) and {known} {grouped}) twice")


def alike_in_index(words: Words, text: str) -> str:
    """The same, of a unique index over plain columns."""
    said = lower(words)
    columns = enclosed(words, text, "on")
    if "on" not in said or "(" in columns or "nulls" in said:
        return ""
    end = words[-1].start + len(words[-1].text)
    where = text[words[said.index("where")].start + 5 : end] if "where" in said else "true"
    return alike(".".join(name_at(words, said.index("on") + 1)), columns, where)


def orphans(table: str, action: Words, text: str) -> str:
    """The rows whose foreign key leads nowhere, where the columns of both sides are written."""
    said = lower(action)
    target = ".".join(name_at(action, said.index("references") + 1))
    pairs = list(
        zip(
            enclosed(action, text, "foreign").split(","),
            enclosed(action, text, "references").split(","),
            strict=False,
        )
    )
    if not all(there.strip() for _, there in pairs):
        return ""
    known = " and ".join(f"child.{here.strip()} is not null" for here, _ in pairs)
    same = " and ".join(f"parent.{there.strip()} = child.{here.strip()}" for here, there in pairs)
    nowhere = f"not exists (select from {target} parent where {same})"
    return bounded(f"{table} child where {known} and {nowhere}")
