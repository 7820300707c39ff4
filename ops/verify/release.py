"""Does a release run the sync, and does it stop where that fails?"""

from collections.abc import Iterator
from itertools import combinations

from ..facts import Facts
from ..findings import Dimension, Finding, Severity
from ..platform import Component, Release, Spec, loses, runs_sync
from ..settings import DEPLOYED
from .registry import check

COMMAND = "invoke sync verify"


@check(Dimension.CODE)
def release(facts: Facts) -> Iterator[Finding]:
    """The Procfile and every app spec run `invoke sync` before new code does, and heed it."""
    severity = Severity.ERROR if facts.declared.app_env in DEPLOYED else Severity.WARNING
    for subject, message, hint in faults(facts.declared.release):
        yield Finding(subject, message, hint, severity=severity)


def faults(told: Release) -> Iterator[tuple[str, str, str]]:
    """Subject, message and hint of all that is wrong with what a platform is told."""
    if told.procfile is not None:
        for message, hint in procfile(told.procfile.get("release")):
            yield "file Procfile", message, hint
    some = any(runs_code(spec) for spec in told.specs)
    for spec in told.specs:
        # a static site beside an app is none of ours; in the place of one, it lost the app
        if runs_code(spec) or not some:
            for message, hint in job(spec):
                yield f"file {spec.path}", message, hint
    for one, other in combinations(told.specs, 2):
        yield from disagreements(one, other)


def runs_code(spec: Spec) -> bool:
    return any(part.kind in ("service", "worker", "job") for part in spec.components)


def procfile(command: str | None) -> Iterator[tuple[str, str]]:
    hint = f"write into Procfile: release: {COMMAND}"
    if command is None:
        yield "has no release: line, so nothing is synced before new code runs", hint
    elif not runs_sync(command):
        yield "its release: line does not run invoke sync", hint
    elif operator := loses(command):
        yield lost("its release: line", operator), hint


def job(spec: Spec) -> Iterator[tuple[str, str]]:
    hint = f"give {spec.path} a job of kind PRE_DEPLOY with run_command: {COMMAND}"
    if spec.releasing is None:
        elsewhere = [place(part) for part in spec.components if runs_sync(part.command)]
        yield (
            "has no PRE_DEPLOY job that runs invoke sync"
            + (f"; it runs in {', '.join(elsewhere)}" if elsewhere else ""),
            hint,
        )
    elif operator := loses(spec.releasing.command):
        yield lost(spec.releasing.title, operator), hint


def place(part: Component) -> str:
    return f"{part.title} ({part.when or 'of no kind'})" if part.kind == "job" else part.title


def lost(where: str, operator: str) -> str:
    return f"{where} goes on when invoke sync fails, because of `{operator}`"


def disagreements(one: Spec, other: Spec) -> Iterator[tuple[str, str, str]]:
    """What two files say of one component of one app, and not alike."""
    if one.app != other.app:
        return
    theirs = {part.title: part.text for part in other.components}
    for part in one.components:
        text = theirs.get(part.title, part.text)
        keys = [key for key in {**part.text, **text} if part.text.get(key) != text.get(key)]
        if keys:
            yield (
                f"file {other.path}",
                f"describes {part.title} of {one.app} otherwise than {one.path}: {', '.join(keys)}",
                f"keep one of the two: git log -p {other.path}",
            )
