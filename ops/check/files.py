"""The files of migrations/: what they are called, and what became of those that main has."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from ..errors import SettingsError
from ..findings import Finding
from ..migrate.declared import MigrationFile, read_checksums, read_one
from ..migrate.refuse import refuse_what_cannot_run
from .complaints import complaint, of_error
from .main import Main

NAME = re.compile(r"(?P<number>\d+(?:_\d+)*)[._-].+\.(sql|py)\Z")
GENERATED = {"schema.json", "checksums.txt"}
NOBODYS = {"__pycache__"}
SNAPSHOT = "invoke schema.snapshot"


def is_migration(name: str) -> bool:
    return name.endswith((".sql", ".py")) and not name.endswith(".rollback.sql")


def present(folder: Path) -> frozenset[str]:
    """What lies in the folder, without what an editor hides or Python leaves there."""
    names = {path.name + "/" * path.is_dir() for path in folder.glob("*")}
    return frozenset(n for n in names if not n.startswith(".") and n.rstrip("/") not in NOBODYS)


def strays(names: Collection[str]) -> Iterator[Finding]:
    """What nobody runs, and what undoes nothing."""
    for name in sorted(names):
        if name.endswith(".rollback.sql"):
            id = name.removesuffix(".rollback.sql")
            if not {f"{id}.sql", f"{id}.py"} & set(names):
                message = f"undoes {id}, which is not there"
                yield complaint(name, None, message, f"git rm migrations/{name}, or rename it")
        elif not is_migration(name) and name not in GENERATED:
            message = "is no migration: nobody runs it"
            yield complaint(name, None, message, "move it out of migrations/")


def numbers(names: Collection[str], main: Main | None) -> Iterator[Finding]:
    """New migrations whose number is missing, taken, of another style, or older than main's newest.

    Those that main has may be applied somewhere, and can no longer be renamed.
    """
    here = {name for name in names if is_migration(name)}
    theirs = {name for name in main.newest if is_migration(name)} if main else set()
    every = sorted(here | theirs)
    taken = Counter(number(name) for name in every)
    style = Counter(map(shape, filter(number, every))).most_common(1)
    for name in sorted(here - theirs - (main.names if main else set())):
        found, hint = number(name), f"rename it: {following(every)}.NAME, then {SNAPSHOT}"
        if not found:
            message = "has no number: nobody sees when it runs"
        elif taken[found] > 1:
            other = next(n for n in every if n != name and number(n) == found)
            message = f"its number is taken by {other}"
        elif shape(name) != style[0][0]:
            message = "is numbered unlike the others: their order would surprise"
        elif theirs and Path(name).stem < (newest := max(Path(n).stem for n in theirs)):
            message = f"is late: main already has {newest}"
        else:
            continue
        yield complaint(name, 1, message, hint)


def number(name: str) -> str:
    found = NAME.match(name)
    return found["number"] if found else ""


def shape(name: str) -> tuple[int, ...]:
    """How many digits a number has, by which `0005` and `20261122_01` are told apart."""
    return tuple(len(digits) for digits in number(name).split("_"))


def following(names: Collection[str]) -> str:
    """The next free number, written as the highest is."""
    first = [number(name).split("_")[0] for name in names if number(name)]
    highest = max(first, key=int, default="0000")
    return f"{int(highest) + 1:0{len(highest)}}"


def rewritten(main: Main, files: Mapping[str, MigrationFile]) -> Iterator[Finding]:
    """Migrations that main has and that are not what they were: elsewhere they have already run."""
    for name in sorted(filter(is_migration, main.names)):
        restore, was = f"git checkout {main.ref} -- migrations/{name}", main.changed.get(name)
        if name not in files:
            yield complaint(name, None, "was deleted, and main has it", restore)
        elif was is not None and edited(files[name], was):
            message = "was edited, and main has it: where it is applied, it will not run again"
            yield complaint(name, 1, message, f"{restore}, and write a new migration")


def edited(file: MigrationFile, before: str) -> bool:
    """Whether more than comments and white space differs."""
    return replace(file, text=before.removeprefix("\ufeff")).normalised != file.normalised


def unrunnable(files: Collection[MigrationFile]) -> Iterator[Finding]:
    """Files, rollbacks too, that are empty, end their own transaction, or need psql."""
    for file in files:
        try:
            refuse_what_cannot_run(file)
        except SettingsError as error:
            yield of_error(error)


def rollbacks(files: Collection[MigrationFile]) -> list[MigrationFile]:
    """The rollback files, to be judged as what they are: SQL that runs."""
    return [read_one(file.rollback) for file in files if file.rollback.exists()]


def checksums(folder: Path, files: Collection[MigrationFile]) -> Iterator[Finding]:
    noted = read_checksums(folder / "checksums.txt")
    made = {file.id: file.checksum for file in files}
    stale = [id for id in sorted({**noted, **made}) if noted.get(id) != made.get(id)]
    if stale:
        message = f"is not of these files: {', '.join(stale[:3])}{' ...' * (len(stale) > 3)}"
        yield complaint("checksums.txt", None, message, SNAPSHOT)
