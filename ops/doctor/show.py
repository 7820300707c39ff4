"""A diagnosis for a person: the symptom, its causes with their real names, and what to type."""

from collections.abc import Sequence

from .. import verify
from ..findings import Dimension, Outcome, Place, Result
from ..phrases import plural
from ..report.runs import labelled
from ..report.terminal import INDENT, header, not_looked_at, told, wrapped
from ..report.words import by_hint
from . import Diagnosis
from .entries import ENTRIES
from .observed import Seen
from .stages import Stage


def everything(place: Place, seen: Seen, found: Sequence[Diagnosis]) -> str:
    """All whose cause is here; or what was looked at, when nothing is."""
    if not found:
        return "\n\n".join(filter(None, [header(place), well(seen), not_looked_at(seen.report)]))
    count = plural(len(found), "symptom")
    head = f"{count} to be met here, worst first" if len(found) > 1 else f"{count} to be met here"
    return "\n\n".join([header(place), head, *map(present, found)])


def well(seen: Seen) -> str:
    mail = f", and mail server {seen.mail.relay}" if seen.mail else ""
    return "\n".join(
        wrapped(
            f"no known cause is here: looked for those of {plural(len(ENTRIES), 'symptom')} in"
            f" {verify.looked_at(seen.facts)}{mail}",
            indent=0,
        )
    )


def asked(
    place: Place, symptom: str, nearest: Sequence[Diagnosis], others: Sequence[Diagnosis]
) -> str:
    """The symptoms that are like the one that was told; and all else, where none is the reason."""
    like = [present(one) for one in nearest if one.findings]
    unlike = [absent(one) for one in nearest if not one.findings]
    sure = any(one.findings and not one.severity for one in nearest)
    parts = [header(place), *like, *elsewhere(others, sure), *unlike]
    if not nearest:
        parts.insert(1, unknown(symptom, listed=not others))
    return "\n\n".join(parts)


def elsewhere(others: Sequence[Diagnosis], sure: bool) -> list[str]:
    """What is wrong here and sounds otherwise: in one line, where the reason is told already."""
    if others and sure:
        return [f"{plural(len(others), 'more symptom')} to be met here: invoke doctor"]
    return ["here, and not what those words are about:", *map(present, others)] if others else []


def unknown(symptom: str, listed: bool) -> str:
    lines = wrapped(
        f"no known symptom is like {symptom!r}" + "; these are known:" * listed, indent=0
    )
    every = (line for entry in ENTRIES for line in wrapped(entry.symptom, indent=2))
    return "\n".join([*lines, *every] if listed else lines)


def present(diagnosis: Diagnosis) -> str:
    """What is wrong, the errors before the warnings, each with what mends it."""
    result = Result("doctor", Dimension.SCHEMA, Outcome.FAILED, diagnosis.findings)
    lines = [line for group in by_hint([result]) for line in told(group)]
    lines[0] = f"{'cause':<{INDENT}}{lines[0].lstrip()}"
    return "\n".join([*title(diagnosis), *lines, *unseen(diagnosis)])


def absent(diagnosis: Diagnosis) -> str:
    causes = "; ".join(cause.about for cause in diagnosis.absent)
    text = f"none of these is here, as far as can be seen: {causes}"
    return "\n".join([*title(diagnosis), *labelled("cause", text), *unseen(diagnosis)])


def title(diagnosis: Diagnosis) -> list[str]:
    return wrapped(diagnosis.entry.symptom, indent=0)


def unseen(diagnosis: Diagnosis) -> list[str]:
    return wrapped(f"not looked at: {diagnosis.unseen}") if diagnosis.unseen else []


def way(stages: Sequence[Stage]) -> str:
    """The way to the database, a line a stage."""
    return "\n".join(
        line
        for stage in stages
        for line in wrapped(
            f"{stage.name:<10}{stage.verdict:<13}{stage.seen}".rstrip(), indent=0, hanging=23
        )
    )
