select
    'table' as kind, r.name,
    json_strip_nulls(json_build_object(
        'partition_by', case when r.relkind = 'p' then pg_get_partkeydef(r.oid) end,
        'partition_of', case when r.relpartbound is not null then parent.names[1] end,
        'bound', pg_get_expr(r.relpartbound, r.oid),
        'inherits', case when r.relpartbound is null then parent.names end,
        'unlogged', nullif(r.relpersistence = 'u', false),
        'row_security', nullif(r.relrowsecurity, false),
        'force_row_security', nullif(r.relforcerowsecurity, false),
        'replica_identity', case when r.relkind <> 'f' then case r.relreplident
            when 'f' then 'full' when 'n' then 'nothing' when 'i' then identity.name end end,
        'foreign_server', quote_ident(fs.srvname),
        'foreign_options', (select array_agg(o order by o collate "C") from unnest(ft.ftoptions) o)
    ))::text as properties
from relation r
left join (
    select inhrelid, array_agg(inhparent::regclass::text order by inhseqno) as names
    from pg_inherits
    group by inhrelid
) parent on parent.inhrelid = r.oid
left join (
    select i.indrelid, 'using index ' || quote_ident(c.relname) as name
    from pg_index i
    join pg_class c on c.oid = i.indexrelid
    where i.indisreplident
) identity on identity.indrelid = r.oid
left join pg_foreign_table ft on ft.ftrelid = r.oid
left join pg_foreign_server fs on fs.oid = ft.ftserver
where r.relkind in ('r', 'p', 'f')
