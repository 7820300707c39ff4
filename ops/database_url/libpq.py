"""What a URL says, in libpq's words: how it encrypts, whom it trusts, where bare names go."""

import functools
import os
import re
from collections.abc import Mapping
from pathlib import Path

from ..errors import SettingsError
from .parts import ORM_ONLY, Unfit

SSLMODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")  # weakest first
POOLER_PORTS = frozenset({"6543", "25061"})
CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----")


def sslmode(given: Mapping[str, str], is_local: bool, has_certificates: bool) -> str:
    """Encrypt unless the server is this machine; verify whom we talk to where we can."""
    usual = "prefer" if is_local else "require"
    spelt = given.get("sslmode") or given.get("ssl") or usual
    # `ssl` is how JDBC and asyncpg, `no-verify` how node-postgres says it
    mode = {"true": "require", "1": "require", "false": "disable", "0": "disable"}.get(spelt, spelt)
    mode = "require" if mode == "no-verify" else mode
    if mode not in SSLMODES:
        hint = "write sslmode=require, or verify-full, which looks at the server's certificate too"
        raise Unfit(f"has an sslmode that is none of {', '.join(SSLMODES)}", hint)
    strict = given.get("sslaccept") == "strict" and "sslrootcert" in given
    return "verify-full" if (has_certificates or strict) and mode != "verify-ca" else mode


def for_libpq(given: Mapping[str, str]) -> dict[str, str]:
    """The parameters in libpq's words, with our defaults where the URL is silent."""
    parameters = {
        "hostaddr": "",  # set, though to nothing: else PGHOSTADDR would lead us somewhere else
        "connect_timeout": "10",  # seconds
        "gssencmode": "disable",  # saves a round trip
    }
    parameters |= {name: value for name, value in given.items() if name not in ORM_ONLY}
    options = f"{given.get('options', '')} {search_path(given)}".strip()
    return parameters | ({"options": options} if options else {})


def search_path(given: Mapping[str, str]) -> str:
    """Prisma's `schema`, as an option of the session."""
    schema = given.get("schema", "")
    # PgBouncer refuses `options`, and `public` is what is searched without them
    if not schema or (schema == "public" and through_pooler(given)):
        return ""
    if not re.fullmatch(r"[a-z_][a-z0-9_]*", schema):
        schema = '"' + schema.replace('"', '""') + '"'
    return "-csearch_path=" + re.sub(r"([\\\s])", r"\\\1", schema)


def through_pooler(given: Mapping[str, str]) -> bool:
    return (
        given.get("pgbouncer") == "true"
        or not POOLER_PORTS.isdisjoint(given["port"].split(","))
        or re.search(r"-pooler|\.pooler\.", given["host"]) is not None
    )


def conninfo(parameters: Mapping[str, str]) -> str:
    """The parameters as psycopg.connect takes them."""
    return " ".join(f"{name}={quoted(value)}" for name, value in parameters.items())


def quoted(value: str) -> str:
    return "'" + re.sub(r"(['\\])", r"\\\1", value) + "'"


def certificates(text: str) -> str:
    r"""Read PEM text whose line breaks may have become `\n` or spaces on the way."""
    bodies = CERTIFICATE.findall(text.replace("\\r", "").replace("\\n", "\n"))
    if not bodies:
        raise SettingsError(
            "DATABASE_CA_CERT holds no PEM certificate",
            hint="set it to the text from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----",
        )
    lines = ("\n".join(re.findall(".{1,64}", "".join(body.split()))) for body in bodies)
    return "".join(
        f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n" for body in lines
    )


@functools.cache
def ca_file(pem: str) -> str:
    """Put the certificates where libpq can read them, until this process ends."""
    import atexit
    import tempfile

    try:
        handle, path = tempfile.mkstemp(prefix="ca-", suffix=".pem")  # only we may read it
        with os.fdopen(handle, "w") as file:
            file.write(pem)
    except OSError as error:
        raise SettingsError(
            f"no place to write DATABASE_CA_CERT for libpq: {error.strerror}",
            hint="export TMPDIR=FOLDER, one that can be written",
        ) from None
    atexit.register(Path(path).unlink, missing_ok=True)
    return path
