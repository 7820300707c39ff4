select
    'table' as kind, r.name,
    left(json_strip_nulls(json_build_object(
        'owner', r.owner,
        'columns', coalesce(columns.names, '{}')
    ))::text, -1)
    || case when r.relkind <> 'r' or parent.names is not null or r.relpersistence = 'u'
        or r.reloftype <> 0 or r.access_method is not null or r.tablespace is not null
        or r.options is not null or r.relrowsecurity or r.relforcerowsecurity
        or r.relreplident <> 'd' or marked.clustered is not null or remark.description is not null
    then substr(json_strip_nulls(json_build_object('', '',
        'of_type', format_type(nullif(r.reloftype, 0), null),
        'partition_by', case when r.relkind = 'p' then pg_get_partkeydef(r.oid) end,
        'partition_of', case when r.relpartbound is not null then parent.names[1] end,
        'bound', pg_get_expr(r.relpartbound, r.oid),
        'detach_pending', case when parent.pending then true end,
        'inherits', case when r.relpartbound is null then parent.names end,
        'unlogged', nullif(r.relpersistence = 'u', false),
        'access_method', r.access_method,
        'tablespace', r.tablespace,
        'options', r.options,
        'row_security', nullif(r.relrowsecurity, false),
        'force_row_security', nullif(r.relforcerowsecurity, false),
        'replica_identity', case when r.relkind <> 'f' then case r.relreplident
            when 'f' then 'full' when 'n' then 'nothing' when 'i' then marked.identity end end,
        'clustered_on', marked.clustered,
        'foreign_server', quote_ident(fs.srvname),
        'foreign_options', case when ft.ftoptions is not null then (
            select array_agg(o order by o collate "C") from unnest(ft.ftoptions) o) end,
        'comment', remark.description
    ))::text, length('{"":""') + 1) else '}' end as properties
from relation r
left join (
    select attrelid, array_agg(name order by attnum) as names
    from attribute
    group by attrelid
) columns on columns.attrelid = r.oid
left join (
    select
        inhrelid, bool_or(inhdetachpending) as pending,
        array_agg(inhparent::regclass::text order by inhseqno) as names
    from pg_inherits
    group by inhrelid
) parent on parent.inhrelid = r.oid
left join marked on marked.indrelid = r.oid
left join pg_foreign_table ft on ft.ftrelid = r.oid
left join pg_foreign_server fs on fs.oid = ft.ftserver
left join remark
    on remark.classoid = 'pg_class'::regclass and remark.objoid = r.oid and remark.objsubid = 0
where r.relkind in ('r', 'p', 'f')
