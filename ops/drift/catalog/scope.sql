-- What is compared: not the system's, not ours (schema ops), not yoyo's, not what an extension owns.
with extension_part as materialized (
    select classid, objid from pg_depend where deptype = 'e'
),
scope as materialized (
    select oid, quote_ident(nspname) as name
    from pg_namespace
    where nspname !~ '^pg_' and nspname not in ('information_schema', 'ops')
),
relation as materialized (
    select
        c.oid, c.relkind, c.relpersistence, c.relrowsecurity, c.relforcerowsecurity, c.relreplident,
        c.relpartbound, c.reloptions, c.relhassubclass, c.relispopulated,
        n.name || '.' || quote_ident(c.relname) as name
    from pg_class c
    join scope n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'f', 'v', 'm', 'S')
        and c.relname not in ('_yoyo_migration', '_yoyo_log', '_yoyo_version', 'yoyo_lock')
        and c.oid not in (select objid from extension_part where classid = 'pg_class'::regclass)
),
-- What differs from the defaults of CREATE SEQUENCE; how far it has counted is data, not schema.
sequence_option as materialized (
    select
        s.seqrelid,
        nullif(format_type(s.seqtypid, null), 'bigint') as type,
        json_strip_nulls(json_build_object(
            'start', nullif(s.seqstart, case when s.seqincrement > 0 then s.seqmin else s.seqmax end),
            'increment', nullif(s.seqincrement, 1),
            'min', nullif(s.seqmin, case when s.seqincrement > 0 then 1 else -size.of - 1 end),
            'max', nullif(s.seqmax, case when s.seqincrement > 0 then size.of else -1 end),
            'cache', nullif(s.seqcache, 1),
            'cycle', nullif(s.seqcycle, false)
        )) as options
    from pg_sequence s
    cross join lateral (
        select case s.seqtypid
            when 'smallint'::regtype then 32767
            when 'integer'::regtype then 2147483647
            else 9223372036854775807
        end as of
    ) size
),
-- deptype i: an identity column's; a: owned by a column
sequence_owner as materialized (
    select
        d.objid, d.deptype, d.refobjid, d.refobjsubid,
        r.name || '.' || quote_ident(a.attname) as name
    from pg_depend d
    join pg_sequence s on s.seqrelid = d.objid
    join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
    left join relation r on r.oid = d.refobjid
    where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass
        and d.deptype in ('a', 'i')
)
