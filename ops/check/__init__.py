"""Before a merge: what the migrations are called, say and do, and whether the probes can run."""

from collections.abc import Iterator
from pathlib import Path

from ..database import Tell
from ..errors import SettingsError
from ..findings import Finding, Severity
from ..migrate import declared
from . import client, files, main, probes, replay, squawk, statements
from .complaints import of_error

__all__ = ["run"]


def run(folder: Path, url: str, tell: Tell) -> tuple[Finding, ...]:
    """Judge the migrations and probes of the project in `folder`, by a replay too; worst first.

    `url` is an empty database of a server that may be thrown away. What cannot be looked at is a
    warning, or is told. Raises Unreachable when the server is lost.
    """
    found = dict.fromkeys(findings(folder, url, tell))
    return tuple(sorted(found, key=lambda finding: finding.severity is Severity.WARNING))


def findings(folder: Path, url: str, tell: Tell) -> Iterator[Finding]:
    """The files first: what cannot be read, or would be refused, is not tried."""
    migrations = folder / "migrations"
    try:
        theirs = main.read(folder)
    except SettingsError as error:
        theirs = None
        message = f"not compared with main: {error}"
        yield Finding("file migrations", message, error.hint, severity=Severity.WARNING)
    tried, untriable = probes.declared(folder / "probes")
    yield from untriable
    names = files.present(migrations)
    yield from (*files.strays(names), *files.numbers(names, theirs))
    try:
        history = declared.read(migrations)
        refused = list(files.unrunnable((*history, *files.rollbacks(history))))
    except SettingsError as error:
        yield of_error(error)
        return
    if theirs:
        yield from files.rewritten(theirs, {file.path.name: file for file in history})
    yield from files.checksums(migrations, history)
    yield from client.judge(folder)
    known = theirs.names if theirs else frozenset()
    new = [file for file in history if file.path.name not in known and not file.is_adopted]
    yield from (f for file in new if file.is_sql for f in statements.judge(file))
    yield from squawk.judge(folder, new)
    yield from refused or replay.judge(url, history, new, tried, tell)
