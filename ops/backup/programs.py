"""Which pg_dump and pg_restore there are here, which of them suits a server, and how they run."""

import os
import re
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ..database import Conn
from ..database_url import Target
from ..database_url.parts import SECRET_PARAMETERS
from ..embedded.programs import wheel
from ..errors import Refused, SettingsError

PAIR = ("pg_dump", "pg_restore")
PACKAGES = Path("/usr/lib/postgresql")  # where Debian keeps a folder for each major version


class Failed(Exception):
    """What was to be done was not, or not whole; the message is why.

    Of a program that ended badly: its first error, and the line behind it, with the statement.
    `said` is all of it.
    """

    def __init__(self, said: str) -> None:
        lines = said.strip().splitlines()
        first = next((at for at, line in enumerate(lines) if "error: " in line), -2)
        super().__init__("\n".join(lines[first:][:2]))
        self.said = said


@dataclass(frozen=True, slots=True)
class Programs:
    """pg_dump and pg_restore, of one version and in one folder."""

    folder: Path
    version: str  # such as 18.6

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    def __str__(self) -> str:
        return f"pg_dump {self.version} in {self.folder}"


def suiting(version_number: int, environ: Mapping[str, str]) -> Programs:
    """The pair of the server's major version, or else of the next newer one that is here.

    An older pg_dump refuses the server. The archive of a newer one sets what the server may not
    know, so that restoring it there is not free of errors: the nearest is the best.
    Raises Refused when there is none, and names what there is.
    """
    server, here = version_number // 10000, list(installed(environ))
    if fit := [programs for programs in here if programs.major >= server]:
        return min(fit, key=lambda programs: programs.major)
    found = "; ".join(map(str, here)) or "none"
    raise Refused(
        f"no backup can be taken: PostgreSQL {server} needs a pg_dump {server} or newer,"
        f" and found was: {found}",
        hint=f"apt install postgresql-client-{server}, or set POSTGRES_BIN to a folder that has"
        f" pg_dump and pg_restore of PostgreSQL {server}",
    )


def installed(environ: Mapping[str, str]) -> Iterator[Programs]:
    """Every pair, once."""
    for folder in dict.fromkeys(folder.absolute() for folder in folders(environ)):
        if version := version_in(folder):
            yield Programs(folder, version)


def folders(environ: Mapping[str, str]) -> Iterator[Path]:
    """Where to look, first what somebody has chosen."""
    if chosen := environ.get("POSTGRES_BIN"):
        yield Path(chosen).expanduser()
    yield from map(Path, filter(None, environ.get("PATH", os.defpath).split(os.pathsep)))
    yield from sorted(PACKAGES.glob("*/bin"))
    with suppress(SettingsError):
        yield wheel()


def version_in(folder: Path) -> str:
    """The version of the pair in a folder; empty where it is not whole, or does not run."""
    if not all(os.access(folder / name, os.X_OK) for name in PAIR):
        return ""
    if (folder / "pg_dump").resolve().name != "pg_dump":
        return ""  # a script that chooses among several, each time anew
    with suppress(OSError):
        asked = [str(folder / "pg_dump"), "--version"]
        told = subprocess.run(asked, capture_output=True, text=True).stdout
        found = re.search(r"\d+(\.\d+)?", told)
        return found[0] if found else ""
    return ""


@contextmanager
def running(
    program: Path, *words: str, secret: Mapping[str, str] | None = None, piped: bool = False
) -> Iterator[subprocess.Popen[bytes]]:
    """A program at work, with its stdout as a pipe or dropped; Failed if it ends badly.

    What is secret reaches it by its environment, for everybody may read its command line. Whoever
    leaves before it has ended, as at SIGTERM, ends it.
    """
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(
            [str(program), *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if piped else subprocess.DEVNULL,
            stderr=said,
            env={**os.environ, "LC_ALL": "C", **(secret or {})},
            umask=0o077,
        ) as process:
            try:
                yield process
            except BaseException:
                process.terminate()
                raise
        if process.returncode:
            said.seek(0)
            text = said.read().decode("utf-8", "replace")
            raise Failed(text or f"{program.name} ended with {process.returncode}")


def connection(conn: Conn, target: Target) -> tuple[str, dict[str, str]]:
    """How another program reaches the server that we talk to: what may be seen, and what not."""
    given = {name: str(value) for name, value in conninfo_to_dict(target.conninfo).items()}
    password = given.pop("password", "")
    if unseen := SECRET_PARAMETERS.intersection(given):
        raise Refused(
            f"no backup: {target.variable} holds {', '.join(sorted(unseen))}, which pg_dump takes"
            " only where every user of this machine could read it",
            hint=f"take a backup by other means, or {target.variable} without it",
        )
    # of several hosts, the one whose snapshot it is
    given |= {"host": conn.info.host, "hostaddr": conn.info.hostaddr, "port": str(conn.info.port)}
    given["application_name"] = f"ops backup @{socket.gethostname()}"[:63]
    return make_conninfo("", **given), {"PGPASSWORD": password} if password else {}
