"""A cluster: made by initdb, and launched by pg_ctl."""

import shutil
import tempfile
import time
from pathlib import Path

from ..errors import SettingsError, Unreachable
from .access import Access, begin_anew, remember
from .programs import Installation, give, run

ORPHANS = 10.0  # seconds for the children of a killed server to notice
STEP = 0.2  # seconds between two tries
HASTY = ("-c fsync=off", "-c full_page_writes=off", "-c synchronous_commit=off")


def refuse_other_major(folder: Path, programs: Path, major: int) -> None:
    made_by = (folder / "data" / "PG_VERSION").read_text("ascii").strip()
    if made_by != str(major):
        raise SettingsError(
            f"the cluster in {folder} was made by PostgreSQL {made_by}, "
            f"and the programs in {programs} are PostgreSQL {major}",
            hint=f"`POSTGRES_BIN=...` with the bin folder of a PostgreSQL {made_by}, "
            f"or {begin_anew(folder, made_by)}",
        )


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
        time.sleep(STEP)
