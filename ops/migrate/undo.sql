-- What is forgotten of a migration, in the transaction that undoes it.
reset session authorization; reset role;
delete from {schema}._yoyo_migration where migration_hash = {hash};
insert into {schema}._yoyo_log
    (id, migration_hash, migration_id, operation, username, hostname, comment, created_at_utc)
values (gen_random_uuid()::text, {hash}, {id}, 'rollback', {who}, {host}, 'invoke',
        clock_timestamp() at time zone 'utc');
delete from ops.ledger where id = {id};
