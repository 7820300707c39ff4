"""The schema: what is made from the migrations, and the live one beside it."""

from invoke.context import Context

from ..console import HERE, looking, sources, verb
from ..errors import SettingsError
from ..output import say, show
from .parity import verify


@verb()
def snapshot(c: Context) -> None:
    """Write schema.json, checksums.txt and the client from a rehearsal on an empty database."""
    from .. import rehearsal
    from ..migrate import declared

    files = declared.read(HERE / "migrations")
    with rehearsal.on_a_server_of_its_own(sources("").values.get("POSTGRES_BIN"), say) as trial:
        trial.apply(files)
    changed = rehearsal.renew(HERE, files, trial.snapshot)
    show(f"{len(files)} migrations make {len(trial.snapshot.objects)} objects")
    show("\n".join(f"wrote {name}" for name in changed) or "schema.json was up to date")


@verb()
def diff(c: Context, sql: bool = False, env: str = "") -> None:
    """The live schema against Git's."""
    from ..drift.ddl import repair
    from ..facts import drift_terms
    from ..reading import gather

    if not sql:
        verify(c, only="schema", env=env)
        return None
    with looking(env, "diff") as (_, declared, conn):
        facts = gather(conn, declared)
    terms = drift_terms(declared, facts.history)
    ddl = repair(declared.schema, facts.objects, **terms).rstrip()
    head = '-- read it, then run it: psql "$DATABASE_URL" -1 -v ON_ERROR_STOP=1 -f FILE\n'
    return show(head + ddl if ddl else "-- no difference")


@verb()
def client(c: Context) -> None:
    """Write the schema as typed Python for the application, to the file of parity.toml."""
    from .. import project
    from ..client.apply import write
    from ..drift import declared
    from ..seed.declared import read

    path = project.read(HERE / "parity.toml").client
    if not path:
        raise SettingsError(
            "parity.toml names no file for the client",
            hint="printf '[client]\\npath = \"client/tables.py\"\\n' >> parity.toml",
        )
    schema = declared.read(HERE / "migrations" / "schema.json")
    wrote = write(HERE, path, schema, read(HERE / "seeds"))
    show(f"wrote {path}" if wrote else f"{path} was up to date")
