select
    'view' as kind, r.name,
    json_strip_nulls(json_build_object(
        'owner', r.owner,
        'materialized', nullif(r.relkind = 'm', false),
        'not_populated', nullif(not r.relispopulated, false),
        'access_method', r.access_method,
        'tablespace', r.tablespace,
        'options', r.options,
        'clustered_on', marked.clustered,
        'definition', pg_get_viewdef(r.oid),
        'defaults', filled.defaults,
        'column_options', stored.options,
        'depends_on', need.names,
        'comment', remark.description,
        'comments', said.comments
    ))::text as properties
from relation r
left join marked on marked.indrelid = r.oid
left join (
    select
        d.adrelid,
        json_object_agg(a.name, pg_get_expr(d.adbin, d.adrelid) order by a.attnum) as defaults
    from relation r
    join pg_attrdef d on d.adrelid = r.oid
    join attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
    where r.relkind = 'v'
    group by d.adrelid
) filled on filled.adrelid = r.oid
left join (
    select
        a.attrelid,
        json_object_agg(quote_ident(a.attname), set.options order by a.attnum) as options
    from relation r
    join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
    join pg_type t on t.oid = a.atttypid
    cross join lateral (
        select concat_ws(', ',
            'storage ' || case when a.attstorage <> t.typstorage then case a.attstorage
                when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main'
                else 'extended' end end,
            'compression ' || case a.attcompression when 'p' then 'pglz' when 'l' then 'lz4' end,
            'statistics ' || nullif(a.attstattarget, -1),
            array_to_string(a.attoptions, ', ')) as options
    ) set
    where r.relkind = 'm' and set.options <> ''
    group by a.attrelid
) stored on stored.attrelid = r.oid
left join (
    select
        a.attrelid,
        json_object_agg('column ' || a.name, m.description order by a.attnum) as comments
    from remark m
    join attribute a on a.attrelid = m.objoid and a.attnum = m.objsubid
    where m.classoid = 'pg_class'::regclass
    group by a.attrelid
) said on said.attrelid = r.oid
left join extension_need need on need.classid = 'pg_class'::regclass and need.objid = r.oid
left join remark
    on remark.classoid = 'pg_class'::regclass and remark.objoid = r.oid and remark.objsubid = 0
where r.relkind in ('v', 'm')
