"""A verdict for a program: one document, version 1."""

import json
from dataclasses import asdict
from typing import Any

from ..errors import OpsError
from ..findings import Outcome, Phase, Place, Result, Severity, Verdict
from ..plans import Plan


def render(verdict: Verdict) -> str:
    return written(document(verdict))


def written(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False)


def document(verdict: Verdict) -> dict[str, Any]:
    return {**always(verdict), **additions(verdict)}


def always(verdict: Verdict) -> dict[str, Any]:
    """What every task tells."""
    report, place = verdict.report, verdict.place
    return {
        "version": 1,
        "task": verdict.task,
        "in_parity": in_parity(verdict),
        **place_of(place),
        "commit_source": place.code_source,
        "origin_main": place.main,
        "counts": {
            **{outcome.value: report.count(outcome) for outcome in Outcome},
            "errors": report.count(Severity.ERROR),
            "warnings": report.count(Severity.WARNING),
        },
        "results": [result_of(result) for result in report.results],
        "not_looked_at": list(report.not_looked_at),
        "elapsed_ms": verdict.elapsed_ms,
    }


def additions(verdict: Verdict) -> dict[str, Any]:
    """What only some tasks have to tell: the other side, the phases, why it stopped."""
    content: dict[str, Any] = {}
    if verdict.beside:
        content["beside"] = place_of(verdict.beside)
    if verdict.phases:
        content["phases"] = [phase_of(phase) for phase in verdict.phases]
        content["applied"] = list(verdict.applied)
        content["seeded"] = verdict.seeded
    if verdict.error:
        content["error"] = stop(verdict.error, verdict.hint, verdict.exit_code)
    return content


def stop(message: str, hint: str, exit_code: int) -> dict[str, Any]:
    return {"message": message, "hint": hint, "exit_code": exit_code}


def place_of(place: Place) -> dict[str, Any]:
    return {
        "environment": place.environment,
        "database": {
            "host": place.host,
            "port": place.port,
            "name": place.name,
            "server_version": place.server_version,
        },
        "commit": {"code": place.code, "deployed": place.deployed},
    }


def in_parity(verdict: Verdict) -> bool | None:
    """Null for a task that delivers and does not look, such as `seed`, when it went well."""
    if verdict.phases and not verdict.report.results and not verdict.error:
        return None
    return verdict.report.in_parity and not verdict.error


def result_of(result: Result) -> dict[str, Any]:
    findings = [asdict(finding) for finding in result.findings]
    return {
        "check": result.check,
        "dimension": result.dimension,
        "outcome": result.outcome,
        "note": result.note,
        "findings": findings,
    }


def phase_of(phase: Phase) -> dict[str, Any]:
    return {
        "name": phase.name,
        "outcome": phase.outcome,
        "elapsed_ms": phase.elapsed_ms,
        "changes": list(phase.changes),
        "notes": list(phase.notes),
    }


def plan(task: str, intended: Plan) -> str:
    """What would run, step by step."""
    return written({"version": 1, "task": f"{task} --plan", **asdict(intended)})


def failure(task: str, error: OpsError) -> str:
    """The document of a task that could not look: it is not in parity, and it says why."""
    content = {
        "version": 1,
        "task": task,
        "in_parity": False,
        "environment": None,
        "database": dict.fromkeys(("host", "port", "name", "server_version")),
        "commit": dict.fromkeys(("code", "deployed")),
        "commit_source": None,
        "origin_main": None,
        "counts": dict.fromkeys((*Outcome, "errors", "warnings"), 0),
        "results": [],
        "not_looked_at": [],
        "error": stop(str(error), error.hint, error.exit_code),
        "elapsed_ms": 0,
    }
    return written(content)
