"""The only module that reads the process environment, and the env file beside it.

What is read here is mostly secret, so no message below repeats any part of a value.
"""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from io import StringIO
from pathlib import Path
from types import MappingProxyType

from .database_url import Target, read_target
from .errors import SettingsError
from .names import nearest

ENVIRONMENTS = ("local", "test", "staging", "production")
DEPLOYED = frozenset({"staging", "production"})  # where a fault is more than untidy

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

GIVE = "set them where this runs: in the platform's settings, or in the file of --env FILE"
FILL_IN = "`invoke up` for a local set-up, or copy .env.example to .env and fill it in"
DATABASE = ("DIRECT_DATABASE_URL", "DATABASE_URL")  # the first that is set is used


@dataclass(frozen=True, slots=True)
class Sources:
    """The two places that a variable comes from; empty is not set."""

    process: Mapping[str, str] = field(repr=False)
    file: Mapping[str, str] = field(repr=False)
    path: Path | None

    @property
    def values(self) -> dict[str, str]:
        """Every name that is set, the process before the file."""
        return {**self.file, **self.process}

    @property
    def app_env(self) -> str:
        """Which environment this is, or nothing where APP_ENV does not say."""
        value = self.values.get("APP_ENV", "")
        return value if value in ENVIRONMENTS else ""

    def conflicts(self) -> Iterator[str]:
        """Say which of two databases, or of two environments, is used, and which is not."""
        for names in (DATABASE, ("APP_ENV",)):
            ours, theirs = _first(names, self.process), _first(names, self.file)
            if not (ours and theirs) or self.process[ours] == self.file[theirs]:
                continue
            used, file = _first(names, self.values), self.path.name if self.path else ""
            places = (ours, "the process"), (theirs, file)
            (_, here), (other, there) = places if used in self.process else reversed(places)
            instead = "from" if other == used else f"{other} from"
            yield f"{used} comes from {here}, not {instead} {there} (they differ)"


def _first(names: tuple[str, ...], values: Mapping[str, str]) -> str:
    return next((name for name in names if name in values), "")


@dataclass(frozen=True, slots=True)
class Settings:
    """What this run was told: by the process first, then by an env file."""

    folder: Path
    app_env: str
    target: Target
    environ: Mapping[str, str] = field(repr=False)  # every name that is set; empty is not set
    env_file: Path | None
    notes: tuple[str, ...] = ()  # what a person might not expect of where these came from

    @classmethod
    def load(
        cls,
        folder: Path = Path(),
        environ: Mapping[str, str] = os.environ,
        env_file: str | None = None,
    ) -> "Settings":
        """Read every setting, and name every missing one at once; SettingsError otherwise."""
        found = sources(folder, environ, env_file)
        values = found.values
        variable = _first(DATABASE, values) or "DATABASE_URL"
        _require(values, variable, "APP_ENV")
        app_env = _app_env(values["APP_ENV"])
        target = read_target(variable, values[variable], values.get("DATABASE_CA_CERT", ""))
        return cls(
            folder=folder,
            app_env=app_env,
            target=replace(target, is_developers=target.is_local and app_env == "local"),
            environ=MappingProxyType(values),
            env_file=found.path,
            notes=tuple(found.conflicts()),
        )


def sources(
    folder: Path, environ: Mapping[str, str] = os.environ, env_file: str | None = None
) -> Sources:
    """Read the process and the env file, each by itself."""
    file = _env_file(folder, env_file or environ.get("OPS_ENV_FILE"))
    return Sources(_without_empty(environ), read_env_file(file) if file else {}, file)


def _require(values: Mapping[str, str], *names: str) -> None:
    missing = [name for name in names if name not in values]
    if missing:
        deployed = values.get("APP_ENV") in DEPLOYED
        raise SettingsError(f"not set: {', '.join(missing)}", hint=GIVE if deployed else FILL_IN)


def _app_env(value: str) -> str:
    if value in ENVIRONMENTS:
        return value
    near = _nearest_environment(value.strip().lower())
    raise SettingsError(
        f"APP_ENV is none of {', '.join(ENVIRONMENTS)}" + (f" (nearest: {near})" if near else ""),
        hint=f"set APP_ENV={near or 'local'}",
    )


def _nearest_environment(value: str) -> str:
    if value.startswith("dev"):
        return "local"
    return nearest(value, ENVIRONMENTS, cutoff=0.5)


@dataclass(frozen=True, slots=True)
class EnvLine:
    """One entry of an env file: a comment, or a name with its value."""

    number: int
    name: str  # empty for a comment
    text: str = field(repr=False)  # the value, or the comment without its `#`
    after_gap: bool  # an empty line stands before it


def read_env_file(path: Path) -> dict[str, str]:
    """Read the names that a file sets, their values exactly as they are written there."""
    first: dict[str, EnvLine] = {}
    for line in env_lines(read_text(path), str(path)):
        # Whether the first or the last one counts differs from tool to tool.
        if line.name and (before := first.setdefault(line.name, line)) is not line:
            raise SettingsError(
                f"{path}:{line.number}: {line.name} stands on line {before.number} already",
                hint=f"remove one of the two lines from {path}",
            )
    return _without_empty({line.name: line.text for line in first.values()})


def env_lines(text: str, file: str) -> Iterator[EnvLine]:
    """Read an env file entry by entry, without interpolation; `file` is its name for errors."""
    from dotenv.parser import parse_stream

    for binding in parse_stream(StringIO(text)):
        body = binding.original.string.lstrip()
        gap = binding.original.string[: -len(body) or None].count("\n")
        line = binding.original.line + gap
        if binding.key is not None and binding.value is not None and _NAME.fullmatch(binding.key):
            yield EnvLine(line, binding.key, binding.value, gap > 0)
        elif body.startswith("#"):
            yield EnvLine(line, "", body.lstrip("#").strip(), gap > 0)
        elif body:
            raise SettingsError(
                f"{file}:{line}: not of the form NAME=value",
                hint=f"correct line {line}; a value with quotes or line breaks stands in '...'",
            )


def read_text(path: Path) -> str:
    """Read a file of the project, or say what is wrong with it without quoting it."""
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        raise SettingsError(f"{path} does not exist", hint="check the name, or create it") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path} is not UTF-8 text", hint=f"save {path} as UTF-8") from None
    except OSError as error:
        reason = error.strerror
        raise SettingsError(f"{path} cannot be read: {reason}", hint=f"ls -ld {path}") from None


def _env_file(folder: Path, named: str | None) -> Path | None:
    """A file that was named must be there; `.env` may be (and may be a virtual environment)."""
    if named:
        return Path(named)
    usual = folder / ".env"
    return usual if usual.exists() and not usual.is_dir() else None


def _without_empty(values: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}
