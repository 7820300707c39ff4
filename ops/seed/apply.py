"""Deliver the rows: one message, one transaction, only what differs."""

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from ..database import Conn, Failure, ask, attempt
from ..errors import OpsError, Refused, Unreachable
from .declared import label
from .observed import scope, table
from .shape import Surplus
from .source import shown
from .values import as_json
from .words import Change, Kind, SeedDiff

REFERENCED = ("23503", "23001")  # ON DELETE NO ACTION, and RESTRICT from PostgreSQL 18 on
Statement = tuple[Change, sql.Composed]


def plan(diffs: Sequence[SeedDiff], schema: str, *, prune: bool = False) -> tuple[Statement, ...]:
    """The statements that would bring the rows to Git's, in order; nothing for what is equal.

    A row that others may refer to comes before them and goes after them. Surplus rows go where the
    seed says so, or with `prune`; duplicates are left for a person to choose from.
    """
    chosen = [(diff, change) for diff in diffs
              for change in diff.of(Kind.INSERT, Kind.UPDATE, Kind.DEACTIVATE)]  # fmt: skip
    for diff in reversed(diffs):
        if prune or diff.seed.surplus is Surplus.PRUNE:
            chosen += [(diff, change) for change in diff.of(Kind.SURPLUS)]
    return tuple((change, statement(diff, change, schema)) for diff, change in chosen)


def statement(diff: SeedDiff, change: Change, schema: str) -> sql.Composed:
    acts = {Kind.INSERT: insert, Kind.SURPLUS: delete}
    types = {name: str(properties["type"]) for name, properties in diff.columns.items()}
    return acts.get(change.kind, update)(change, types, table(change.seed, schema))


def insert(change: Change, types: dict[str, str], into: sql.Identifier) -> sql.Composed:
    values = change.values
    return sql.SQL("insert into {} ({}) values ({})").format(
        into,
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join(literal(value, types.get(name)) for name, value in values.items()),
    )


def update(change: Change, types: dict[str, str], into: sql.Identifier) -> sql.Composed:
    pairs = [
        sql.SQL("{} = {}").format(
            sql.Identifier(name), literal(change.values[name], types.get(name))
        )
        for name in change.columns
    ]
    return sql.SQL("update {} set {} where {}").format(
        into, sql.SQL(", ").join(pairs), this_row(change, types)
    )


def delete(change: Change, types: dict[str, str], into: sql.Identifier) -> sql.Composed:
    return sql.SQL("delete from {} where {}").format(into, this_row(change, types))


def this_row(change: Change, types: dict[str, str]) -> sql.Composed:
    """By its key, and only while it is Git's: a customer's row is out of reach."""
    parts = [
        sql.SQL("{} = {}").format(sql.Identifier(name), literal(value, types.get(name)))
        for name, value in zip(change.seed.key, change.key, strict=True)
    ]
    return sql.SQL(" and ").join([*parts, scope(change.seed)])


def literal(value: Any, kind: str | None) -> sql.Composable:
    """A value as text with its column's type behind it: PostgreSQL reads it as if from a file."""
    if value is None:
        return sql.SQL("null")
    if kind in ("json", "jsonb"):
        text: Any = as_json(value)
    else:
        text = value if isinstance(value, list) else spelt(value)
    cast = f"::{kind}" if kind else ""
    return sql.Composed([sql.Literal(text), sql.SQL(cast)])


def spelt(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def apply(conn: Conn, diffs: Sequence[SeedDiff], statements: Sequence[Statement]) -> None:
    """Run the statements and remember what was delivered; all of it or nothing.

    Raises Refused when a row is no longer as it was read, or when the database says no to one.
    """
    texts = [text.as_string(conn) for _, text in statements]
    message = ";\n".join(["begin", *texts, *remembered(conn, diffs, statements), ""])
    result = attempt(conn, message)
    if isinstance(result, Failure):
        raise explained(result, statements)
    for (change, _), count in zip(statements, result[1:], strict=False):
        if count != max(change.times, 1):
            conn.rollback()
            raise Refused(
                f"{change.subject} changed while it was looked at; nothing was written",
                hint="run the same command again",
            )
    ask(conn, "commit")


def remembered(conn: Conn, diffs: Sequence[SeedDiff], statements: Sequence[Statement]) -> list[str]:
    """The upserts of what is delivered now, and the removal of what was pruned."""
    rows = [(diff.seed.table, record) for diff in diffs for record in diff.records]
    pruned = [c for c, _ in statements if c.kind is Kind.SURPLUS]
    texts = [
        sql.SQL("delete from ops.delivered where table_name = {} and key = {}").format(
            sql.Literal(change.seed.table), sql.Literal(label(change.key))
        )
        for change in pruned
    ]
    if rows:
        values = sql.SQL(", ").join(
            sql.SQL("({}, {}, {}, {})").format(
                *map(sql.Literal, (table, record.key, record.hash, Jsonb(record.columns)))
            )
            for table, record in rows
        )
        texts.append(
            sql.SQL(
                "insert into ops.delivered (table_name, key, hash, columns) values {}"
                " on conflict (table_name, key) do update set hash = excluded.hash,"
                " columns = excluded.columns, delivered_at = excluded.delivered_at"
            ).format(values)
        )
    return [text.as_string(conn) for text in texts]


def explained(failure: Failure, statements: Sequence[Statement]) -> OpsError:
    if failure.lost:
        return Unreachable(
            "the connection was lost while the rows were written",
            hint="they are written all or none; run the same command again",
        )
    if failure.error.sqlstate == "55P03":
        return Refused(
            "somebody holds a lock on a table of the seeds; nothing was written",
            hint="run the same command again when it is free",
        )
    index = failure.done - 1
    change = statements[index][0] if 0 <= index < len(statements) else None
    return refused(failure.error, change)


def refused(error: psycopg.Error, change: Change | None) -> Refused:
    diagnosis = error.diag
    detail = f"\ndetail: {diagnosis.message_detail}" if diagnosis.message_detail else ""
    if change and change.kind is Kind.SURPLUS and error.sqlstate in REFERENCED:
        return Refused(
            f"{change.subject} is not in Git, and rows of {diagnosis.table_name} refer to it"
            f" ({diagnosis.constraint_name}): it cannot be deleted{detail}\nnothing was written",
            hint="let them refer to another row; or write"
            f' surplus = "deactivate" and [deactivate] into {shown(change.seed.path)}',
        )
    return Refused(
        f"the database refused {change.subject if change else 'the seeds'}:"
        f" {diagnosis.message_primary}{detail}\nnothing was written",
        hint=f"look at line {change.row.line} of {shown(change.seed.path)}"
        if change and change.row
        else "correct the rows that stand in the way",
    )
