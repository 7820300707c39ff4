"""The words a verdict is written in. No I/O."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from .phrases import short


class Dimension(StrEnum):
    SCHEMA = "schema"
    DATA = "data"
    CODE = "code"
    ENVIRONMENT = "environment"


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


class Outcome(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"  # nobody looked, and the reason is in `note`
    BROKEN = "broken"  # the check could not look: never read this as a pass


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference between Git and the world, and the command that closes it.

    `subject` is `KIND NAME`, such as `column public.team_roles.approval_limit`.
    """

    subject: str
    message: str
    hint: str
    expected: str = ""
    observed: str = ""
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True)
class Result:
    """What one check had to say."""

    check: str
    dimension: Dimension
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Every result of one look, and what was left out of it on purpose."""

    results: tuple[Result, ...]
    not_looked_at: tuple[str, ...] = ()

    @property
    def in_parity(self) -> bool:
        """True when every check looked and saw no error; no checks is no answer."""
        return bool(self.results) and all(self.good(result) for result in self.results)

    @staticmethod
    def good(result: Result) -> bool:
        looked = result.outcome in (Outcome.PASSED, Outcome.FAILED)
        return looked and not any(f.severity is Severity.ERROR for f in result.findings)

    @property
    def findings(self) -> Iterator[Finding]:
        return (finding for result in self.results for finding in result.findings)

    def count(self, what: Outcome | Severity) -> int:
        """How many results have this outcome, or how many findings this severity."""
        if isinstance(what, Outcome):
            return sum(result.outcome is what for result in self.results)
        return sum(finding.severity is what for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Phase:
    """One step of a sync: how it ended and what it changed."""

    name: str
    outcome: Outcome
    summary: str  # a word or two: `ok`, `4 applied`
    elapsed_ms: int
    changes: tuple[str, ...] = ()  # what was written
    notes: tuple[str, ...] = ()  # what was seen


@dataclass(frozen=True, slots=True)
class Place:
    """Where a task looked: the environment, its database, its code."""

    environment: str
    host: str
    port: int
    name: str
    address: str  # the database as a person reads it, without a password
    server_version: str
    code: str | None  # commits, in hex
    code_source: str
    deployed: str | None
    dirty: bool = False
    run: int | None = None  # the sync that delivered that commit
    main: str | None = None  # origin/main, as it was fetched last
    label: str = ""  # what it is called, where two are compared

    @property
    def short(self) -> str:
        return short(self.code, self.dirty)


@dataclass(frozen=True, slots=True)
class Verdict:
    """All that a task has to say, for every format alike."""

    task: str
    place: Place
    report: Report
    elapsed_ms: int
    phases: tuple[Phase, ...] = ()
    applied: tuple[str, ...] = ()
    seeded: dict[str, int] | None = None
    looked_at: str = ""  # such as `214 objects, 10 rows, 13 variables`
    error: str = ""  # why a phase stopped the run
    hint: str = ""
    exit_code: int = 0
    runs: tuple[tuple[object, ...], ...] = ()  # the last ones as a table, its headings first
    beside: Place | None = None  # of a comparison: the left one
