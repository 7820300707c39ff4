"""A complaint is a finding whose message begins with the place that it is about."""

import re
from pathlib import Path

from ..errors import OpsError
from ..findings import Finding, Severity

PLACE = re.compile(r"(?P<path>[^\s:]+/[^\s:]+\.\w+)(?::(?P<line>\d+))?(?::(?P<column>\d+))?:? ")
ENDINGS = re.compile(r"(\.rollback)?\.(sql|py)\Z")


def complaint(
    path: Path | str, line: int | None, message: str, hint: str, severity: Severity = Severity.ERROR
) -> Finding:
    """`migrations/0005.x.sql:12: MESSAGE`, of the migration, or of a file that is none."""
    name = Path(path).name
    id, endings = ENDINGS.subn("", name)
    subject = f"migration {id}" if endings else f"file migrations/{name}"
    where = f"migrations/{name}" + (f":{line}" if line else "")
    return Finding(subject, f"{where}: {message}", hint, severity=severity)


def of_error(error: OpsError) -> Finding:
    """An error that named its file, as a complaint."""
    found = PLACE.match(f"{error} ")
    subject = complaint(found["path"], None, "", "").subject if found else "file migrations"
    return Finding(subject, str(error), error.hint)
