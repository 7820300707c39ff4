"""A production as Prisma leaves it: its folders in Git, its table in the database."""

import hashlib
import uuid

TABLE = """
create table {schema}._prisma_migrations (
    id varchar(36) primary key not null, checksum varchar(64) not null, finished_at timestamptz,
    migration_name varchar(255) not null, logs text, rolled_back_at timestamptz,
    started_at timestamptz not null default now(), applied_steps_count integer not null default 0)
"""
LOCK = 'provider = "postgresql"\n'


def folder(home, scripts):
    """Write `scripts`, name -> text or bytes, as Prisma keeps them; returns the folder."""
    path = home / "prisma" / "migrations"
    for name, text in scripts.items():
        (path / name).mkdir(parents=True)
        data = text if isinstance(text, bytes) else text.encode()
        (path / name / "migration.sql").write_bytes(data)
    (path / "migration_lock.toml").write_text(LOCK)
    return path


def row(name, text, *, state="applied", logs=None):
    """The INSERT for one attempt, as Prisma records it in each of these states."""
    finished = "now()" if state in ("applied", "marked") else "null"
    rolled_back = "now()" if state == "rolled back" else "null"
    steps = int(state == "applied")
    said = f"'{logs}'" if logs else "null"
    checksum = hashlib.sha256(text.encode()).hexdigest()
    return (
        "insert into _prisma_migrations (id, checksum, finished_at, migration_name, logs,"
        " rolled_back_at, started_at, applied_steps_count) values"
        f" ('{uuid.uuid4()}', '{checksum}', {finished}, '{name}', {said},"
        f" {rolled_back}, clock_timestamp(), {steps})"
    )
