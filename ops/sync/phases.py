"""The phases of a sync: each does its part, and returns what there is to tell."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from .. import history, verify
from ..backup.programs import suiting
from ..backup.take import place, take
from ..database import Conn, ask
from ..errors import NotInParity, Refused
from ..facts import Declared, Facts
from ..migrate import apply as migrate
from ..migrate.diff import State
from ..migrate.record import Limits, Run, make_yoyo_tables
from ..phrases import plural
from ..plans import Step
from ..preflight import permit, refuse_bad_environment, refuse_edits
from ..reading import gather
from ..seed import apply as seed
from ..seed.declared import label
from ..seed.diff import after_migrations
from ..seed.fit import check_types
from ..seed.words import Kind, SeedDiff
from ..verify.schema import absent_parts
from ..verify.words import name_of
from .state import COUNTS, NEW_SERVER, PRUNE, Sync


@dataclass(frozen=True, slots=True)
class Told:
    """What a phase has to say: a word or two, what it changed, what it saw."""

    summary: str
    changes: Sequence[str] = ()
    notes: Sequence[str] = ()


def preflight(sync: Sync) -> Told:
    """1: look, and refuse what must not be begun."""
    sync.facts = gather(sync.conn, sync.declared)
    sync.before = sync.facts.seeds
    permit(sync.facts, sync.allow, backup=sync.backup)
    if sync.task != "migrate":
        refuse_edits(sync.before, sync.allow)
    if sync.task == "sync":
        refuse_bad_environment(sync.facts)
    if sync.backup:
        sync.programs = suiting(sync.facts.server.version_number, sync.declared.environ)
    create = ", may create" if sync.facts.server.may_create_tables else ""
    return Told("ok", notes=[f"direct connection{create}, lock taken"])


def migrations(sync: Sync) -> Told:
    """2: record the run, then apply what is pending, each in a transaction with its marks."""
    notes = back_up(sync)
    sync.done += (prepared := prepare(sync.conn, sync.facts, sync.allow))
    sync.stale = bool(prepared)
    run = start(sync)
    for done in migrate.apply(sync.conn, sync.facts.history, run, sync.tell):
        sync.applied.append(done.id)
        sync.stale = True
        sync.done.append(done.id)
        notes += [f"{done.id}: {said}" for said in done.notices]
    for id in migrate.adopt(sync.conn, sync.facts.history, run):
        sync.stale = True
        sync.done.append(f"{id}: applied by the yoyo CLI; its checksum is recorded now")
    notes += [
        f"{id} is applied and newer than this commit" for id in sync.facts.history.ids(State.AHEAD)
    ]
    word = f"{len(sync.applied)} applied" if sync.applied else "none new"
    return Told(word, tuple(sync.done), notes)


def back_up(sync: Sync) -> list[str]:
    """Take the backup that was asked for; if there is nothing that it would be good for, say so."""
    if sync.programs is None:
        return []
    if not would_write(sync.facts, sync.task, sync.allow):
        return ["no backup: nothing would be written"]
    asked, facts = sync.declared.project, sync.facts
    path = place(Path(asked.backup.folder), facts.server.database, sync.declared.commit.short)
    made = take(sync.conn, sync.target, sync.programs, path, asked.lock_wait, sync.tell)
    sync.done += made.told
    return []


def would_write(facts: Facts, task: str, allow: frozenset[str]) -> bool:
    """Whether a migration or a row is on its way: what we record for ourselves is no danger."""
    diffs = () if task == "migrate" else facts.seeds_in_git
    return bool(facts.history.pending or seed.plan(diffs, facts.schema, prune=PRUNE in allow))


def no_migrations(sync: Sync) -> Told:
    """2, of `invoke seed`: refuse to run before a migration that the rows may need."""
    refuse_pending(sync.facts)
    sync.done += prepare(sync.conn, sync.facts, sync.allow)
    sync.stale = bool(sync.done)
    start(sync)
    return Told("none new", tuple(sync.done))


def refuse_pending(facts: Facts) -> None:
    if pending := facts.history.pending:
        raise Refused(
            f"{plural(len(pending), 'migration')} pending: the rows may need what they make",
            hint="invoke sync does both",
        )


def prepare(conn: Conn, facts: Facts, allow: frozenset[str] = frozenset()) -> list[str]:
    """Make what the records need, once: our schema, yoyo's tables, the stamp."""
    steps = preparation(facts, allow)
    if steps:
        ask(conn, "begin;" + ";".join(step.sql for step in steps) + "; commit")
    return [step.title for step in steps]


def preparation(facts: Facts, allow: frozenset[str]) -> tuple[Step, ...]:
    steps = []
    if facts.must_renew_records:
        title = "newer" if facts.has_ops else "our"
        steps.append(Step(f"schema ops: {title} records", history.SCHEMA))
    if not facts.has_yoyo:
        text = make_yoyo_tables(facts.schema).as_string()
        steps.append(Step(f"yoyo's tables in schema {facts.schema}", text))
    if not facts.past.stamp:
        text = history.stamp(facts.declared.app_env, facts.home).as_string()
        steps.append(Step(f"stamp: this database is {facts.declared.app_env}", text))
    elif is_settled(facts, allow):
        text = history.move(facts.home).as_string()
        steps.append(Step("stamp: this is its place now", text))
    return tuple(steps)


def is_settled(facts: Facts, allow: frozenset[str]) -> bool:
    """Whether the stamp has to learn where the database is: it moved as was meant, or is old."""
    stamped, here = facts.past.home, facts.home
    return NEW_SERVER in allow if stamped.moved(here) else stamped.lacks(here)


def start(sync: Sync) -> Run:
    """Record that the run has begun."""
    declared, schema = sync.declared, sync.facts.schema
    sync.run = history.begin(sync.conn, sync.task, declared.app_env, declared.commit)
    return Run(sync.run, schema, declared.commit.hex, limits(declared), sync.target)


def limits(declared: Declared) -> Limits:
    project = declared.project
    return Limits(project.lock_timeout, project.statement_timeout, project.lock_wait)


def look_again(sync: Sync) -> None:
    """Gather anew when something was written; else what was seen under the lock holds."""
    if sync.stale:
        sync.facts = gather(sync.conn, sync.declared)
        sync.stale = False


def system(sync: Sync) -> Told:
    """3: is every part of the declared feature there? Rows of seeds/ come in the next phase."""
    look_again(sync)
    absent = absent_parts(sync.facts)
    coming = {change.subject for diff in sync.facts.seeds for change in diff.of(Kind.INSERT)}
    if lost := [part for part in absent if part not in coming]:
        raise NotInParity(
            f"not here: {', '.join(lost)}",
            hint="invoke schema.diff --sql shows what would make it again",
        )
    there = [part for part in sync.declared.project.system_parts if part not in absent]
    counts = Counter(part.split(" ", 1)[0] for part in there)
    notes = [", ".join(plural(count, kind) for kind, count in counts.items())] if there else []
    notes += [f"{plural(len(absent), 'row')} to come with system data"] if absent else []
    return Told("ok", notes=notes)


def data(sync: Sync) -> Told:
    """4: bring the rows that differ to Git's, all in one transaction."""
    look_again(sync)
    diffs = compared(sync)
    statements = seed.plan(diffs, sync.facts.schema, prune=PRUNE in sync.allow)
    if statements or any(diff.records for diff in diffs):
        seed.apply(sync.conn, diffs, statements)
        sync.stale = True
    unchanged = sum(diff.unchanged for diff in diffs)
    sync.seeded = counts(statements, unchanged)
    written = [name_of(change) for change, _ in statements]
    sync.done += written
    notes = [f"{plural(unchanged, 'row')} unchanged"] if unchanged else []
    notes += [
        f"kept as edited here: {change.seed.table} {label(change.key)} {', '.join(change.columns)}"
        for diff in diffs
        for change in diff.kept
    ]
    return Told(plural(sync.written, "row") if sync.written else "as in Git", written, notes)


def compared(sync: Sync) -> tuple[SeedDiff, ...]:
    """The rows beside Git's; Refused, or SettingsError, where they cannot become as there."""
    diffs = sync.facts.seeds
    if sync.applied:
        diffs = tuple(map(after_migrations, diffs, sync.before))
    for diff in diffs:
        if diff.absent:
            raise Refused(diff.absent, hint=f"{diff.seed.path} and the migrations must agree")
    check_types(tuple(diff.seed for diff in diffs), sync.facts.columns_here)
    refuse_edits(diffs, sync.allow)
    return diffs


def counts(statements: Sequence[seed.Statement], unchanged: int) -> dict[str, int]:
    kinds = Counter(change.kind for change, _ in statements)
    updated = kinds[Kind.UPDATE] + kinds[Kind.DEACTIVATE]
    numbers = (kinds[Kind.INSERT], updated, unchanged, kinds[Kind.SURPLUS])
    return dict(zip(COUNTS, numbers, strict=True))


def verification(sync: Sync) -> Told:
    """5: the same checks as `invoke verify`, on facts gathered after the last write."""
    look_again(sync)
    sync.facts = as_delivered(sync)
    sync.report = verify.run(sync.facts)
    return Told("ok" if sync.report.in_parity else "differs", notes=[verify.looked_at(sync.facts)])


def as_delivered(sync: Sync) -> Facts:
    """The facts as they will stand once this run, which has delivered everything, is recorded."""
    commit, now = sync.declared.commit, datetime.now(UTC)
    this = history.PastRun(
        sync.run or 0, sync.task, "done", None, commit.hex, commit.dirty, now, None
    )
    return replace(sync.facts, past=replace(sync.facts.past, delivered=this, last=this))
