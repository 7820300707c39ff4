-- What is compared: not the system's, not ours (schema ops), not yoyo's, not what an extension owns.
with extension_part as materialized (
    select classid, objid from pg_depend where deptype = 'e'
),
-- DEPENDS ON EXTENSION: what is dropped together with an extension that it is not part of
extension_need as materialized (
    select d.classid, d.objid, array_agg(quote_ident(e.extname) order by e.extname) as names
    from pg_depend d
    join pg_extension e on e.oid = d.refobjid
    where d.deptype = 'x' and d.refclassid = 'pg_extension'::regclass
    group by d.classid, d.objid
),
-- 16384 is the first number that is not of PostgreSQL itself; each new schema public has a comment.
remark as materialized (
    select classoid, objoid, objsubid, description
    from pg_description
    where objoid >= 16384
        or (classoid = 'pg_namespace'::regclass and description <> 'standard public schema')
),
-- The version whose privileges these are: of what was restored, that of where it came from.
origin as materialized (
    select coalesce(
        nullif(current_setting('ops.origin', true), ''), current_setting('server_version_num')
    )::int as version
),
scope as materialized (
    select oid, quote_ident(nspname) as name
    from pg_namespace
    where nspname !~ '^pg_' and nspname not in ('information_schema', 'ops')
),
-- The role that syncs owns its record, ops.runs: a schema may be given to somebody else without what
-- is in it. What this role owns and may do goes without saying.
syncing as materialized (
    select coalesce(runs.relowner, ops.nspowner, me.oid) as oid, ops.oid is not null as known
    from pg_roles me
    left join pg_namespace ops on ops.nspname = 'ops'
    left join pg_class runs on runs.relname = 'runs' and runs.relnamespace = ops.oid
    where me.rolname = current_user
),
other_role as materialized (
    select r.oid, quote_ident(r.rolname) as name
    from pg_roles r
    join syncing on syncing.known and syncing.oid <> r.oid
),
relation as materialized (
    select
        c.oid, c.relkind, c.relpersistence, c.relrowsecurity, c.relforcerowsecurity, c.relreplident,
        c.relpartbound, c.relispopulated, c.reloftype, c.relowner, c.relacl,
        quote_ident(space.spcname) as tablespace,
        quote_ident(nullif(method.amname, 'heap')) as access_method,
        case when coalesce(c.reloptions, toast.reloptions) is not null then (
            select array_agg(o order by o collate "C") from (
                select unnest(c.reloptions) union all select 'toast.' || unnest(toast.reloptions)
            ) option (o)
        ) end as options,
        n.name || '.' || quote_ident(c.relname) as name, owner.name as owner
    from pg_class c
    join scope n on n.oid = c.relnamespace
    left join other_role owner on owner.oid = c.relowner
    left join pg_am method on method.oid = c.relam
    left join pg_tablespace space on space.oid = c.reltablespace
    left join pg_class toast
        on toast.oid = c.reltoastrelid and toast.relkind = 't' and toast.reloptions is not null
    where c.relkind in ('r', 'p', 'f', 'v', 'm', 'S')
        and c.relname not in ('_yoyo_migration', '_yoyo_log', '_yoyo_version', 'yoyo_lock')
        and c.oid not in (select objid from extension_part where classid = 'pg_class'::regclass)
),
attribute as materialized (
    select a.attrelid, a.attnum, quote_ident(a.attname) as name
    from relation r
    join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
    where r.relkind <> 'S'
),
-- Of the indexes of a table, those that replication and CLUSTER go by.
marked as materialized (
    select
        i.indrelid,
        max('using index ' || quote_ident(c.relname)) filter (where i.indisreplident) as identity,
        max(quote_ident(c.relname)) filter (where i.indisclustered) as clustered
    from pg_index i
    join pg_class c on c.oid = i.indexrelid
    where i.indisreplident or i.indisclustered
    group by i.indrelid
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
        r.name || '.' || a.name as name, sequence.name as sequence
    from pg_depend d
    join pg_sequence s on s.seqrelid = d.objid
    left join attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
    left join relation r on r.oid = d.refobjid
    left join relation sequence on sequence.oid = d.objid
    where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass
        and d.deptype in ('a', 'i')
),
-- What operator classes and families consist of; refclassid tells to which of the two it belongs.
class_member as materialized (
    select d.refclassid, d.refobjid, format(
        'OPERATOR %s %s.%s (%s, %s)%s', o.amopstrategy, quote_ident(n.nspname), p.oprname,
        format_type(o.amoplefttype, null), format_type(o.amoprighttype, null),
        ' FOR ORDER BY ' || (
            select quote_ident(s.nspname) || '.' || quote_ident(f.opfname)
            from pg_opfamily f
            join pg_namespace s on s.oid = f.opfnamespace
            where f.oid = o.amopsortfamily
        )) as text
    from pg_amop o
    join pg_operator p on p.oid = o.amopopr
    join pg_namespace n on n.oid = p.oprnamespace
    join pg_depend d on d.classid = 'pg_amop'::regclass and d.objid = o.oid
        and d.refclassid in ('pg_opclass'::regclass, 'pg_opfamily'::regclass)
    where o.oid >= 16384
    union all
    select d.refclassid, d.refobjid, format(
        'FUNCTION %s (%s, %s) %s', f.amprocnum, format_type(f.amproclefttype, null),
        format_type(f.amprocrighttype, null), f.amproc::oid::regprocedure)
    from pg_amproc f
    join pg_depend d on d.classid = 'pg_amproc'::regclass and d.objid = f.oid
        and d.refclassid in ('pg_opclass'::regclass, 'pg_opfamily'::regclass)
    where f.oid >= 16384
),
shown_option as materialized (
    select o.oid, array_agg(
        case
            when part.name in (
                'host', 'hostaddr', 'port', 'dbname', 'service', 'sslmode', 'connect_timeout',
                'application_name', 'fetch_size', 'batch_size', 'use_remote_estimate',
                'fdw_startup_cost', 'fdw_tuple_cost', 'extensions', 'updatable', 'truncatable',
                'async_capable', 'parallel_commit', 'parallel_abort', 'analyze_sampling',
                'keep_connections', 'password_required'
            ) then part.name || '=' || part.value
            else part.name || '=(md5 ' || md5(o.name || ' ' || part.name || ' ' || part.value) || ')'
        end order by part.name collate "C") as texts
    from (
        select oid, srvname as name, srvoptions as options from pg_foreign_server
        union all
        select oid, fdwname, fdwoptions from pg_foreign_data_wrapper
    ) o
    cross join lateral (
        select split_part(text, '=', 1) as name, substr(text, strpos(text, '=') + 1) as value
        from unnest(o.options) text
    ) part
    group by o.oid
)
