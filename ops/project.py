"""What a project says of itself in parity.toml."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from .errors import SettingsError
from .names import nearest, split
from .settings import read_text

KEYS = {
    "migrate": ("lock_wait", "lock_timeout", "statement_timeout"),
    "system": ("name", "parts"),
    "email": ("table", "stuck_after", "late_after"),
    "client": ("path",),
    "backup": ("folder", "required"),
    "ignore": ("pattern", "reason"),
}
REQUIRED = ("never", "destructive")
LEASE = 900  # seconds; one message may take ten minutes, and is the sender's for longer than that


@dataclass(frozen=True, slots=True)
class Email:
    """The table that holds the mail to be sent, and when something is wrong with it."""

    table: str  # optionally schema-qualified; else in the first schema of the search path
    stuck_after: float = 1800  # seconds in which a worker is done with what it has claimed
    late_after: float = 900  # seconds that a message which is due may wait


@dataclass(frozen=True, slots=True)
class Backup:
    """Where backups go, and what must not be done without one."""

    folder: str = ".local/backups"
    required: str = "never"


@dataclass(frozen=True, slots=True)
class Project:
    """The settings that are no secrets; what the file leaves out is as it is here."""

    lock_wait: float = 60  # seconds to wait for another runner
    lock_timeout: str = "5s"  # PostgreSQL's, within a migration
    statement_timeout: str = "15min"  # PostgreSQL's, within a migration
    system_name: str = ""
    system_parts: tuple[str, ...] = ()  # each a subject, `KIND NAME`
    ignore: tuple[tuple[str, str], ...] = ()  # pattern on the subject, and the reason
    email: Email | None = None
    client: str = ""  # the file that `invoke client` writes; empty: none is wanted
    backup: Backup = Backup()


def read(path: Path) -> Project:
    """Read the file, or take the defaults if there is none; SettingsError if it is wrong."""
    if not path.exists():
        return Project()
    document = _parse(path)
    _check_keys(path, "", document, tuple(KEYS))
    migrate = _section(path, "migrate", document.get("migrate", {}))
    system = _section(path, "system", document.get("system", {}))
    return Project(
        lock_wait=_seconds(path, "[migrate] lock_wait", migrate.get("lock_wait", 60)),
        lock_timeout=_duration(path, migrate, "lock_timeout"),
        statement_timeout=_duration(path, migrate, "statement_timeout"),
        system_name=_text(path, "[system] name", system.get("name")) if system else "",
        system_parts=_parts(path, system.get("parts", [])),
        ignore=_ignore(path, document.get("ignore", [])),
        email=_email(path, document["email"]) if "email" in document else None,
        client=_client(path, document["client"]) if "client" in document else "",
        backup=_backup(path, document.get("backup", {})),
    )


def _parse(path: Path) -> dict[str, Any]:
    text = read_text(path)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # Python 3.11 says where in words only: "(at line 3, column 5)" or "(at end of document)"
        what, _, where = str(error).rpartition(" (at ")
        found = re.match(r"line (\d+)", where)
        line = int(found[1]) if found else len(text.splitlines())
    raise SettingsError(f"{path}, line {line}: {what}", hint=f"correct line {line} of {path}")


def _check_keys(path: Path, where: str, table: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for key in table:
        if key not in known:
            near = nearest(key, known) or " or ".join(known)
            raise SettingsError(f"{path}: {where}{key} is unknown", hint=f"did you mean {near}?")


def _want(path: Path, what: str, right: bool, wanted: str) -> None:
    if not right:
        raise SettingsError(f"{path}: {what} must be {wanted}", hint=f"correct {what} in {path}")


def _section(path: Path, name: str, value: Any) -> Mapping[str, Any]:
    _want(path, name, isinstance(value, dict), f"a table, [{name}]")
    _check_keys(path, f"[{name}] ", value, KEYS[name])
    return value  # type: ignore[no-any-return]  # TOML has no types before we look


def _seconds(path: Path, what: str, value: Any, least: float = 0) -> float:
    # Python takes true for 1
    right = isinstance(value, int | float) and not isinstance(value, bool) and value >= least
    _want(path, what, right, f"a number of seconds, {least:g} or more")
    return float(value)


def _duration(path: Path, migrate: Mapping[str, Any], key: str) -> str:
    value = migrate.get(key, getattr(Project(), key))
    right = isinstance(value, str) and re.fullmatch(r"0|\d+ ?(ms|s|min|h|d)", value) is not None
    _want(
        path, f"[migrate] {key}", right, 'a time in quotes with its unit, such as "5s" or "15min"'
    )
    return str(value)


def _text(path: Path, what: str, value: Any) -> str:
    _want(path, what, isinstance(value, str) and value != "", "a text that is not empty")
    return str(value)


def _parts(path: Path, value: Any) -> tuple[str, ...]:
    right = isinstance(value, list) and all(isinstance(part, str) for part in value)
    right = right and all(re.fullmatch(r"[a-z]+ \S.*", part) for part in value)
    _want(path, "[system] parts", right, 'a list of subjects such as "table public.orders"')
    return tuple(value)


def _email(path: Path, value: Any) -> Email:
    email, default = _section(path, "email", value), Email("")
    stuck, late = (email.get(key, getattr(default, key)) for key in ("stuck_after", "late_after"))
    table = _text(path, "[email] table", email.get("table"))
    _want(path, "[email] table", len(split(table)) in (1, 2), "TABLE or SCHEMA.TABLE")
    return Email(
        table=table,
        stuck_after=_seconds(path, "[email] stuck_after", stuck, LEASE),
        late_after=_seconds(path, "[email] late_after", late),
    )


def _ignore(path: Path, value: Any) -> tuple[tuple[str, str], ...]:
    _want(path, "ignore", isinstance(value, list), "a list of tables, [[ignore]]")
    return tuple(_ignored(path, number, entry) for number, entry in enumerate(value, 1))


def _ignored(path: Path, number: int, entry: Any) -> tuple[str, str]:
    where = f"[[ignore]] {number}"
    table = _section(path, "ignore", entry)
    pattern = _text(path, f"{where} pattern", table.get("pattern"))
    return pattern, _text(path, f"{where} reason", table.get("reason"))


def _backup(path: Path, value: Any) -> Backup:
    given = {"folder": Backup().folder, "required": Backup().required}
    given |= _section(path, "backup", value)
    right = given["required"] in REQUIRED
    _want(path, "[backup] required", right, " or ".join(f'"{word}"' for word in REQUIRED))
    return Backup(_text(path, "[backup] folder", given["folder"]), given["required"])


def _client(path: Path, value: Any) -> str:
    """A Python file within the project, and not where another one would mean something else."""
    table = _section(path, "client", value)
    place = PurePosixPath(_text(path, "[client] path", table.get("path")))
    right = place.suffix == ".py" and not place.is_absolute() and ".." not in place.parts
    right = right and place.parts[0] not in ("migrations", "ops", "tasks.py")
    _want(path, "[client] path", right, 'a .py file of the application, such as "client/tables.py"')
    return str(place)
