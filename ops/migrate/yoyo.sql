-- yoyo's own tables as its version 2 makes them, so that its CLI finds them in place.
create table if not exists {schema}._yoyo_migration (
    migration_hash varchar(64) primary key,
    migration_id varchar(255),
    applied_at_utc timestamp
);
create table if not exists {schema}._yoyo_log (
    id varchar(36) primary key,
    migration_hash varchar(64),
    migration_id varchar(255),
    operation varchar(10),
    username varchar(255),
    hostname varchar(255),
    comment varchar(255),
    created_at_utc timestamp
);
create table if not exists {schema}._yoyo_version (
    version int primary key,
    installed_at_utc timestamp
);
insert into {schema}._yoyo_version values (2, now() at time zone 'utc') on conflict do nothing;
-- where only yoyo's table was lost, the ledger knows what it held
insert into {schema}._yoyo_migration
select encode(sha256(convert_to(id, 'utf8')), 'hex'), id, applied_at at time zone 'utc'
from ops.ledger where state <> 'started' on conflict do nothing;
