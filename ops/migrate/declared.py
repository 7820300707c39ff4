"""The migrations that Git holds, in the order in which they are applied.

yoyo's rules: every `.sql` and `.py` of the folder is a migration, its id is the file's name without
the ending, `ID.rollback.sql` undoes it, files are sorted by name, and `-- depends: ID` moves a file
behind another. Only what needs yoyo to be understood (a dependency, a Python file) imports it.
"""

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import SettingsError
from .text import normalised

DIRECTIVE = re.compile(
    r"^\s*--\s*(transactional|depends|lock_timeout|statement_timeout)\s*:\s*(.*)$"
)
ORIGIN = "-- From Prisma: "  # begins a migration that another tool made, with its name there
DURATION = re.compile(r"\d+\s*(us|ms|s|min|h|d)?")


@dataclass(frozen=True, slots=True)
class MigrationFile:
    """One migration: its text as written, and the hashes by which an edit is seen."""

    id: str
    path: Path
    text: str
    transactional: bool = True
    depends: tuple[str, ...] = ()
    lock_timeout: str = ""  # of this migration alone; empty: the project's
    statement_timeout: str = ""

    @property
    def checksum(self) -> str:
        """Hash the text, not the bytes: a Windows checkout is the same migration."""
        return digest("\n".join(self.text.splitlines()))

    @property
    def normalised(self) -> str:
        """Equal for two files that differ in comments and white space only."""
        return digest(normalised(self.text)) if self.is_sql else self.checksum

    @property
    def is_sql(self) -> bool:
        return self.path.suffix == ".sql"

    @property
    def is_adopted(self) -> bool:
        """Whether it came from another tool, which has run it where it had to run."""
        return self.text.startswith(ORIGIN)

    @property
    def rollback(self) -> Path:
        return self.path.with_suffix(".rollback.sql")


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def read(folder: Path) -> tuple[MigrationFile, ...]:
    """Read every migration, also what could not be applied: it may have been, long ago."""
    if not folder.is_dir():
        raise SettingsError(
            f"there is no folder {folder.name}/ here", hint="run invoke where tasks.py is"
        )
    paths = [p for p in sorted(folder.iterdir()) if p.suffix in (".sql", ".py") and p.is_file()]
    paths = [path for path in paths if not path.name.endswith(".rollback.sql")]
    refuse_duplicates(paths)
    return in_order([read_one(path) for path in paths])


def read_one(path: Path) -> MigrationFile:
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError(
            f"{shown(path)} is not UTF-8 (byte {error.start})", hint="save it as UTF-8"
        ) from None
    if path.name.startswith("post-apply"):
        raise SettingsError(
            f"{shown(path)}: post-apply hooks run only when something was pending",
            hint="what must always hold belongs into seeds/",
        )
    if path.suffix == ".py":
        return read_python(path, text)
    return MigrationFile(path.stem, path, text, **directives(path, text))


def directives(path: Path, text: str) -> dict[str, Any]:
    """The directives of the leading comment: yoyo's two, and the limits of this migration alone."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        if match := DIRECTIVE.match(line):
            name, value = match.groups()
            found[name] = f"{found.get(name, '')} {value}".strip()
        elif line.strip() and not line.strip().startswith("--"):
            break
    transactional = found.pop("transactional", "true").lower()
    if transactional not in ("true", "false"):
        raise SettingsError(
            f"{shown(path)}: transactional is neither true nor false", hint="correct that line"
        )
    depends = tuple(found.pop("depends", "").split())
    for name, value in found.items():
        if not DURATION.fullmatch(value):
            raise SettingsError(
                f"{shown(path)}: {name} is no duration", hint=f"write it as -- {name}: 30s"
            )
    return {"transactional": transactional == "true", "depends": depends, **found}


def read_python(path: Path, text: str) -> MigrationFile:
    module = loaded(path)
    return MigrationFile(
        path.stem, path, text, module.use_transactions, tuple(m.id for m in module.depends)
    )


def loaded(path: Path) -> Any:
    """The migration as yoyo sees it; every file of the folder, so that dependencies are known."""
    from yoyo import read_migrations
    from yoyo.exceptions import BadMigration

    migrations = {migration.id: migration for migration in read_migrations(str(path.parent))}
    try:
        migrations[path.stem].load()
    except BadMigration as error:
        raise SettingsError(
            f"{shown(path)} cannot be read: {error.__cause__ or error.__context__ or error}",
            hint=f"python {shown(path)} shows where",
        ) from error
    return migrations[path.stem]


def refuse_duplicates(paths: list[Path]) -> None:
    for id, count in Counter(path.stem for path in paths).items():
        if count > 1:
            raise SettingsError(f"two migrations are called {id}", hint="rename the newer one")


def shown(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def in_order(files: list[MigrationFile]) -> tuple[MigrationFile, ...]:
    """By name, and behind what each depends on, by yoyo's own sort."""
    by_id = {file.id: file for file in files}
    for file in files:
        for id in file.depends:
            if id not in by_id:
                raise SettingsError(
                    f"{shown(file.path)} depends on {id}, which is not there",
                    hint="restore that file, or correct the name after `-- depends:`",
                )
    order = {file.id: index for index, file in enumerate(files)}
    if all(order[id] < order[file.id] for file in files for id in file.depends):
        return tuple(files)  # the names say it already, and yoyo would not change it
    from yoyo.topologicalsort import CycleError, topological_sort

    try:
        ids = topological_sort(list(by_id), {file.id: set(file.depends) for file in files})
        return tuple(by_id[id] for id in ids)
    except CycleError as error:
        raise SettingsError(
            f"these migrations depend on one another: {', '.join(error.args[1])}",
            hint="remove one `-- depends:`",
        ) from None


def read_checksums(path: Path) -> dict[str, str]:
    """The migrations that schema.json was made from: id -> checksum; empty when never made."""
    if not path.exists():
        return {}
    pairs = (line.split(maxsplit=1) for line in path.read_text("utf-8").splitlines())
    return {pair[1]: pair[0] for pair in pairs if len(pair) == 2}


def render_checksums(files: tuple[MigrationFile, ...]) -> str:
    """One line a migration: two branches that add one each collide here, in Git."""
    return "".join(f"{file.checksum}  {file.id}\n" for file in files)


def slug(name: str) -> str:
    """A name as it stands in an id: `add invoice index` -> add-invoice-index."""
    found = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    if not found:
        raise SettingsError(
            "a migration needs a name, in letters from a to z or digits",
            hint='invoke migrate.new "add invoice index"',
        )
    return found


def create(folder: Path, name: str, sql: str = "") -> tuple[Path, Path]:
    """Write the next number's file, with these statements or to be filled in, and its rollback."""
    numbers = [int(match[1]) for p in folder.iterdir() if (match := re.match(r"(\d+)\.", p.name))]
    path = folder / f"{max(numbers, default=0) + 1:04}.{slug(name)}.sql"
    said = " ".join(name.split())
    path.write_text(f"-- {said}\n" + (f"\n{sql}" if sql else ""), "utf-8")
    path.with_suffix(".rollback.sql").write_text(f"-- undoes: {said}\n", "utf-8")
    return path, path.with_suffix(".rollback.sql")
