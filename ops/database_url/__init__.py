"""Where the database is: a URL taken apart, translated for libpq, and refused without being quoted.

libpq's own complaints repeat the password, so it never sees a URL that is not understood here.
"""

import re
from dataclasses import dataclass, field

from ..errors import SettingsError
from .libpq import ca_file, certificates, conninfo, for_libpq, sslmode
from .parts import Unfit, taken_apart


@dataclass(frozen=True, slots=True)
class Target:
    """The database that we talk to; its password is in `conninfo` and nowhere else."""

    host: str  # a name, an address, a socket's folder, or several of these with commas
    port: int  # of the first host
    name: str
    user: str  # empty: libpq takes the operating system's
    conninfo: str = field(repr=False)  # for psycopg.connect
    variable: str  # which variable it came from
    is_local: bool
    sslmode: str = "prefer"
    is_developers: bool = False  # on this machine, and APP_ENV is local: `invoke up` starts it

    def __str__(self) -> str:
        address = f"{self.host}:{self.port}/{self.name}"
        return f"{self.user}@{address}" if self.user else address


def read_target(variable: str, url: str, ca_cert: str = "") -> Target:
    """Read a PostgreSQL URL as libpq means it, and refuse it in words that repeat nothing of it.

    ORM-only parameters are translated or dropped. `ca_cert` is PEM text: with it the server's
    name and certificate are verified. Raises SettingsError, which names `variable`.
    """
    try:
        given = taken_apart(url)
        is_local = all(map(is_local_host, given.get("hostaddr", given["host"]).split(",")))
        mode = sslmode(given, is_local, bool(ca_cert))
    except Unfit as unfit:
        raise SettingsError(f"{variable} {unfit}", hint=unfit.hint) from None
    parameters = for_libpq(given) | {"sslmode": mode}
    if ca_cert:
        parameters["sslrootcert"] = ca_file(certificates(ca_cert))
    return Target(
        host=given["host"],
        port=int(given["port"].split(",")[0]),
        name=given["dbname"],
        user=given.get("user", ""),
        conninfo=conninfo(parameters),
        variable=variable,
        is_local=is_local,
        sslmode=mode,
    )


def is_local_host(host: str) -> bool:
    """Whether this machine answers under that name; a socket's folder is always local."""
    return bool(
        re.fullmatch(r"localhost|::1|0\.0\.0\.0|127(\.\d{1,3}){3}|[/@].*", host.strip("[]").lower())
    )
