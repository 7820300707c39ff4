"""How a client reaches the server of a folder: its port and its password, which are remembered."""

import json
import os
import random
import secrets
import socket
from dataclasses import asdict, dataclass, field
from pathlib import Path
from shlex import quote as quoted
from urllib.parse import quote

from ..errors import SettingsError

# below the ports that kernels hand out by themselves: one of those could be in use at a restart
PORTS = range(20000, 32000)


@dataclass(frozen=True, slots=True)
class Access:
    """What a client needs to know, and `server.json` remembers."""

    port: int
    password: str = field(repr=False)

    @property
    def url(self) -> str:
        password = quote(self.password, safe="")
        return f"postgresql://postgres:{password}@127.0.0.1:{self.port}/postgres"


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
