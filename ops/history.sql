-- What this tool remembers, in a schema of its own. Everybody may read it: it holds no secret, and
-- a role that may only read must come to the same verdict.
--
-- It runs as a whole whenever its version is newer than the one here: each statement must also do
-- on a schema of an older version, and an older tool must find its way in a newer one.
create schema if not exists ops;
comment on schema ops is 'records of invoke sync, version 3';
create table if not exists ops.runs (
    id bigint generated always as identity primary key,
    task text not null,
    outcome text not null check (outcome in ('running', 'done', 'failed', 'refused', 'interrupted')),
    in_parity boolean,
    environment text not null,
    commit_hex text,
    commit_source text not null,
    dirty boolean not null,
    who text not null,
    host text not null,
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    phases jsonb not null default '[]',
    error text
);
create table if not exists ops.ledger (
    id text primary key,
    checksum text not null,
    normalised text not null,
    state text not null check (state in ('applied', 'started', 'baselined')),
    commit_hex text,
    run bigint,
    applied_at timestamptz not null,
    duration_ms int
);
create table if not exists ops.delivered (
    table_name text not null,
    key text not null,
    hash text not null,
    delivered_at timestamptz not null default clock_timestamp(),
    primary key (table_name, key)
);
create table if not exists ops.environment (
    name text primary key,
    system_identifier text,
    stamped_at timestamptz not null default clock_timestamp()
);
create table if not exists ops.accepted (
    id text not null,
    applied_checksum text not null,
    accepted_checksum text not null,
    reason text not null,
    who text not null,
    accepted_at timestamptz not null default clock_timestamp()
);
-- Where it was stamped: a restored dump is another database, one that went back in time has another
-- timeline.
alter table ops.environment add column if not exists database_oid bigint;
alter table ops.environment add column if not exists timeline int;
create unique index if not exists environment_is_one_row on ops.environment ((true));
grant usage on schema ops to public;
grant select on all tables in schema ops to public;
-- Which column of a row was edited here, and which in Git: a hash for each of them.
alter table ops.delivered add column if not exists columns jsonb;
