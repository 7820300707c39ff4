"""Known symptoms, the causes of each that are found here, and what to type."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..findings import Finding, Severity
from .causes import Cause
from .entries import ENTRIES
from .likeness import like
from .observed import Seen
from .shared import ARRIVAL, MAIL, PROBE, Entry

__all__ = ["Diagnosis", "beside", "diagnose", "found", "is_about_mail"]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """An entry beside the facts: what proves its causes, and the causes that nothing proves."""

    entry: Entry
    findings: tuple[Finding, ...]
    absent: tuple[Cause, ...]
    unseen: str = ""  # what nobody looked at, and the command that does

    @property
    def severity(self) -> int:
        """0 where something is wrong for sure, 1 where all of it are warnings."""
        return int(all(finding.severity is Severity.WARNING for finding in self.findings))


def diagnose(seen: Seen, entries: Sequence[Entry] = ENTRIES) -> list[Diagnosis]:
    """Each of these symptoms with what is found here, and those with a cause before the others."""
    every = [examine(seen, entry) for entry in entries]
    return sorted(every, key=lambda one: not one.findings)


def examine(seen: Seen, entry: Entry) -> Diagnosis:
    told: dict[tuple[str, str], Finding] = {}
    absent = []
    for cause in entry.causes:
        findings = list(cause.find(seen))
        if not findings:
            absent.append(cause)
        for finding in findings:
            told.setdefault((finding.subject, finding.message), finding)
    return Diagnosis(entry, tuple(told.values()), tuple(absent), unseen(seen, entry))


def unseen(seen: Seen, entry: Entry) -> str:
    """What is still not looked at: less, where somebody went to look."""
    if entry.unseen == MAIL and seen.mail:
        return "" if seen.mail.problem else ARRIVAL
    return "" if entry.unseen == PROBE and seen.facts.behaviour else entry.unseen


def is_about_mail(symptom: str) -> bool:
    """Whether somebody who says this wants to know if the mail server takes our mail."""
    return any(entry.unseen == MAIL for entry in like(symptom))


def beside(seen: Seen, nearest: Sequence[Diagnosis]) -> list[Diagnosis]:
    """What else is found here, by somebody whose words pointed to other symptoms."""
    told = {(f.subject, f.message) for one in nearest for f in one.findings}
    rest = (
        replace(one, findings=tuple(f for f in one.findings if (f.subject, f.message) not in told))
        for one in found(seen)
    )
    return [one for one in rest if one.findings]


def found(seen: Seen) -> list[Diagnosis]:
    """Every symptom whose cause is here, worst first; each cause is told once, under the first."""
    told: set[tuple[str, str]] = set()
    every = []
    for one in (examine(seen, entry) for entry in ENTRIES):
        new = tuple(f for f in one.findings if (f.subject, f.message) not in told)
        told.update((f.subject, f.message) for f in new)
        if new:
            every.append(replace(one, findings=new))
    return sorted(every, key=lambda one: one.severity)
