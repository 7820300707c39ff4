"""A history that moves over: what is there, what it becomes, what to type next."""

import shlex

from ..adopt import Adoption
from ..adopt.apply import Work
from ..adopt.observed import NAME, Seen
from ..phrases import plural
from .tables import table
from .terminal import complaints, wrapped

COMMIT = 'git add migrations parity.toml && git commit -am "History from Prisma"'
LATER = "then this again where DATABASE_URL, or --env FILE, is that of production"
STRAY = "Prisma never ran it; what it made where somebody did, migrate.baseline names"


def render(told: Adoption, address: str) -> str:
    """What lies in the folder, where each stands here, and what is to be said of it."""
    count = plural(len(told.folder.scripts), "migration")
    head = wrapped(f"{told.folder.path}: {count}, {beside(told.seen, address)}", indent=0)
    notes = [f"{part.file.id}: {part.remark}" for part in told.parts if part.file and part.remark]
    notes += [f"{name}: {STRAY}" for name in told.folder.strays]
    said = "\n".join(line for note in notes for line in wrapped(note, indent=0))
    parts = ("\n".join(head), rows(told), said, complaints(tuple(told.findings)))
    return "\n\n".join(filter(None, parts)) + "\n"


def beside(seen: Seen | None, address: str) -> str:
    """Which database they are held against."""
    if seen is None:
        return "held against no database"
    if not seen.schema:
        return f"and no table {NAME} at {address}: Prisma has not migrated there"
    return f"held against {seen.schema}.{NAME} of {address}"


def rows(told: Adoption) -> str:
    states = {one.script.name: one.state for one in told.held}
    cells = [
        (
            part.script.name,
            part.file.id if part.file else "nothing: it holds no statement",
            states.get(part.script.name, ""),
        )
        for part in told.parts
    ]
    return table(("from Prisma", "becomes", "here"), cells)


def wrote(work: Work, *, plan: bool) -> str:
    """One line a file; those that somebody changed since stay."""
    word = "would write" if plan else "wrote"
    lines = [f"{word} {path}" for path in work.texts]
    lines += [f"kept {path}, which was changed; to have it anew: rm {path}" for path in work.kept]
    return "\n".join(lines or ["everything is written already"]) + "\n"


def steps(told: Adoption, work: Work, env: str) -> str:
    """The commands that follow, in their order, as they are typed."""
    to, seen = f" --env {shlex.quote(env)}" if env else "", told.seen
    commands = ["invoke schema.snapshot", *([COMMIT] if work.texts else [])]
    if told.until:
        commands.append(f"invoke migrate.baseline --until {told.until}{to}")
    elif seen and seen.populated and not seen.schema:
        commands.append(f"invoke migrate.baseline{to}")
    commands += [f"invoke {words}{to}" for words in ("sync --plan", "sync", "verify") if seen]
    after = [] if seen else [LATER]
    return "\n".join(["next:", *(f"  {command}" for command in commands), *after])
