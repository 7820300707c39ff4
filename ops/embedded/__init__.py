"""A PostgreSQL in a folder: for local development, rehearsals and tests.

    folder/data           the cluster; no other account may look into it
    folder/log            what initdb and the server said
    folder/server.json    port and password, 0600, so that a restart keeps both

The server listens on 127.0.0.1 alone, asks for a password and outlives whoever started it. It has
no Unix socket: the path of one ends at about a hundred bytes, and a project's folder may be deeper.
Linux and macOS; on Windows point DATABASE_URL to a PostgreSQL of your own.
"""

import fcntl
import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from shlex import quote

from ..errors import SettingsError
from .access import Access, agreed, refuse_taken_port, remember
from .cluster import create, launch, refuse_other_major
from .process import await_end, postmaster
from .programs import Installation, binaries, identity, open_the_way


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs; `url` is database postgres as superuser postgres."""

    folder: Path
    url: str = field(repr=False)


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
            hint=f"`sudo chown -R $(id -u) {quote(str(folder))}`, or use another folder",
        ) from error
