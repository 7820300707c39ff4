"""What a sync would do now, without doing it."""

from ..database import Conn
from ..facts import Declared, gather
from ..migrate.dangers import dangers
from ..plans import Plan, Step
from ..preflight import permit
from ..seed import apply as seed
from ..verify.data import name_of
from .phases import preparation
from .state import PRUNE


def plan(conn: Conn, declared: Declared, allow: frozenset[str]) -> Plan:
    """Every statement in its order. Reads only; raises what a sync would raise before it writes."""
    facts = gather(conn, declared)
    permit(facts, allow)
    files = facts.history.pending
    rows = seed.plan(facts.seeds_in_git, facts.schema, prune=PRUNE in allow)
    return Plan(
        preparation(facts, allow),
        tuple(Step(file.id, file.text, tuple(map(str, dangers(file)))) for file in files),
        tuple(Step(name_of(change), text.as_string(conn)) for change, text in rows),
        "the rows are compared again after the migrations" if files and rows else "",
    )
