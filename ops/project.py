"""What a project says of itself in parity.toml."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from . import toml
from .errors import SettingsError
from .names import nearest, split
from .settings import read_text

KEYS = {
    "migrate": ("lock_wait", "lock_timeout", "statement_timeout"),
    "system": ("name", "parts"),
    "email": ("table", "stuck_after", "late_after"),
    "client": ("path",),
    "environment": ("code",),
    "backup": ("folder", "required"),
    "ignore": ("pattern", "reason"),
    "verify": ("readers",),
}
EXAMPLES = {
    "lock_wait": "60",
    "lock_timeout": '"5s"',
    "statement_timeout": '"15min"',
    "name": '"Billing"',
    "parts": '["table public.orders"]',
    "table": '"outbox"',
    "stuck_after": "1800",
    "late_after": "900",
    "path": '"client/tables.py"',
    "folder": '".local/backups"',
    "required": '"destructive"',
    "pattern": '"table public.audit_*"',
    "reason": '"owned by the audit service"',
    "readers": '["auditor"]',
    "code": '["../api/src"]',
}
WHAT = re.compile(r"(?:\[+(\w+)\]+ (?:(\d+) )?)?(.*)", re.DOTALL)
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


class Ignore(NamedTuple):
    """Subjects that drift leaves out, such as `table public.audit_*`, and why."""

    pattern: str
    reason: str


@dataclass(frozen=True, slots=True)
class Project:
    """The settings that are no secrets; what the file leaves out is as it is here."""

    lock_wait: float = 60  # seconds to wait for another runner
    lock_timeout: str = "5s"  # PostgreSQL's, within a migration
    statement_timeout: str = "15min"  # PostgreSQL's, within a migration
    system_name: str = ""
    system_parts: tuple[str, ...] = ()  # each a subject, `KIND NAME`
    ignore: tuple[Ignore, ...] = ()
    email: Email | None = None
    client: str = ""  # the file that `invoke client` writes; empty: none is wanted
    backup: Backup = Backup()
    readers: tuple[str, ...] = ()  # roles that verify, and so may read
    code: tuple[str, ...] = ()  # folders of the application's code, whose variables are looked at


def read(path: Path) -> Project:
    """Read the file, or take the defaults if there is none; SettingsError if it is wrong."""
    if not path.exists():
        return Project()
    file = _File(path, read_text(path))
    document = toml.parse(file.text, str(path))
    _check_keys(file, "", document, tuple(KEYS))
    migrate = _section(file, "migrate", document.get("migrate", {}))
    system = _section(file, "system", document.get("system", {}))
    return Project(
        lock_wait=_seconds(file, "[migrate] lock_wait", migrate.get("lock_wait", 60)),
        lock_timeout=_duration(file, migrate, "lock_timeout"),
        statement_timeout=_duration(file, migrate, "statement_timeout"),
        system_name=_text(file, "[system] name", system.get("name")) if system else "",
        system_parts=_parts(file, system.get("parts", [])),
        ignore=_ignore(file, document.get("ignore", [])),
        email=_email(file, document["email"]) if "email" in document else None,
        client=_client(file, document["client"]) if "client" in document else "",
        backup=_backup(file, document.get("backup", {})),
        readers=_names(file, document, "verify", "readers", 'roles such as "auditor"'),
        code=_names(file, document, "environment", "code", 'folders such as "../api/src"'),
    )


@dataclass(frozen=True, slots=True)
class _File:
    """The file that is read, to say where in it something is wrong."""

    path: Path
    text: str

    def refuse(self, what: str, complaint: str, hint: str) -> SettingsError:
        """`what` is `[TABLE] KEY`, `[[TABLE]] N KEY`, or the name of a table."""
        table, nth, key = WHAT.findall(what)[0]
        line = toml.line_of(self.text, table, int(nth or bool(table)), key)
        return SettingsError(f"{self.path}:{line}: {what} {complaint}", hint=hint)


def _check_keys(file: _File, where: str, table: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for key in table:
        if key not in known:
            near = nearest(key, known)
            hint = f"write {near} instead" if near else f"use {', '.join(known)}"
            raise file.refuse(f"{where}{key}", "is unknown", hint)


def _want(file: _File, what: str, right: bool, wanted: str) -> None:
    if not right:
        key = what.split()[-1]
        example = f"{key} = {EXAMPLES[key]}" if key in EXAMPLES else wanted.split()[-1]
        raise file.refuse(what, f"must be {wanted}", f"write {example}")


def _section(file: _File, name: str, value: Any, where: str = "") -> Mapping[str, Any]:
    _want(file, name, isinstance(value, dict), f"a table, [{name}]")
    _check_keys(file, f"{where or f'[{name}]'} ", value, KEYS[name])
    return value  # type: ignore[no-any-return]  # TOML has no types before we look


def _seconds(file: _File, what: str, value: Any, least: float = 0) -> float:
    # Python takes true for 1
    right = isinstance(value, int | float) and not isinstance(value, bool) and value >= least
    _want(file, what, right, f"a number of seconds, {least:g} or more")
    return float(value)


def _duration(file: _File, migrate: Mapping[str, Any], key: str) -> str:
    value = migrate.get(key, getattr(Project(), key))
    right = isinstance(value, str) and re.fullmatch(r"0|\d+ ?(ms|s|min|h|d)", value) is not None
    _want(
        file, f"[migrate] {key}", right, 'a time in quotes with its unit, such as "5s" or "15min"'
    )
    return str(value)


def _text(file: _File, what: str, value: Any) -> str:
    _want(file, what, isinstance(value, str) and value != "", "a text that is not empty")
    return str(value)


def _parts(file: _File, value: Any) -> tuple[str, ...]:
    right = isinstance(value, list) and all(isinstance(part, str) for part in value)
    right = right and all(re.fullmatch(r"[a-z]+ \S.*", part) for part in value)
    _want(file, "[system] parts", right, 'a list of subjects such as "table public.orders"')
    return tuple(value)


def _email(file: _File, value: Any) -> Email:
    email, default = _section(file, "email", value), Email("")
    stuck, late = (email.get(key, getattr(default, key)) for key in ("stuck_after", "late_after"))
    table = _text(file, "[email] table", email.get("table"))
    _want(file, "[email] table", len(split(table)) in (1, 2), "TABLE or SCHEMA.TABLE")
    return Email(
        table=table,
        stuck_after=_seconds(file, "[email] stuck_after", stuck, LEASE),
        late_after=_seconds(file, "[email] late_after", late),
    )


def _ignore(file: _File, value: Any) -> tuple[Ignore, ...]:
    _want(file, "ignore", isinstance(value, list), "a list of tables, [[ignore]]")
    return tuple(_ignored(file, number, entry) for number, entry in enumerate(value, 1))


def _ignored(file: _File, number: int, entry: Any) -> Ignore:
    where = f"[[ignore]] {number}"
    table = _section(file, "ignore", entry, where)
    pattern = _text(file, f"{where} pattern", table.get("pattern"))
    return Ignore(pattern, _text(file, f"{where} reason", table.get("reason")))


def _backup(file: _File, value: Any) -> Backup:
    given = {"folder": Backup().folder, "required": Backup().required}
    given |= _section(file, "backup", value)
    right = given["required"] in REQUIRED
    _want(file, "[backup] required", right, " or ".join(f'"{word}"' for word in REQUIRED))
    return Backup(_text(file, "[backup] folder", given["folder"]), given["required"])


def _names(
    file: _File, document: Mapping[str, Any], section: str, key: str, such: str
) -> tuple[str, ...]:
    names = _section(file, section, document.get(section, {})).get(key, [])
    right = isinstance(names, list) and all(isinstance(name, str) and name for name in names)
    _want(file, f"[{section}] {key}", right, f"a list of {such}")
    return tuple(names)


def _client(file: _File, value: Any) -> str:
    """A Python file within the project, and not where another one would mean something else."""
    table = _section(file, "client", value)
    place = PurePosixPath(_text(file, "[client] path", table.get("path")))
    right = place.suffix == ".py" and not place.is_absolute() and ".." not in place.parts
    right = right and place.parts[0] not in ("migrations", "ops", "tasks.py")
    _want(file, "[client] path", right, 'a .py file of the application, such as "client/tables.py"')
    return str(place)
