"""The process that serves a cluster: found, and waited for until it ends."""

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from ..errors import Unreachable

PATIENCE = 60.0  # seconds for a server to shut down
STEP = 0.02  # seconds between two looks


@dataclass(frozen=True, slots=True)
class Postmaster:
    """The process that serves a cluster."""

    pid: int
    port: int


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
