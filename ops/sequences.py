"""How far the sequences have counted, beside the values that they should be ahead of."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from psycopg import sql

from .names import split

AT_ONCE = 25  # sequences a statement: the time to plan one grows with the square
QUERY = Path(__file__).with_suffix(".sql").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Counter:
    """A sequence and the column that it fills; names as `quote_ident` writes them."""

    sequence: str
    table: str
    column: str
    step: int
    unread: str = ""  # why nobody looked; empty when somebody did
    next: int | None = None
    furthest: int | None = None  # of the values in the column; None where there is no row

    @property
    def is_behind(self) -> bool:
        """Whether the next value may be one that is there already."""
        if self.next is None or self.furthest is None:
            return False
        return self.next <= self.furthest if self.step > 0 else self.next >= self.furthest

    @property
    def extreme(self) -> str:
        return "max" if self.step > 0 else "min"


def parse(rows: Iterable[tuple[Any, ...]]) -> tuple[Counter, ...]:
    """The rows of QUERY; those that are too many for one look are not read either."""
    counters, readable = [], 0
    for sequence, table, column, step, unread, most in rows:
        readable += not unread
        if not unread and readable > most:
            unread = f"looks at no more than {most}"
        counters.append(Counter(sequence, table, column, step, unread))
    return tuple(counters)


def queries(counters: Sequence[Counter]) -> Iterator[sql.Composed]:
    """The statements that read all that may be read."""
    parts = [reading(number, c) for number, c in enumerate(counters) if not c.unread]
    for start in range(0, len(parts), AT_ONCE):
        yield sql.SQL(" union all ").join(parts[start : start + AT_ONCE])


def reading(number: int, counter: Counter) -> sql.Composed:
    return sql.SQL(
        "select {}, last_value::numeric + case when is_called then {} else 0 end,"
        " (select {}({})::numeric from {}) from {}"
    ).format(
        sql.Literal(number),
        sql.Literal(counter.step),
        sql.SQL("max" if counter.step > 0 else "min"),
        sql.Identifier(*split(counter.column)),
        sql.Identifier(*split(counter.table)),
        sql.Identifier(*split(counter.sequence)),
    )


def read(counters: Sequence[Counter], rows: Iterable[tuple[Any, ...]]) -> tuple[Counter, ...]:
    """The counters, with what the statements told."""
    found = {number: (int(next), furthest) for number, next, furthest in rows}
    return tuple(
        replace(counter, next=found[number][0], furthest=whole(found[number][1]))
        if number in found
        else counter
        for number, counter in enumerate(counters)
    )


def whole(value: Any) -> int | None:
    return None if value is None else int(value)
