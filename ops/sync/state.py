"""What is known while a sync runs; each phase reads it and adds to it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from ..backup.programs import Programs
from ..database import Conn, Tell
from ..database_url import Target
from ..errors import OpsError, SettingsError
from ..facts import Declared, Facts
from ..findings import Phase, Report
from ..migrate.dangers import DELETES
from ..migrate.diff import TO_DO
from ..names import meant
from ..seed.words import EDITS, SeedDiff

PRUNE = "prunes-rows"  # system rows that Git does not hold
NEW_SERVER = "new-server"  # the database was moved or restored, and that was meant
DANGERS = ("late", DELETES, PRUNE, EDITS, NEW_SERVER)
COUNTS = ("inserted", "updated", "unchanged", "pruned")


@dataclass(slots=True)
class Sync:
    """One run of some phases on one connection, which holds the deploy lock."""

    conn: Conn
    declared: Declared
    target: Target
    allow: frozenset[str]  # dangers, by name
    tell: Tell  # progress, while a phase runs
    show: Callable[["Sync", int, Phase], None]  # a phase that ended
    task: str = "sync"
    backup: bool = False  # take one before anything is written
    programs: Programs | None = None  # that will take it
    facts: Facts = None  # type: ignore[assignment]  # the first phase gathers it
    before: tuple[SeedDiff, ...] = ()  # the rows as they were when it began
    run: int | None = None  # the number of this run in ops.runs, once it is recorded
    stale: bool = False  # something was written since the facts were gathered
    applied: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)  # all that was written, as a person reads it
    seeded: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    phases: list[Phase] = field(default_factory=list)
    report: Report = field(default_factory=lambda: Report(()))
    error: OpsError | None = None

    @property
    def written(self) -> int:
        """How many rows of seeds were written."""
        return sum(self.seeded.values()) - self.seeded["unchanged"]

    @property
    def pending(self) -> list[str]:
        """The migrations that this run has not applied yet."""
        ids = self.facts.history.ids(*TO_DO) if self.facts else ()
        return [id for id in ids if id not in self.applied]


def allowed(names: str) -> frozenset[str]:
    """Read `--allow late,deletes-data`; SettingsError for a danger that does not exist."""
    dangers = frozenset(name.strip() for name in names.split(",") if name.strip())
    for name in sorted(dangers - set(DANGERS)):
        raise SettingsError(
            f"there is no danger {name!r}{meant(name, DANGERS)}",
            hint=f"--allow {','.join(DANGERS)}",
        )
    return dangers
