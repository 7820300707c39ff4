"""What an entry is, and the causes that several of them share."""

from dataclasses import dataclass

from . import causes as look
from .causes import WAITS, Cause, blind, told

MAIL = "whether the mail server answers and takes our login: invoke email.check"
ARRIVAL = "whether a message arrives: invoke email.check --to ADDRESS"
PROBE = "what triggers and functions do when they run: invoke doctor --probe"


@dataclass(frozen=True, slots=True)
class Entry:
    """One symptom."""

    id: str
    symptom: str  # as whoever meets it would say it
    words: str  # others that would be used for it, or stand in its error message
    causes: tuple[Cause, ...]
    unseen: str = ""  # what cannot be seen from here, and what looks at it


WAITING = Cause("a migration waits to be applied", WAITS)
LOST = Cause(
    "a table, a column or a function that Git has is not here",
    told("schema.drift", "table column view function sequence type schema", look.is_missing),
)
CODE = Cause(
    "a trigger or a function is switched off, lost or another one here",
    told("schema.drift", "trigger function"),
)
FAILING = Cause(
    "a function fails whenever it is called, or a probe failed (with --probe)",
    lambda seen: (
        finding
        for check in ("schema.probes", "schema.functions", "data.references")
        for finding in told(check)(seen)
    ),
)
RIGHTS = Cause("our role lacks a right that a sync needs", look.rights)
HIDDEN = Cause("our role may not look at rows", blind("data.seeds", denied=True))
UNREAD = Cause("rows could not be looked at", blind("data.seeds"))
WRONG = Cause(
    "APP_ENV and the database disagree which environment this is",
    told("environment.stamp", "variable", lambda finding: finding.observed != "no stamp"),
)
LAST_RUN = Cause("the last run failed, was killed or ended with differences", told("code.last_run"))
POOLER = Cause("the connection goes through a pooler", look.pooler)
CROWD = Cause("nearly all connection slots are taken", look.crowd)
CLIENT = Cause("the application's client is stale", told("code.client"))
