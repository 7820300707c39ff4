"""Move over from another tool."""

import os
from pathlib import Path
from typing import Any

from invoke.context import Context

from ..console import HERE, finish, settings, sources, verb
from ..errors import Refused, Unreachable
from ..output import CALLER, show


@verb(
    help={
        "folder": "Prisma's, usually prisma/migrations",
        "plan": "say what is there and what would be written; write nothing",
    }
)
def prisma(c: Context, folder: str, plan: bool = False, env: str = "") -> None:
    """Write Prisma's migrations as ours, held against what its production remembers."""
    from ..adopt import adopt, apply
    from ..adopt.declared import read
    from ..findings import Severity
    from ..report import adoption

    found = read(Path(os.path.relpath(CALLER / folder, HERE)))
    seen, address, lost = look(env)
    told = adopt(found, seen, HERE)
    show(adoption.render(told, address))
    if lost:
        raise Unreachable(f"{lost}\nnothing is written", hint=lost.hint)
    if told.refused:
        raise Refused(
            "nothing is written: not every migration can be taken over",
            hint="correct those lines in Prisma's files, then run this again",
        )
    work = apply.work(HERE, told.files)
    if not plan:
        apply.write(work)
    show(adoption.wrote(work, plan=plan))
    show(adoption.steps(told, work, env))
    finish(int(any(finding.severity is Severity.ERROR for finding in told.findings)))


def look(env: str) -> tuple[Any, str, Unreachable | None]:
    """What Prisma remembers in the database that is set, and where; or why nobody could look."""
    from ..adopt import observed
    from ..database import connect
    from ..settings import DATABASE

    if not env and not any(name in sources(env).values for name in DATABASE):
        return None, "", None
    target = settings(env).target
    try:
        with connect(target, "adopt.prisma") as conn:
            return observed.look(conn), str(target), None
    except Unreachable as error:
        return None, "", error
