"""Bring the database to what Git says, in six phases, and look again with the eyes of verify."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from .. import history
from ..errors import OpsError, Refused, SettingsError
from ..findings import Outcome, Phase, Verdict
from ..phrases import plural
from ..verify import looked_at
from . import phases
from .phases import Told
from .state import DANGERS, Sync, allowed

__all__ = ["DANGERS", "Sync", "allowed", "run", "undone", "verdict"]

Act = Callable[[Sync], Told]
SIGNALS = {"KeyboardInterrupt": "Ctrl-C", "Terminated": "SIGTERM"}


def steps(sync: Sync) -> list[tuple[str, Act]]:
    """The phases of the task: their names, as a person reads them, and what they do."""
    system = sync.declared.project.system_name or "System"
    every: list[tuple[str, Act]] = [
        ("Preflight", phases.preflight),
        ("Migrations", phases.migrations),
        (system, phases.system),
        ("System data", phases.data),
        ("Verification", phases.verification),
        ("Summary", summary),
    ]
    seed: list[tuple[str, Act]] = [every[0], ("Migrations", phases.no_migrations), every[3]]
    return {"sync": every, "migrate": every[:2], "seed": seed}[sync.task]


def run(sync: Sync) -> Sync:
    """Run the phases of the task in order; the first that fails stops it and stands in `error`.

    The caller holds the deploy lock. The run is recorded however it ends.
    """
    try:
        for number, (name, act) in enumerate(steps(sync), 1):
            if not perform(sync, number, name, act):
                break
    except BaseException as stop:  # Ctrl-C, SIGTERM or a bug: recorded, then it goes on
        outcome = "interrupted" if isinstance(stop, KeyboardInterrupt) else "failed"
        record(sync, outcome, SIGNALS.get(type(stop).__name__, type(stop).__name__))
        raise
    if sync.error:
        refused = isinstance(sync.error, Refused | SettingsError)
        record(sync, "refused" if refused else "failed", str(sync.error))
    elif sync.task != "sync":
        record(sync, "done")
    return sync


def perform(sync: Sync, number: int, name: str, act: Act) -> bool:
    """Run one phase and tell how it ended; False when it failed."""
    began, outcome = time.monotonic(), Outcome.PASSED
    try:
        told = act(sync)
    except OpsError as error:
        sync.error, outcome = error, Outcome.FAILED
        told = Told("failed", tuple(sync.done) if act is phases.migrations else ())
    elapsed = round((time.monotonic() - began) * 1000)
    phase = Phase(name, outcome, told.summary, elapsed, tuple(told.changes), tuple(told.notes))
    sync.phases.append(phase)
    sync.show(sync, number, phase)
    return sync.error is None


def summary(sync: Sync) -> Told:
    """6: record the run; what was done, and what is left for a person."""
    record(sync, "done")
    done = (
        f"{plural(len(sync.applied), 'migration')} applied, {plural(sync.written, 'row')} written"
    )
    left = sum(1 for _ in sync.report.findings)
    todo = f"{plural(left, 'thing')}, told below" if left else "nothing"
    verdict = "in parity" if sync.report.in_parity else "differs"
    return Told(verdict, notes=(done, f"left for you: {todo}"))


def undone(sync: Sync) -> str:
    """After a phase failed: what was done before it, and what was not, that one included."""
    phases = enumerate(steps(sync), 1)
    left = [f"migration {id}" for id in sync.pending if sync.task != "seed"]
    left += [f"phase {number} {name}" for number, (name, _) in phases if number >= len(sync.phases)]
    done = "; ".join(sync.done) or "nothing was written"
    return f"done: {done}\nnot done: {', '.join(left)}"


def verdict(sync: Sync, seconds: float) -> Verdict:
    """All that a report tells of the run."""
    return Verdict(
        task=sync.task,
        place=sync.facts.place(sync.target),
        report=sync.report,
        elapsed_ms=round(seconds * 1000),
        phases=tuple(sync.phases),
        applied=tuple(sync.applied),
        seeded=sync.seeded,
        looked_at=looked_at(sync.facts),
        error=str(sync.error or ""),
        hint=sync.error.hint if sync.error else "",
        exit_code=sync.error.exit_code if sync.error else 0,
    )


def record(sync: Sync, outcome: str, error: str = "") -> None:
    """Write how the run ended, where that can be written; what it did stands either way."""
    if sync.conn.closed or (sync.run is None and not may_record(sync)):
        return
    try:
        sync.conn.rollback()
        if sync.run is None:
            sync.run = history.begin(
                sync.conn, sync.task, sync.declared.app_env, sync.declared.commit
            )
        in_parity = sync.report.in_parity if sync.report.results else None
        ending = history.Ending(outcome, in_parity, [told(p) for p in sync.phases], error)
        mark = sync.facts.mark if sync.facts and outcome == "done" and not sync.stale else None
        history.end(sync.conn, sync.run, ending, mark)
    except Exception as problem:
        sync.tell(f"this run could not be recorded: {type(problem).__name__}")


def may_record(sync: Sync) -> bool:
    """A refused run is recorded too, unless it was refused for want of a place to do so."""
    facts = sync.facts
    if not facts or not facts.has_ops or facts.server.in_recovery or facts.server.read_only:
        return False
    return not {"ops.runs"} & {*facts.unreadable, *facts.unwritable}


def told(phase: Phase) -> Mapping[str, Any]:
    return {"name": phase.name, "outcome": phase.outcome, "ms": phase.elapsed_ms,
            "changes": phase.changes}  # fmt: skip
