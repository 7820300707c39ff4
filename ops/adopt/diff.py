"""What separates Prisma's folder from Prisma's table, decided without a database."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile

from ..findings import Finding, Severity
from .declared import Folder, Script
from .observed import Row

MARK = "if all of it is here: npx prisma migrate resolve --applied"
ASK = "invoke migrate.baseline says whether what it makes is here"
SAID = re.compile(r"^.*?(?:ERROR|FATAL): *(?P<message>.+)$", re.MULTILINE)
LONGEST = 200  # characters of the server's message


class State(StrEnum):
    APPLIED = "applied"
    EDITED = "applied, edited since"
    MARKED = "applied by word only"
    PENDING = "pending"
    FAILED = "failed"


HERE = (State.APPLIED, State.EDITED, State.MARKED)


@dataclass(frozen=True, slots=True)
class Held:
    """One migration against the table; `row` is what the state was read from."""

    script: Script
    state: State
    row: Row | None


def compare(scripts: Sequence[Script], rows: Sequence[Row]) -> tuple[Held, ...]:
    """Where each migration stands, in Prisma's order; the rows are oldest first. Pure."""
    told = {row.name: row for row in sorted(rows, key=weight)}
    return tuple(Held(s, state(s, told.get(s.name)), told.get(s.name)) for s in scripts)


def weight(row: Row) -> int:
    """An attempt that succeeded outweighs one that failed, that one what was given up."""
    return 0 if row.rolled_back else 2 if row.finished else 1


def state(script: Script, row: Row | None) -> State:
    if row is None or row.rolled_back:
        return State.PENDING
    if not row.finished:
        return State.FAILED
    if not script.is_what_ran(row.checksum):
        return State.EDITED
    return State.APPLIED if row.steps else State.MARKED


def adoptable(held: Sequence[Held]) -> tuple[Held, ...]:
    """Those that a baseline can take: all up to the first that is not here."""
    return tuple(takewhile(lambda one: one.state in HERE, held))


def findings(held: Sequence[Held], rows: Sequence[Row], folder: Folder) -> Iterator[Finding]:
    """What to know, or to settle first, before the baseline; errors are of the second kind."""
    beyond = [one for one in held[len(adoptable(held)) :] if one.state in HERE]
    for one in held:
        name = one.script.name
        if one.state is State.FAILED and one.row:
            yield failed(one.row)
        elif one.state is State.PENDING and beyond and name < beyond[-1].script.name:
            message = f"is pending, and {beyond[-1].script.name} behind it is applied here"
            yield finding(name, message, f"npx prisma migrate deploy. Or, {MARK} {name}")
        elif one.state is State.EDITED:
            message = "its file is not the one that ran: the checksum differs"
            yield finding(name, message, ASK, Severity.WARNING)
        elif one.state is State.MARKED:
            message = "was marked as applied by `migrate resolve` and never ran"
            yield finding(name, message, ASK, Severity.WARNING)
    yield from unknown(rows, folder)


def failed(row: Row) -> Finding:
    said = SAID.search(row.logs)
    why = f"failed: {said['message'].strip()[:LONGEST]}" if said else "never ended"
    message = f"begun here on {row.started_at:%Y-%m-%d}, {why}; part of it may be here"
    hint = (
        "take away what it left and correct its file: it counts as pending, and sync runs it."
        f" Or, {MARK} {row.name}"
    )
    return finding(row.name, message, hint)


def unknown(rows: Sequence[Row], folder: Folder) -> Iterator[Finding]:
    """Migrations that ran, or began to, of which Git has no folder."""
    known = {script.name for script in folder.scripts}
    for name in dict.fromkeys(row.name for row in rows if not row.rolled_back):
        if name not in known:
            message = "ran here and has no folder: what it made, the baseline will name"
            hint = f"git pull; git log --oneline --diff-filter=D -- {folder.path / name}"
            yield finding(name, message, hint, Severity.WARNING)


def finding(name: str, message: str, hint: str, severity: Severity = Severity.ERROR) -> Finding:
    return Finding(f"migration {name}", f"{name}: {message}", hint, severity=severity)
