"""What a sync would do now, without doing it."""

from collections.abc import Iterator

from ..database import Conn
from ..facts import Declared, gather
from ..migrate.counting import answer
from ..migrate.dangers import dangers
from ..migrate.declared import MigrationFile
from ..plans import Plan, Step
from ..preflight import permit, refuse_bad_environment
from ..seed import apply as seed
from ..verify.data import name_of
from .phases import preparation, refuse_pending
from .state import PRUNE


def plan(conn: Conn, declared: Declared, allow: frozenset[str], task: str = "sync") -> Plan:
    """Every statement of that task in its order; raises what it would raise before it writes."""
    facts = gather(conn, declared)
    permit(facts, allow)
    if task == "sync":
        refuse_bad_environment(facts)
    if task == "seed":
        refuse_pending(facts)
    files = facts.history.pending
    diffs = () if task == "migrate" else facts.seeds_in_git
    rows = seed.plan(diffs, facts.schema, prune=PRUNE in allow)
    return Plan(
        preparation(facts, allow),
        tuple(Step(file.id, file.text, tuple(told(conn, file))) for file in files),
        tuple(Step(name_of(change), text.as_string(conn)) for change, text in rows),
        "the rows are compared again after the migrations" if files and rows else "",
    )


def told(conn: Conn, file: MigrationFile) -> Iterator[str]:
    """Each danger, with the rows here that it is about, where they can be counted."""
    for danger in dangers(file):
        yield f"{danger}{answer(conn, danger.count)}"
