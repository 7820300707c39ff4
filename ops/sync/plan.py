"""What a sync would do now, without doing it."""

from collections.abc import Iterable, Iterator, Sequence

from ..backup.programs import suiting
from ..database import Conn
from ..facts import Declared, Facts
from ..migrate.counting import answer
from ..migrate.dangers import dangers
from ..migrate.declared import MigrationFile
from ..plans import Plan, Step
from ..preflight import permit, refuse_bad_environment, refuse_edits
from ..reading import gather
from ..seed import apply as seed
from ..seed.shape import Surplus
from ..seed.source import shown
from ..seed.words import EDITS, Change, Difference, Kind
from ..verify.words import name_of
from .phases import preparation, refuse_pending
from .state import PRUNE


def plan(
    conn: Conn,
    declared: Declared,
    allow: frozenset[str],
    task: str = "sync",
    *,
    backup: bool = False,
) -> Plan:
    """Every statement of that task in its order; raises what it would raise before it writes."""
    facts = gather(conn, declared)
    permit(facts, allow, backup=backup)
    if task == "sync":
        refuse_bad_environment(facts)
    if task == "seed":
        refuse_pending(facts)
    files = facts.history.pending
    diffs = () if task == "migrate" else facts.seeds_in_git
    refuse_edits(diffs, allow)
    rows = seed.plan(diffs, facts.schema, prune=PRUNE in allow)
    return Plan(
        preparation(facts, allow),
        tuple(Step(file.id, file.text, tuple(told(conn, file))) for file in files),
        tuple(Step(name_of(change), text.as_string(conn), risks(change)) for change, text in rows),
        "; ".join(caveats(facts, files, rows, backup)),
    )


def caveats(
    facts: Facts, files: Sequence[MigrationFile], rows: Sequence[seed.Statement], backup: bool
) -> Iterator[str]:
    """What the statements do not tell; raises Refused where a backup could not be taken."""
    if files and rows:
        yield "the rows are compared again after the migrations"
    if backup:
        programs = suiting(facts.server.version_number, facts.declared.environ)
        if files or rows:
            yield f"a backup is taken before all this, by {programs}"


def told(conn: Conn, file: MigrationFile) -> Iterator[str]:
    """Each danger, with the rows here that it is about, where they can be counted."""
    for danger in dangers(file):
        yield f"{danger}{answer(conn, danger.count)}"


def risks(change: Change) -> tuple[str, ...]:
    """What is lost by it; what needs no leave says so, and why."""
    unasked, file = "; needs no --allow, since", shown(change.seed.path)
    if change.kind is Kind.SURPLUS:
        asked = change.seed.surplus is not Surplus.PRUNE
        return (f"{PRUNE}: the row is gone" + ("" if asked else f"{unasked} {file} prunes"),)
    guarded = columns(change.guarded)
    rest = columns(d for d in change.edits if d not in change.guarded)
    return (
        *([f"{EDITS}: {guarded}"] if guarded else []),
        *([f"{EDITS}: {rest}{unasked} {file} restores edits"] if rest else []),
    )


def columns(differences: Iterable[Difference]) -> str:
    return ", ".join(dict.fromkeys(difference.column for difference in differences))
