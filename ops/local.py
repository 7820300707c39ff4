"""A developer's machine: an embedded PostgreSQL and a .env, made once and never overwritten."""

import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote

from . import embedded
from .database_url import read_target
from .embedded.access import is_free, remembered
from .environment import declared as contract

SERVER, DATABASE = Path(".local/postgres"), "app"
OURS = rf"postgresql://postgres:(?P<password>[^@]*)@127\.0\.0\.1:(?P<port>[23]\d{{4}})/{DATABASE}"


def up(folder: Path, environ: Mapping[str, str]) -> list[str]:
    """Start the embedded server, unless another database was named, and write what .env lacks.

    Returns what was done, as lines to show.
    A server whose folder was deleted is made anew with the port and password that .env has.
    """
    url, postgres_bin = environ.get("DATABASE_URL", ""), environ.get("POSTGRES_BIN")
    password, port = ours(folder, url)
    if url and not port:
        target = read_target("DATABASE_URL", url)
        told = [f"DATABASE_URL is set ({target}): no PostgreSQL is started here"]
        return told + write_env(folder, {})
    before = embedded.running(folder / SERVER)
    server = embedded.start(
        folder / SERVER, password=password, port=port, postgres_bin=postgres_bin
    )
    mine = in_database(server.url)
    create_database(server.url)
    start = "runs already" if before else "started"
    told = [f"PostgreSQL {start}: {read_target('DATABASE_URL', mine)}"]
    return told + write_env(folder, {} if url else {"DATABASE_URL": mine})


def ours(folder: Path, url: str) -> tuple[str | None, int | None]:
    """Password and port of a URL that leads to the server of `up`, or to where one was."""
    match, known = re.fullmatch(OURS, url), remembered(folder / SERVER)
    if match is None:
        return None, None
    port = int(match["port"])
    if (known and known.port == port) or (known is None and is_free(port)):
        return unquote(match["password"]), port
    return None, None


def in_database(url: str) -> str:
    return f"{url.rpartition('/')[0]}/{DATABASE}"


def create_database(url: str) -> None:
    """Make the application's database, if it is not there."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as conn:
        if not conn.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
            conn.execute(f'create database "{DATABASE}"')


def write_env(folder: Path, values: Mapping[str, str]) -> list[str]:
    """Write .env with generated secrets; in one that is there, only fill a gap."""
    path = folder / ".env"
    given = {name: value for name, value in values.items() if value}
    if not path.exists():
        variables = contract.read(folder / ".env.example")
        made = {v.name: secrets.token_urlsafe(32) for v in variables if v.generate}
        write_private(path, contract.render_env(variables, {**made, **given}))
        return [f".env written, with {len(made)} generated secrets"]
    text = path.read_text("utf-8")
    for name, value in given.items():
        line = f"{name}={value}"
        text, found = re.subn(rf"(?m)^{name}=[ \t]*$", lambda _, line=line: line, text)  # type: ignore[misc]
        text = text if found else f"{text.rstrip()}\n{line}\n"
        write_private(path, text)
    return [f"{', '.join(given)} written into .env"] if given else [".env is there: left as it is"]


def write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, "utf-8")


def down(folder: Path) -> bool:
    """Stop what `up` started; the data stays. False when nothing ran."""
    return embedded.stop(folder / SERVER)
