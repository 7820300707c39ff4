-- What is remembered of a migration, in the transaction that ran it: yoyo's mark, its log, our ledger.
reset session authorization; reset role;
insert into {schema}._yoyo_migration (migration_hash, migration_id, applied_at_utc)
values ({hash}, {id}, clock_timestamp() at time zone 'utc');
insert into {schema}._yoyo_log
    (id, migration_hash, migration_id, operation, username, hostname, comment, created_at_utc)
values (gen_random_uuid()::text, {hash}, {id}, {operation}, {who}, {host}, 'invoke', clock_timestamp() at time zone 'utc');
insert into ops.ledger (id, checksum, normalised, state, commit_hex, run, applied_at, duration_ms)
values ({id}, {checksum}, {normalised}, {state}, {commit}, {run}, clock_timestamp(),
        extract(epoch from clock_timestamp() - now()) * 1000)
on conflict (id) do update set checksum = excluded.checksum, normalised = excluded.normalised,
    state = excluded.state, commit_hex = excluded.commit_hex, run = excluded.run,
    applied_at = excluded.applied_at, duration_ms = excluded.duration_ms;
