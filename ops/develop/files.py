"""The files of a migration in the making: found by its name, written, kept in step."""

import re
from dataclasses import dataclass
from pathlib import Path

from ..amend import last_applied, refuse_unless_disposable
from ..errors import Refused
from ..facts import Facts
from ..migrate.declared import create, digest, shown, slug
from ..migrate.diff import TO_DO, Entry, History, State
from ..migrate.text import normalised, statements

NUMBER = re.compile(r"\d+(?:_\d+)*[._-]")
LOCAL = "DATABASE_URL must lead to a local database; invoke up makes one"
KEPT = "-- Kept in step by `invoke migrate.dev`, until you edit it:"
OURS = re.compile(rf"{re.escape(KEPT)} (\w+)\n\n")


@dataclass(frozen=True, slots=True)
class Draft:
    """A migration that is being written, where it stands here, and what was written just now."""

    id: str
    path: Path
    state: State
    wrote: tuple[Path, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to run yet."""
        return self.path.suffix == ".sql" and not says_something(self.path)


def says_something(path: Path) -> bool:
    return bool(statements(path.read_text("utf-8-sig")))


def begin(folder: Path, facts: Facts, name: str, sql: str) -> Draft:
    """The migration of that name, made if there is none, with `sql` in it if that is given."""
    refuse_unless_disposable(facts, "migrate.dev", LOCAL)
    found = named(facts.history, name)
    if found is None or found.file is None:
        paths = create(folder / "migrations", name, terminated(sql) if sql else "")
        return Draft(paths[0].stem, paths[0], State.PENDING, paths)
    refuse_settled(facts, found)
    wrote = fill(found.file.path, name, sql) if sql else ()
    return Draft(found.id, found.file.path, found.state, wrote)


def named(history: History, name: str) -> Entry | None:
    """The newest migration whose id is that name, or has it behind its number."""
    wanted = slug(name)
    entries = (entry for entry in reversed(history.entries) if entry.file)
    return next(
        (e for e in entries if e.id == name or slug(NUMBER.sub("", e.id, count=1)) == wanted), None
    )


def refuse_settled(facts: Facts, found: Entry) -> None:
    """What newer ones were built on is history; the last one may still be changed."""
    last = last_applied(facts)
    if found.state not in TO_DO and last and last.id != found.id:
        raise Refused(
            f"{found.id} is applied, and newer ones are too",
            hint="give the new migration another name",
        )


def fill(path: Path, name: str, sql: str) -> tuple[Path, ...]:
    """Put the statements into a file that has none."""
    text = path.read_text("utf-8-sig")
    if not statements(text):
        path.write_text(f"{text.rstrip()}\n\n{terminated(sql)}", "utf-8")
        return (path,)
    if normalised(text) != normalised(terminated(sql)):
        raise Refused(
            f"{shown(path)} is there, and says something else",
            hint=f'edit it, then: invoke migrate.dev "{name}"',
        )
    return ()


def terminated(sql: str) -> str:
    return f"{sql.strip().removesuffix(';')};\n"


def keep_rollback(path: Path, sql: str) -> tuple[Path, ...]:
    """Write what undoes the migration, unless somebody wrote or deleted that file."""
    if not path.exists():
        return ()
    before = path.read_text("utf-8-sig")
    ours = OURS.search(before)
    if statements(before) and not (ours and ours[1] == digest(before[ours.end() :])[:12]):
        return ()
    head = before.split("\n", 1)[0]
    after = f"{head}\n{KEPT} {digest(sql)[:12]}\n\n{sql}" if sql else f"{head}\n"
    if after == before:
        return ()
    path.write_text(after, "utf-8")
    return (path,)
